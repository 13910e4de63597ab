//! Which rows a fleet runs: each once, however often and in whatever order it is given.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Fleet, count, csv, email};
use crate::support::{SandboxProcess, TestContext, WORKFLOW, adapted};

fn accounts(sandbox: &SandboxProcess) -> Vec<String> {
    let ledger = sandbox.ledger();
    let mut accounts: Vec<String> =
        ledger.list("accounts").iter().map(|account| account["account"].as_str().unwrap().to_owned()).collect();
    accounts.sort();
    accounts
}

/// The shipped workflow, asking for a model that there is not.
pub(super) fn broken(context: &TestContext) -> PathBuf {
    adapted(context, &[("model_id: flux", "model_id: nonesuch")])
}

pub(super) fn mend(workflow: &Path) {
    fs::copy(WORKFLOW, workflow).unwrap();
}

#[test]
fn a_file_that_is_given_again_with_rows_added_moved_repeated_and_gone_starts_the_new_ones_alone() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let give = |text: &str| {
        let rows = context.write("q4.csv", text);
        fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(rows).run()
    };
    let first = give(&csv((1..=4).map(email)));
    assert_eq!((first.code, count(&first, "succeeded")), (Some(0), 4), "{first:?}");
    let again = give(&csv([5, 3, 2, 4, 5].map(email)));
    assert_eq!((again.code, count(&again, "succeeded")), (Some(0), 5), "{again:?}");
    assert_eq!(again.stderr.matches("row 5 is row 1 again").count(), 1, "{again:?}");
    assert_eq!(again.stderr.matches(" once").count(), 1, "a row that is there twice is told once: {again:?}");
    assert_eq!(accounts(&sandbox), (1..=5).map(email).collect::<Vec<_>>());
}

#[test]
fn rows_that_are_known_by_something_else_now_are_not_begun_again() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let rows = context.write("q4.csv", &csv((1..=2).map(email)));
    fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(&rows).run().expect_code(0);
    let by_content = fleet.command("run").arg(WORKFLOW).args(["--name", "q4", "--inputs"]).arg(&rows).run();
    by_content.expect_code(2).says(&["none of these rows is one of fleet q4", "`agent+1@onramp.test`", "`--key`"]);
    assert_eq!(accounts(&sandbox), [email(1), email(2)]);
    assert_eq!(fleet.shown()["rows"]["total"], 2);
}

#[test]
fn who_gives_no_rows_is_told_where_they_come_from() {
    let context = TestContext::new();
    let output = context.onramp(["fleet", "run", WORKFLOW, "--name", "q4"]).run();
    output.expect_code(2).says(&["<--inputs <FILE>|--count <N>|--rows-from <FLEET>>"]);
}

#[test]
fn a_fleet_whose_rows_would_be_called_as_a_run_is_refused() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let run = context.onramp(["run", WORKFLOW, "--id", "q4-000002", "-i", "email=own@onramp.test", "--until", "inbox"]);
    run.against(&sandbox).run().expect_code(0);
    let rows = context.write("q4.csv", &csv([email(1)]));
    let refused = fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(rows).run();
    refused.expect_code(2).says(&["there is a run q4-000002, which is what a row of fleet q4 would be called"]);
}

#[test]
fn a_row_that_was_taken_out_before_it_began_is_withdrawn_and_comes_back_when_it_is_given_again() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let workflow = broken(&context);
    let give = |numbers: &[usize], flags: &[&str]| {
        let rows = context.write("q4.csv", &csv(numbers.iter().map(|number| email(*number))));
        fleet.run(&workflow).arg("--inputs").arg(rows).args(flags.iter().copied()).run()
    };
    // The canary cannot succeed, so that the others do not begin.
    let stopped = give(&[1, 2, 3], &["--canary", "1"]);
    assert_eq!((stopped.code, count(&stopped, "waiting")), (Some(4), 2), "{stopped:?}");
    mend(&workflow);
    let without = give(&[1, 2], &[]);
    assert_eq!((count(&without, "withdrawn"), count(&without, "succeeded")), (1, 1), "{without:?}");
    let with = give(&[1, 2, 3], &[]);
    assert_eq!((count(&with, "withdrawn"), count(&with, "succeeded")), (0, 2), "{with:?}");
    assert_eq!(accounts(&sandbox), [email(1), email(2), email(3)]);
}

#[test]
fn wrong_rows_are_all_told_and_nothing_is_sent() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let rows = context.write("q4.csv", "email\na@onramp.test\nno address\n\nb@onramp.test,more\nc@onramp.test\n");
    let refused = fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(&rows).run();
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("no address") && refused.stderr.contains("--skip-bad"), "{}", refused.stderr);
    assert!(accounts(&sandbox).is_empty());
    let rest = fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(&rows).args(["--skip-bad"]).run();
    assert_eq!((rest.code, count(&rest, "succeeded")), (Some(0), 2), "{rest:?}");
}

#[test]
fn rows_that_failed_go_on_with_the_workflow_as_it_was_put_right() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let workflow = broken(&context);
    let rows = context.write("q4.csv", &csv((1..=3).map(email)));
    let failed = fleet.run(&workflow).arg("--inputs").arg(&rows).run();
    assert_eq!((failed.code, count(&failed, "failed")), (Some(4), 3), "{failed:?}");
    assert_eq!(failed.json()["causes"][0]["step"], "generate");
    mend(&workflow);
    let resumed = fleet.resume().args(["--failed"]).run();
    assert_eq!((resumed.code, count(&resumed, "succeeded")), (Some(0), 3), "{resumed:?}");
    assert_eq!(accounts(&sandbox).len(), 3);
    assert_eq!(fleet.shown()["each"].as_array().unwrap().len(), 3);
}

#[test]
fn a_fleet_of_one_service_does_not_go_on_against_another() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let rows = context.write("q4.csv", &csv([email(1)]));
    let command = || fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(&rows);
    command().run().expect_code(0);
    context.write("q4.csv", &csv((1..=2).map(email)));
    let refused = command().env("ONRAMP_BASE_URL", "http://127.0.0.1:1").run();
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("it cannot go on against http://127.0.0.1:1"), "{}", refused.stderr);
    assert_eq!(accounts(&sandbox), [email(1)]);
}

#[test]
fn a_name_that_leaves_no_room_for_numbers_is_refused() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let rows = context.write("q4.csv", &csv([email(1)]));
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let name = "q".repeat(60);
    let refused = fleet.command("run").arg(WORKFLOW).args(["--name", &name, "--inputs"]).arg(&rows).run();
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("too long for a fleet"), "{}", refused.stderr);
    assert!(accounts(&sandbox).is_empty());
}
