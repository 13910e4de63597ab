//! A fleet that is steered from another terminal.

use serde_json::json;

use super::{Fleet, count, csv, email};
use crate::support::{LONG, TestContext, WORKFLOW, eventually};

#[test]
fn a_fleet_that_is_cancelled_goes_on_when_it_is_resumed() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    // No mail comes: the rows wait for it.
    sandbox.set_faults(json!([{ "on": "signup", "fault": "mail-late", "ms": 3_000_000 }]));
    let rows = context.write("q4.csv", &csv((1..=4).map(email)));
    let mut process = fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(&rows).args(["--max-parallel", "2"]).start();
    let accounts = || sandbox.ledger().list("accounts").len();
    eventually(LONG, || (accounts() == 2).then_some(())).expect("no row began");
    context.onramp(["fleet", "cancel", "q4"]).run().expect_code(0);
    let ended = process.wait(LONG).unwrap();
    assert_eq!((ended.code, count(&ended, "stopped"), count(&ended, "waiting")), (Some(130), 2, 2), "{ended:?}");
    sandbox.set_faults(json!([]));
    let text = std::fs::read_to_string(WORKFLOW).unwrap();
    // Whoever asks for the mail again gets it now.
    let workflow = context.write("again.yaml", &text.replace("timeout: 3m", "timeout: 1s"));
    let resumed = fleet.run(&workflow).arg("--inputs").arg(&rows).run();
    assert_eq!((resumed.code, count(&resumed, "succeeded")), (Some(0), 4), "{resumed:?}");
    assert_eq!(accounts(), 4);
}

#[test]
fn a_paused_fleet_begins_no_row_until_it_is_unpaused() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let begun = csv([email(1)]);
    let rows = context.write("q4.csv", &begun);
    fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(&rows).run().expect_code(0);
    // Nobody works on it: it is written down.
    context.onramp(["fleet", "pause", "q4"]).run().expect_code(0);
    assert_eq!(fleet.shown()["paused"], true);
    let rows = context.write("q4.csv", &csv((1..=3).map(email)));
    let mut process = fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(&rows).start();
    eventually(LONG, || (fleet.shown()["rows"]["waiting"] == 2).then_some(())).expect("the rows are not known");
    // And asked of the process that does.
    context.onramp(["fleet", "set", "q4", "--max-parallel", "1"]).run().expect_code(0);
    assert_eq!(sandbox.ledger().list("accounts").len(), 1);
    context.onramp(["fleet", "unpause", "q4"]).run().expect_code(0);
    let ended = process.wait(LONG).unwrap();
    assert_eq!((ended.code, count(&ended, "succeeded")), (Some(0), 3), "{ended:?}");
}

#[test]
fn two_processes_never_work_on_one_fleet() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    sandbox.set_faults(json!([{ "on": "signup", "fault": "mail-late", "ms": 3_000_000 }]));
    let rows = context.write("q4.csv", &csv([email(1)]));
    let command = || fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(&rows);
    let _process = command().start();
    eventually(LONG, || (sandbox.ledger().list("accounts").len() == 1).then_some(())).expect("no row began");
    let refused = command().run();
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("is being written by process"), "{}", refused.stderr);
}
