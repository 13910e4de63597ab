//! What rows do together when a service is down, or does not want them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::{Fleet, count, csv, email};
use crate::support::{Invocation, TestContext, serve};

const WORKFLOW: &str = "name: ask
inputs:
  email: { type: string }
steps:
  ask: { uses: http, with: { url: \"/ask\" }, retry: { max-attempts: 2, delay: 500ms, jitter: false } }
";

/// A fleet of rows that each ask `service` once.
fn asking(context: &TestContext, service: &str, rows: usize) -> Invocation {
    let workflow = context.write("ask.yaml", WORKFLOW);
    let rows = context.write("q4.csv", &csv((1..=rows).map(email)));
    let command = context.onramp(["fleet", "run", "--json", "--base-url", service, "--inputs"]).arg(&rows);
    command.args(["--key", "email", "--log", "info"]).arg(&workflow)
}

#[test]
fn rows_wait_while_the_service_is_down_and_burn_no_tries() {
    let context = TestContext::new();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let service = serve(move |_, _| match counted.fetch_add(1, Ordering::SeqCst) {
        0..5 => ("503 Down", json!({})),
        _ => ("200 OK", json!({})),
    });
    let output = asking(&context, &service, 40).args(["--max-parallel", "5"]).run();
    assert_eq!((output.code, count(&output, "succeeded")), (Some(0), 40), "{output:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 45, "each failure was asked again, and nothing else");
    assert!(output.stderr.contains("does not answer: what would go there waits"), "{}", output.stderr);
    assert!(output.stderr.contains("answers again"), "{}", output.stderr);
    let waits = &output.json()["waits"][0];
    assert!(waits["step"] == "ask" && waits["attempts"].as_u64() > Some(0), "{waits}");
}

#[test]
fn rows_that_are_too_many_wait_and_are_asked_again() {
    let context = TestContext::new();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    // One is taken at first; of the others that came with it, none.
    let service = serve(move |_, _| match counted.fetch_add(1, Ordering::SeqCst) {
        1..10 => ("429 Slower\r\nretry-after: 0", json!({})),
        _ => ("200 OK", json!({})),
    });
    let output = asking(&context, &service, 30).args(["--max-parallel", "10"]).run();
    assert_eq!((output.code, count(&output, "succeeded")), (Some(0), 30), "{output:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 39, "each refusal was asked again once");
    assert!(output.stderr.contains("too many requests: those that would go there wait"), "{}", output.stderr);
}

/// All rows ask for the same address, so that the service counts them together.
const TOGETHER: &str = "name: together
inputs:
  email: { type: string }
steps:
  ask: { uses: modelslab.forgot_password, with: { email: one@onramp.test }, timeout: 2s, retry: 1 }
";

#[test]
fn a_row_that_waits_for_its_turn_longer_than_its_step_has_time_succeeds() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    sandbox.set_faults(json!([{ "on": "forgot_password", "fault": "429", "times": 1, "retry_after": 5 }]));
    let workflow = context.write("together.yaml", TOGETHER);
    let rows = context.write("q4.csv", &csv((1..=3).map(email)));
    let output = fleet.run(&workflow).arg("--inputs").arg(rows).args(["--max-parallel", "1"]).run();
    // The first row is refused, and has no second try. The next waits as long as the service said.
    assert_eq!((output.code, count(&output, "failed"), count(&output, "succeeded")), (Some(4), 1, 2), "{output:?}");
    let waits = &output.json()["waits"][0];
    assert!(waits["longest_seconds"].as_f64() > Some(2.0), "{waits}");
}

#[test]
fn a_captcha_stops_the_fleet_and_says_why() {
    let context = TestContext::new();
    let service = serve(|_, _| ("403 No\r\ncf-mitigated: challenge", json!({})));
    let output = asking(&context, &service, 30).args(["--max-parallel", "1"]).run();
    assert_eq!((output.code, count(&output, "failed")), (Some(4), 1), "{output:?}");
    assert_eq!(count(&output, "waiting"), 29);
    assert!(output.stderr.contains("no more rows begin") && output.stderr.contains("CAPTCHA"), "{}", output.stderr);
    assert_eq!(output.json()["causes"][0]["code"], "service.challenge");
}

#[test]
fn a_captcha_that_the_workflow_lets_pass_stops_nobody() {
    let context = TestContext::new();
    let service = serve(|_, _| ("403 No\r\ncf-mitigated: challenge", json!({})));
    let command = asking(&context, &service, 3).args(["--max-parallel", "1"]);
    context.write("ask.yaml", &WORKFLOW.replace("retry:", "continue-on-error: true, retry:"));
    let output = command.run();
    assert_eq!((output.code, count(&output, "succeeded")), (Some(0), 3), "{output:?}");
}

#[test]
fn the_service_is_told_who_asks() {
    let context = TestContext::new();
    let service = serve(|head, _| {
        let honest = head
            .lines()
            .any(|line| line.eq_ignore_ascii_case(concat!("user-agent: onramp/", env!("CARGO_PKG_VERSION"))));
        (if honest { "200 OK" } else { "400 Who" }, json!({}))
    });
    let output = asking(&context, &service, 2).run();
    assert_eq!(count(&output, "succeeded"), 2, "{output:?}");
}
