use serde_json::json;

use super::*;
use crate::report::stand::Stand;
use crate::report::tests::scenario::*;
use crate::run::{ErrorKind, StepError};
use crate::workflow::Effect;

#[test]
fn a_public_value_that_repeats_a_secret_is_masked_there() {
    let mask = Mask::default();
    mask.learn(&secret(json!("ml_live_0123456789")));
    let mut tape = good();
    let image = json!({ "urls": ["https://cdn.onramp.test/?key=ml_live_0123456789"] });
    tape.alter(|recorded| drop(recorded.outputs.insert("image".into(), image.into())));
    let summary = Summary::new(&tape.plan, &tape.state, tape.summary(Secrets::Masked).place, Secrets::Masked, &mask);
    let image = summary.outputs.iter().find(|output| output.name == "image").unwrap();
    assert_eq!(image.value, json!({ "urls": ["https://cdn.onramp.test/?key=***"] }));
}

#[test]
fn outputs_stand_in_the_order_of_the_workflow_with_the_names_they_are_exported_under() {
    let mut tape = good();
    let declare = |name: &str, env: Option<&str>| crate::workflow::Output {
        name: crate::id::Name::new(name).unwrap(),
        value: crate::expr::Template::literal(json!(null)),
        ty: crate::expr::ValueType::Null,
        secret: false,
        env: env.map(str::to_owned),
        span: crate::diagnostic::Span::default(),
    };
    tape.plan.workflow.outputs = vec![declare("image", None), declare("api_key", Some("MODELSLAB_API_KEY"))];
    let outputs = tape.summary(Secrets::Masked).outputs;
    let names: Vec<_> = outputs.iter().map(|output| (output.name.as_str(), output.env.as_deref())).collect();
    assert_eq!(names, [("image", None), ("api_key", Some("MODELSLAB_API_KEY")), ("team", None)]);
}

#[test]
fn a_matrix_takes_from_the_start_of_its_first_item_to_the_end_of_its_last() {
    let summary = good().summary(Secrets::Masked);
    assert_eq!(summary.steps[2].took, Some(Duration::from_millis(95)));
    assert_eq!(summary.steps[2].attempts, 2);
}

#[test]
fn a_step_that_was_done_before_a_resume_keeps_its_time() {
    let mut tape = Tape::start(bootstrap());
    tape.wait(120).end("signup", done()).wait(60_000).push(crate::run::Fact::Resumed(Box::default()));
    assert_eq!(tape.summary(Secrets::Masked).steps[0].took, Some(Duration::from_millis(120)));
}

#[test]
fn a_remedy_in_doubt_is_its_steps_doubt() {
    let mut plan = bootstrap();
    plan.steps[1].on_error.as_mut().unwrap().call.effect = Effect::Once;
    let mut tape = Tape::start(plan);
    let error = StepError::new(ErrorKind::Mail, "mail.timeout", "no mail came");
    let failed = crate::run::Outcome::failed(crate::run::Happened::None, error);
    tape.end("signup", done()).end("code", failed).end("code/on-error", lost()).fire("code/on-error");
    let reason = "nothing to see".to_owned();
    tape.look("code/on-error", crate::run::ProbeAnswer::CannotTell { reason, again: None });
    let summary = tape.summary(Secrets::Masked);
    assert_eq!((summary.status, summary.steps[1].stand), (RunStatus::InDoubt, Stand::InDoubt));
    let doubt = summary.steps[1].tasks[0].doubt.as_ref().unwrap();
    assert_eq!(doubt.action, "modelslab.resend_verification");
    assert!(doubt.question.contains("`code/on-error`"), "{}", doubt.question);
}
