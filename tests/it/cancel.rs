//! Ending a run from another terminal.

use std::fs;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Invocation, LONG, Output, Running, SandboxProcess, TestContext, eventually, quick};

const EMAIL: &str = "agent@onramp.test";

/// The bootstrap workflow, with steps that ask how the run goes.
fn workflow(context: &TestContext) -> std::path::PathBuf {
    let asks = "
  told: { uses: sleep, needs: [verify], if: cancelled(), with: { for: 1ms } }
  tidy: { uses: sleep, needs: [generate], if: always(), with: { for: 1ms } }
  mend: { uses: sleep, needs: [verify], if: failure(), with: { for: 1ms } }

outputs:
";
    let text = fs::read_to_string(quick(context)).unwrap().replace("timeout: 2s", "timeout: 6s");
    context.write("asks.yaml", &text.replace("\noutputs:\n", asks))
}

fn start(context: &TestContext, sandbox: &SandboxProcess) -> Invocation {
    let run = context.onramp(["run", "--json", "--settle", "50ms", "-i", "email=agent@onramp.test"]);
    run.arg(workflow(context)).against(sandbox)
}

/// A run that waits for a mail which was lost.
fn waiting_for_mail(context: &TestContext, sandbox: &SandboxProcess) -> Running {
    sandbox.set_faults(json!([{ "on": "signup", "fault": "mail-lost" }]));
    begun("code", context, sandbox)
}

#[track_caller]
fn begun(step: &str, context: &TestContext, sandbox: &SandboxProcess) -> Running {
    let mut process = start(context, sandbox).start();
    let journal = context.journal();
    let begun = eventually(LONG, || {
        let begun = journal.path().is_some() && journal.count("attempt_started", step) > 0;
        (begun || process.has_ended()).then_some(begun)
    });
    assert_eq!(begun, Some(true), "{step} never began:\n{}", process.stderr());
    process
}

fn cancel(context: &TestContext) -> Invocation {
    context.onramp(["cancel", "last", "--json"])
}

fn stand<'a>(document: &'a Value, step: &str) -> &'a str {
    document["steps"][step]["status"].as_str().unwrap()
}

fn ended(mut process: Running) -> Output {
    process.wait(LONG).expect("the run did not end").expect_code(130)
}

#[test]
fn a_run_that_waits_for_mail_is_cancelled_and_only_steps_that_ask_for_it_run() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let process = waiting_for_mail(&context, &sandbox);
    let cancelled = cancel(&context).run().expect_code(0).json();
    let said = ended(process).says(&["cancelled by `onramp cancel`", "the run was cancelled"]);
    assert_eq!(said.json(), cancelled, "both terminals say the same");
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(cancelled["steps"]["code"]["error"]["code"], "interrupted");
    for step in ["verify", "key", "invite", "generate", "mend"] {
        assert_eq!(stand(&cancelled, step), "skipped", "{step}");
        assert_eq!(cancelled["steps"][step]["reason"], "the run was cancelled", "{step}");
    }
    assert_eq!((stand(&cancelled, "told"), stand(&cancelled, "tidy")), ("succeeded", "succeeded"));
    let shown = context.onramp(["show", "last"]).run().expect_code(0).stdout;
    assert!(shown.contains("cancelled (`onramp cancel`)") && shown.contains("the run was cancelled"), "{shown}");
    assert!(!context.journal().path().unwrap().with_file_name("cancel").exists());

    context.onramp(["resume", "last"]).against(&sandbox).run().expect_code(0);
    let ledger = sandbox.ledger();
    let account = ledger.account(EMAIL);
    assert_eq!((account.accounts(), account.usable_keys("production").len()), (1, 1));
}

#[test]
fn an_effect_under_way_has_its_time_when_the_run_is_cancelled() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.set_faults(json!([{ "on": "signup", "fault": "latency", "ms": 1500 }]));
    let process = begun("signup", &context, &sandbox);
    let cancelled = cancel(&context).run().expect_code(0).json();
    ended(process);
    assert_eq!((stand(&cancelled, "signup"), stand(&cancelled, "code")), ("succeeded", "skipped"));
    assert_eq!(sandbox.ledger().account(EMAIL).accounts(), 1);
}

#[test]
fn a_retry_that_waits_is_given_up_when_the_run_is_cancelled() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.set_faults(json!([{ "on": "create_api_key", "fault": "429", "retry_after": 200 }]));
    let mut process = start(&context, &sandbox).start();
    process.until_it_says("try 2 in ");
    let cancelled = cancel(&context).run().expect_code(0).json();
    ended(process);
    assert_eq!(cancelled["steps"]["key"]["error"]["code"], "service.429");
}

#[test]
fn two_signals_stop_a_run_that_is_being_cancelled_at_once() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.set_faults(json!([{ "on": "signup", "fault": "hang", "ms": 60_000 }]));
    let mut process = begun("signup", &context, &sandbox);
    context.onramp(["cancel", "last", "--no-wait"]).run().expect_code(0).says(&["was asked to end"]);
    process.until_it_says("cancelled by `onramp cancel`");
    process.signal(Signal::INT);
    process.until_it_says("Ctrl-C again stops at once");
    process.signal(Signal::TERM);
    process.wait(Duration::from_secs(5)).expect("at once").expect_code(130);
    let last = context.journal().entries().pop().unwrap();
    assert_eq!((&last["fact"], &last["stop"]), (&json!("stop_requested"), &json!("interrupt")));
}

#[test]
fn a_run_that_does_not_end_in_time_is_not_said_to_have_ended() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.set_faults(json!([{ "on": "signup", "fault": "hang", "ms": 60_000 }]));
    let _process = begun("signup", &context, &sandbox);
    let still = context.onramp(["cancel", "last", "--wait", "300ms"]).run().expect_code(1);
    assert_eq!(still.says(&["is still at it", "onramp show"]).stdout, "");
}

#[test]
fn a_run_whose_process_is_gone_is_marked_and_one_that_is_over_is_left_alone() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let mut process = waiting_for_mail(&context, &sandbox);
    process.kill();
    let marked = cancel(&context).run().expect_code(0).says(&["no process works on run", "onramp resume"]).json();
    assert_eq!(marked["status"], "cancelled");
    assert_eq!(context.onramp(["show", "last", "--json"]).run().json(), marked);
    let before = fs::read(context.journal().path().unwrap()).unwrap();
    let again = cancel(&context).run().expect_code(0).says(&["is over already: cancelled"]);
    assert_eq!((again.json(), fs::read(context.journal().path().unwrap()).unwrap()), (marked, before));

    context.onramp(["resume", "last"]).against(&sandbox).run().expect_code(0);
    let id = context.onramp(["show", "last", "--json"]).run().json()["run_id"].as_str().unwrap().to_owned();
    let over = context.onramp(["cancel", &id[..id.len() - 1], "--json"]).run().expect_code(0);
    assert_eq!(over.says(&["is over already: succeeded"]).json()["status"], "succeeded");
    assert_eq!(sandbox.ledger().account(EMAIL).accounts(), 1);
    context.onramp(["cancel", "nonesuch"]).run().expect_code(2).says(&["there is no run `nonesuch`"]);
}
