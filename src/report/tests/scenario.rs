//! Stories of runs, for the tests of the renderers.

use serde_json::{Value, json};

pub use super::tape::*;
use crate::id::TaskPath;
use crate::plan::{Call, Plan, Remedy, Undo};
use crate::run::*;
use crate::secret::{Data, Datum};
use crate::workflow::{Effect, Matrix, RetryClass};

/// The workflow that the product is about, in small.
pub fn bootstrap() -> Plan {
    let mut invite = step("invite", "modelslab.invite_team_member", &[1]);
    invite.matrix = Some(Box::new(Matrix { variables: Vec::new(), max_parallel: Some(2), fail_fast: false }));
    let mut code = step("code", "mail.wait", &[0]);
    code.call.effect = Effect::Read;
    code.on_error = Some(Box::new(Remedy {
        when: vec!["mail.timeout".into()],
        call: Call::new("modelslab.resend_verification", Effect::Repeat),
        rerun: vec![1],
        max: 2,
    }));
    plan(vec![step("signup", "modelslab.signup", &[]), code, invite, step("key", "modelslab.create_api_key", &[1])])
}

pub fn done() -> Outcome {
    Outcome::succeeded(Data::new())
}

pub fn too_many() -> Outcome {
    let error =
        StepError::new(ErrorKind::Service, "service.429", "too many requests").class(RetryClass::TooManyRequests);
    Outcome::failed(Happened::None, error)
}

pub fn lost() -> Outcome {
    let error =
        StepError::new(ErrorKind::Network, "network.reset", "the connection was reset while reading the answer");
    Outcome::failed(Happened::Unknown, error.class(RetryClass::Network))
}

pub fn refused(message: &str) -> Outcome {
    Outcome::failed(Happened::None, StepError::new(ErrorKind::Service, "service.422", message))
}

pub fn secret(value: Value) -> Datum {
    Datum::secret(value)
}

/// Everything works at once.
pub fn good() -> Tape {
    let mut tape = Tape::start(bootstrap());
    tape.wait(120).end("signup", done());
    tape.wait(2_050).end("code", done());
    tape.wait(80).end("invite[ada@onramp.test]", done()).wait(15).end("invite[lin@onramp.test]", done());
    let mut warned = done();
    warned.warning = Some("the name was taken; `production-2` was used".into());
    tape.wait(25).end("key", warned);
    let outputs = Data::from([
        ("api_key".to_owned(), secret(json!("ml_live_0123456789"))),
        ("image".to_owned(), Datum::Public(json!("https://cdn.onramp.test/images/0001.png"))),
        ("team".to_owned(), Datum::Public(json!(["ada@onramp.test", "lin@onramp.test"]))),
    ]);
    tape.alter(|recorded| recorded.outputs = outputs);
    tape
}

/// The key is refused, after an invitation was tried twice.
pub fn bad() -> Tape {
    let mut tape = Tape::start(bootstrap());
    tape.wait(120).end("signup", done()).wait(900).end("code", done());
    tape.wait(40).end("invite[ada@onramp.test]", too_many()).wait(10).end("invite[lin@onramp.test]", done());
    tape.wait(10).end(
        "key",
        refused("the name is taken\n\u{1b}[31m::error::by another key of this account, which was made in 2024"),
    );
    tape.fire("invite[ada@onramp.test]").wait(60).end("invite[ada@onramp.test]", done());
    tape
}

/// Nobody can tell whether the account was made.
pub fn doubtful() -> Tape {
    let mut tape = Tape::start(bootstrap());
    tape.wait(200).end("signup", lost()).fire("signup").wait(30);
    let reason = "logging in answers 500".to_owned();
    tape.look("signup", ProbeAnswer::CannotTell { reason, again: None });
    tape
}

/// The doubt is cleared up a day later, by another process.
pub fn resumed() -> Tape {
    let mut tape = doubtful();
    tape.wait(86_400_000).push(Fact::Resumed(Box::default())).fire("signup").wait(200);
    tape.look("signup", ProbeAnswer::Done(Data::new())).wait(1_500).end("code", done()).wait(300);
    tape.end("invite[ada@onramp.test]", done()).end("invite[lin@onramp.test]", done()).wait(100).end("key", done());
    tape
}

/// Torn down: the key's deletion is refused, one invitation is taken back, and the other is on its way.
pub fn half_torn_down() -> Tape {
    let mut plan = bootstrap();
    plan.steps[0].undo = Undo::Never("no documented operation deletes an account");
    plan.steps[2].undo = Undo::BuiltIn;
    plan.steps[3].undo = Undo::BuiltIn;
    let mut tape = Tape::start(plan);
    tape.wait(120).end("signup", done()).wait(80).end("code", done());
    tape.wait(10).end("invite[ada@onramp.test]", done()).wait(10).end("invite[lin@onramp.test]", done());
    tape.wait(10).end("key", done()).wait(1_000).push(Fact::TeardownStarted);
    tape.wait(5).end("undo:key", refused("not your key")).wait(6).end("undo:invite[lin@onramp.test]", done());
    tape
}

/// The key was made twice. The second is undone, and what takes back the first is on its way.
pub fn a_round_under_way() -> Tape {
    let mut plan = bootstrap();
    let id = crate::expr::Template::parse("${{ steps.key.outputs.id }}").unwrap();
    let (action, with) = ("http", vec![("id".to_owned(), id, false)]);
    plan.steps[3].outputs = vec![("id".to_owned(), false)];
    plan.steps[3].undo = Undo::Call(Box::new(Call { with, ..Call::new(action, Effect::Once) }));
    let mut tape = Tape::start(plan);
    tape.end("signup", done()).end("code", done());
    tape.end("invite[ada@onramp.test]", done()).end("invite[lin@onramp.test]", done());
    let again = vec![TaskPath::parse("key").unwrap()];
    tape.wait(10).end("key", done()).push(Fact::Resumed(Box::new(Resumption { again, ..Resumption::default() })));
    tape.wait(20).end("key", done()).push(Fact::TeardownStarted).wait(5).end("undo:key", done());
    tape
}
