//! The workflow that the product is shown with.

use std::time::Duration;

use serde_json::json;

use super::reading::plan;
use crate::plan::Plan;
use crate::workflow::Effect;

fn bootstrap() -> Plan {
    plan(include_str!("../../../workflows/bootstrap.yaml"))
}

fn ids<'p>(plan: &'p Plan, indices: &[usize]) -> Vec<&'p str> {
    indices.iter().map(|index| plan.steps[*index].id.as_str()).collect()
}

fn needs<'p>(plan: &'p Plan, id: &str) -> Vec<&'p str> {
    let step = plan.steps.iter().find(|step| step.id.as_str() == id).unwrap();
    ids(plan, &step.needs)
}

#[test]
fn its_steps_stand_in_the_order_of_the_file() {
    let plan = bootstrap();
    let order: Vec<&str> = plan.steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(order, ["credentials", "inbox", "signup", "code", "verify", "key", "invite", "generate"]);
    for (index, step) in plan.steps.iter().enumerate() {
        assert_eq!(plan.index(&step.id), Some(index));
        assert!(step.needs.iter().all(|need| *need < index && plan.steps[*need].dependants.contains(&index)));
    }
}

#[test]
fn steps_wait_for_needs_and_for_what_they_refer_to() {
    let plan = bootstrap();
    assert_eq!(needs(&plan, "inbox"), [""; 0]);
    assert_eq!(needs(&plan, "signup"), ["credentials", "inbox"]);
    assert_eq!(needs(&plan, "code"), ["inbox", "signup"]);
    assert_eq!(needs(&plan, "invite"), ["verify"]);
    assert_eq!(ids(&plan, &plan.steps[4].dependants), ["key", "invite"]);
}

#[test]
fn its_remedy_runs_the_wait_again() {
    let plan = bootstrap();
    let code = &plan.steps[3];
    let remedy = code.on_error.as_ref().unwrap();
    assert_eq!(
        (remedy.call.action, remedy.max, remedy.call.effect),
        ("modelslab.resend_verification", 2, Effect::Repeat)
    );
    assert_eq!(ids(&plan, &remedy.rerun), ["code"]);
    assert_eq!(remedy.when, ["mail.timeout"]);
    assert_eq!(remedy.call.with[0].0, "email");
    assert_eq!(code.timeout, Some(Duration::from_secs(180)));
}

#[test]
fn its_secrets_are_known_before_the_run() {
    let plan = bootstrap();
    let secret: Vec<(&str, bool)> =
        plan.workflow.outputs.iter().map(|output| (output.name.as_str(), output.secret)).collect();
    assert_eq!(secret, [("api_key", true), ("password", true), ("image", false)]);
    let outputs = [("key", true), ("id", false), ("name", false)].map(|(name, secret)| (name.to_owned(), secret));
    assert_eq!(plan.steps[5].outputs, outputs);
    assert!(plan.steps[5].call.with.iter().any(|(name, _, secret)| name == "token" && *secret));
}

#[test]
fn its_literals_keep_their_text() {
    let plan = bootstrap();
    let extract = plan.steps[3].call.with.iter().find(|(name, ..)| name == "extract").unwrap();
    assert_eq!(extract.1.as_literal(), Some(&json!({ "link": "/verify/{code}" })));
}
