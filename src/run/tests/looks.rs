//! A step's own `probe`, and keys that a service forgets.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::again::{edit, item};
use super::plans::{Run, lost, plan, task};
use crate::expr::{Place, Positions, Template};
use crate::id::Name;
use crate::plan::{Call, Probe};
use crate::run::*;
use crate::secret::{Data, Datum};
use crate::workflow::{Capture, CaptureFrom, Effect, RetryClass, RetryPolicy};

const HOUR: Duration = Duration::from_secs(3600);

fn expression(text: &str) -> Template {
    Template::bare_at(text, &Positions::Verbatim(0), Place::Capture).unwrap()
}

fn probe(done_if: &str, output: &str) -> Box<Probe> {
    let captures = vec![Capture {
        name: Name::new("value").unwrap(),
        from: CaptureFrom::Expression(expression(output)),
        secret: false,
        span: Default::default(),
    }];
    let call = Call::new("read", Effect::Read);
    Box::new(Probe { call, done_if: expression(done_if), captures })
}

/// A run whose step `a` is in doubt and is being looked at as it says itself.
fn looking(done_if: &str, output: &str) -> Run {
    let mut run = Run::of("steps:\n  a: { uses: once }\n");
    Arc::get_mut(&mut run.plan).unwrap().steps[0].probe = Some(probe(done_if, output));
    run.ends(task("a"), lost(Happened::Unknown)).fires(task("a"));
    run
}

fn answer(status: u16, body: Value) -> Outcome {
    let data = [("status", json!(status)), ("headers", json!({})), ("body", body)];
    let data: Data = data.map(|(name, value)| (name.to_owned(), Datum::from(value))).into();
    let refused = (!(200..300).contains(&status))
        .then(|| StepError::new(ErrorKind::Service, "service.4xx", format!("GET answered {status}")));
    Outcome { error: refused, ..Outcome::succeeded(data) }
}

fn seen(run: &mut Run, outcome: Outcome) -> &mut Run {
    run.looks(task("a"), ProbeAnswer::Seen(Box::new(outcome)))
}

fn question(run: &Run) -> String {
    match &run.task(&task("a")).phase {
        Phase::InDoubt { question, .. } => question.clone(),
        other => panic!("it is {}", other.name()),
    }
}

#[test]
fn a_look_that_finds_it_gives_the_outputs() {
    let mut run = looking("response.status == 200", "response.body.id");
    seen(&mut run, answer(200, json!({ "id": 7 })));
    assert_eq!(run.state.status, RunStatus::Succeeded);
    assert_eq!(run.state.outputs_of(0).unwrap()["value"].expose(), &json!(7));
}

#[test]
fn a_look_that_does_not_find_it_lets_it_be_sent_again() {
    let mut run = looking("response.status == 200", "response.body.id");
    Arc::get_mut(&mut run.plan).unwrap().steps[0].retry =
        Some(Box::new(RetryPolicy { when: Vec::new(), ..RetryPolicy::default() }));
    seen(&mut run, answer(404, json!("no such thing")));
    // The try that was lost failed with an error of no class that is tried again.
    assert_eq!((run.phase(&task("a")), run.state.status), ("failed", RunStatus::Failed));
    run.resumes(HOUR);
    assert_eq!((run.phase(&task("a")), run.task(&task("a")).attempts), ("running", 2));
}

#[test]
fn a_list_without_it_is_an_answer_too() {
    let mut run = looking("response.body.exists(item, item == \"ada\")", "response.body[0]");
    run.resumes(HOUR);
    seen(&mut run, answer(200, json!(["lin"])));
    assert_eq!(run.phase(&task("a")), "failed");
}

#[test]
fn a_look_that_was_not_let_through_shows_nothing() {
    for status in [301, 401, 403, 407] {
        let mut run = looking("response.status == 200", "response.body.id");
        seen(&mut run, answer(status, json!("go away")));
        assert!(question(&run).contains(&format!("answered {status}")), "{}", question(&run));
    }
}

#[test]
fn a_condition_that_fails_is_told_and_nothing_is_sent() {
    let mut run = looking("response.body.total > 3", "response.body.id");
    seen(&mut run, answer(200, json!("<html>")));
    assert!(question(&run).contains("`done-if`"), "{}", question(&run));
}

#[test]
fn a_find_without_its_outputs_is_for_a_person() {
    let mut run = looking("response.status == 200", "response.body.id");
    seen(&mut run, answer(200, json!({})));
    assert!(question(&run).contains("it did, but output `value`"), "{}", question(&run));
}

#[test]
fn a_look_that_failed_is_made_again_later_and_not_for_ever() {
    for class in [RetryClass::Network, RetryClass::Timeout, RetryClass::Server, RetryClass::TooManyRequests] {
        let failed = || {
            let error = StepError::new(ErrorKind::Network, "network.broken", "the line is dead").class(class);
            Outcome { error: Some(error), ..answer(503, Value::Null) }
        };
        let mut run = looking("response.status == 200", "response.body.id");
        while run.phase(&task("a")) == "probing" {
            seen(&mut run, failed());
            if run.phase(&task("a")) == "delayed" {
                run.fires(task("a"));
            }
        }
        assert!(question(&run).contains("the line is dead"), "{}", question(&run));
        assert_eq!((run.task(&task("a")).probes, run.task(&task("a")).attempts), (6, 1));
        run.resumes(HOUR);
        assert_eq!(run.phase(&task("a")), "delayed", "a resume looks again");
    }
}

#[test]
fn a_look_that_can_never_be_made_is_told_at_once() {
    let mut run = looking("response.status == 200", "response.body.id");
    let error = StepError::new(ErrorKind::Config, "config.origin", "a secret would go to a stranger");
    seen(&mut run, Outcome::failed(Happened::None, error));
    assert!(question(&run).contains("a stranger"), "{}", question(&run));
}

fn key(run: &Run) -> String {
    idempotency_key(&run.state.started, &task("a"), run.task(&task("a")).occurrence)
}

#[test]
fn the_key_of_a_keyed_effect_is_the_same_over_tries_and_resumes() {
    let mut run = Run::of("steps:\n  a: { uses: keyed, retry: 1 }\n");
    let first = key(&run);
    run.ends(task("a"), Outcome::interrupted(Happened::Unknown));
    assert_eq!((run.phase(&task("a")), key(&run)), ("running", first.clone()));
    run.ends(task("a"), lost(Happened::Unknown)).resumes(HOUR);
    assert_eq!((run.phase(&task("a")), key(&run)), ("running", first));
    assert_eq!(run.task(&task("a")).attempts, 3);
}

#[test]
fn a_try_that_waited_longer_than_the_key_lives_is_looked_for_first() {
    let mut run = Run::of("steps:\n  a: { uses: keyed, retry: { max-attempts: 3, when: [network] } }\n");
    let error = StepError::new(ErrorKind::Network, "network.broken", "lost").class(RetryClass::Network);
    run.ends(task("a"), Outcome::failed(Happened::Unknown, error));
    assert_eq!(run.phase(&task("a")), "delayed");
    run.resumes(HOUR * 25).fires(task("a"));
    assert_eq!((run.phase(&task("a")), run.task(&task("a")).attempts), ("probing", 1));
    run.looks(task("a"), ProbeAnswer::NotDone);
    assert_eq!(run.phase(&task("a")), "delayed");
    run.fires(task("a"));
    assert_eq!((run.phase(&task("a")), run.task(&task("a")).attempts), ("running", 2));
}

/// The same text, with a probe for the first step.
fn gains_a_probe(run: &mut Run, text: &str) {
    let mut newer = plan(text);
    newer.steps[0].probe = Some(probe("response.status == 200", "response.body.id"));
    let edit = edit(&run.plan, &newer, run.state.version + 1);
    let ahead = preview(&run.plan, &newer, &run.state, &Resumption::default(), Some(&edit)).unwrap();
    assert!(ahead.stranded.is_empty(), "{:?}", ahead.stranded);
    run.apply(Fact::Resumed(Box::default())).unwrap();
    run.plan = Arc::new(newer);
    run.news(Fact::Replanned(Box::new(edit)));
}

#[test]
fn a_probe_that_an_edit_adds_looks_into_the_doubt_that_there_was() {
    const TEXT: &str = "steps:\n  a: { uses: once }\n";
    let mut run = Run::of(TEXT);
    run.ends(task("a"), lost(Happened::Unknown)).fires(task("a")).looks(task("a"), ProbeAnswer::NoWay);
    assert!(matches!(run.task(&task("a")).phase, Phase::InDoubt { doubt: Doubt::NoWay, .. }));
    gains_a_probe(&mut run, TEXT);
    assert_eq!(run.phase(&task("a")), "delayed");
    run.fires(task("a"));
    assert_eq!((run.phase(&task("a")), run.task(&task("a")).probes), ("probing", 1));
    seen(&mut run, answer(200, json!({ "id": 7 })));
    assert_eq!((run.state.status, run.task(&task("a")).attempts), (RunStatus::Succeeded, 1));
}

#[test]
fn a_probe_that_an_edit_adds_looks_into_items_as_well() {
    const TEXT: &str = "steps:\n  a: { uses: once, strategy: { matrix: { x: [p, q] } } }\n";
    let mut run = Run::of(TEXT);
    let q = || item("a", "q");
    run.succeeds(item("a", "p"), 1).ends(q(), lost(Happened::Unknown)).fires(q()).looks(q(), ProbeAnswer::NoWay);
    assert_eq!(run.state.status, RunStatus::InDoubt);
    gains_a_probe(&mut run, TEXT);
    run.fires(q()).looks(q(), ProbeAnswer::Seen(Box::new(answer(200, json!({ "id": 7 })))));
    assert_eq!(
        (run.state.status, run.task(&item("a", "p")).attempts, run.task(&q()).attempts),
        (RunStatus::Succeeded, 1, 1)
    );
}
