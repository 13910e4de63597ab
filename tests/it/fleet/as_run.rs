//! A row is a run: whatever takes a run takes a row.

use serde_json::json;

use super::rows::{broken, mend};
use super::{Fleet, count, csv, email};
use crate::support::{Invocation, LONG, Output, Running, TestContext, WORKFLOW, eventually};

impl Fleet<'_> {
    /// `onramp VERB` of a row, by its run id or as FLEET/KEY.
    fn of_row(&self, verb: &str, row: &str) -> Invocation {
        self.context.onramp([verb, row, "--config"]).arg(&self.config).against(self.sandbox)
    }

    fn rows(&self, numbers: std::ops::RangeInclusive<usize>) -> std::path::PathBuf {
        self.context.write("q4.csv", &csv(numbers.map(email)))
    }

    fn shown_row(&self, row: &str) -> serde_json::Value {
        self.context.onramp(["show", row, "--json"]).run().expect_code(0).json()
    }
}

#[test]
fn a_row_that_failed_goes_on_alone_with_the_workflow_as_it_was_put_right() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let workflow = broken(&context);
    let failed = fleet.run(&workflow).arg("--inputs").arg(fleet.rows(1..=3)).run();
    assert_eq!((failed.code, count(&failed, "failed")), (Some(4), 3), "{failed:?}");
    let page = context.onramp(["show", "q4-000002"]).run().expect_code(0).stdout;
    assert!(page.contains("onramp resume q4-000002"), "what is advised is what works:\n{page}");
    mend(&workflow);
    fleet.of_row("resume", "q4-000002").run().expect_code(0);
    fleet.of_row("retry", "q4/agent+2@onramp.test").args(["--step", "generate"]).run().expect_code(0);
    let exported = context.onramp(["export", "q4/agent+2@onramp.test", "--format", "json", "--reveal"]).run();
    let key = exported.expect_code(0).json()["api_key"].clone();
    assert!(key.as_str().is_some_and(|key| key != "***" && key.len() > 8), "{key}");
    let shown = fleet.shown();
    assert_eq!((&shown["rows"]["succeeded"], &shown["rows"]["failed"]), (&json!(1), &json!(2)), "{shown}");
    let rest = fleet.resume().args(["--failed"]).run();
    assert_eq!((rest.code, count(&rest, "succeeded")), (Some(0), 3), "{rest:?}");
    let ledger = sandbox.ledger();
    assert_eq!((ledger.list("accounts").len(), ledger.account(&email(2)).keys_ever_made()), (3, 1));
}

#[test]
fn rows_of_a_template_are_named_by_what_the_fleet_shows_of_them() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let workflow = broken(&context);
    let template = "email=agent+${{ index }}@onramp.test";
    let made = fleet.command("run").arg(&workflow).args(["--name", "q4", "--count", "3", "--template", template]).run();
    assert!(made.expect_code(4).stdout.contains("q4-000001 agent+1@onramp.test"));
    mend(&workflow);
    let resume = |row: &str| fleet.resume().args(["--row", row]).run();
    assert_eq!(count(&resume("q4-000001"), "succeeded"), 1);
    assert_eq!(count(&resume("agent+2@onramp.test"), "succeeded"), 2);
    resume("q4-000004").expect_code(2).says(&["fleet q4 has no row `q4-000004`"]);
    resume("agent+4@onramp.test").expect_code(2).says(&["fleet q4 has no row `agent+4@onramp.test`; did you mean"]);
    assert_eq!(fleet.shown_row("q4/agent+3@onramp.test")["status"], "failed");
}

#[test]
fn who_takes_a_fleet_for_a_run_or_a_run_for_a_fleet_is_told_the_right_command() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    fleet.run(&broken(&context)).arg("--inputs").arg(fleet.rows(1..=1)).run().expect_code(4);
    for verb in ["show", "resume", "teardown"] {
        let refused = fleet.of_row(verb, "q4").run().expect_code(2);
        refused.says(&["there is no run `q4`, but a fleet q4: `onramp fleet show q4", "such as `q4-000001`"]);
    }
    let shown = |name: &str| context.onramp(["fleet", "show", name]).run().expect_code(2);
    shown("q5").says(&["there is no fleet `q5`", "did you mean `q4`?", "`onramp fleet list"]);
    shown("q4-000001").says(&["there is no fleet `q4-000001`, but a run q4-000001: `onramp show q4-000001"]);
}

#[test]
fn a_row_that_was_torn_down_is_left_alone_by_its_fleet() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(fleet.rows(1..=2)).run().expect_code(0);
    fleet.of_row("teardown", "q4-000001").args(["--yes"]).run().expect_code(0);
    let keys = |number| sandbox.ledger().account(&email(number)).usable_keys("production").len();
    assert_eq!((keys(1), keys(2)), (0, 1));
    assert_eq!(fleet.shown()["rows"]["torn_down"], 1);
    fleet.resume().args(["--failed"]).run().expect_code(0);
    assert_eq!((keys(1), keys(2)), (0, 1));
    let refused = fleet.of_row("resume", "q4-000001").run().expect_code(2);
    refused.says(&["run q4-000001 was torn down"]);
}

#[test]
fn who_means_a_row_that_is_not_there_has_not_begun_or_is_worked_on_is_told_what_to_do() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let workflow = broken(&context);
    let start = || fleet.run(&workflow).arg("--inputs").arg(fleet.rows(1..=2)).args(["--canary", "1"]);
    start().run().expect_code(4);
    let refused = |verb: &str, row: &str, words: &[&str]| {
        let refused: Output = fleet.of_row(verb, row).run().expect_code(2);
        refused.says(words);
    };
    refused("resume", "q4-000002", &["row `agent+2@onramp.test` of fleet q4 has not begun", "onramp fleet resume q4"]);
    refused("resume", "q4/agent+3@onramp.test", &["no row `agent+3@onramp.test`; did you mean"]);
    refused("resume", "q5/agent+1@onramp.test", &["no fleet `q5`", "onramp fleet list"]);
    refused("resume", "q4-000003", &["fleet q4 has 2 rows"]);
    refused("cancel", "q4-000001", &["is cancelled with it: `onramp fleet cancel q4"]);
    mend(&workflow);
    // Nothing answers until the process is killed, so that it surely works on the fleet meanwhile.
    sandbox.set_faults(json!([{ "on": "*", "fault": "hang" }]));
    let mut process = fleet.resume().args(["--failed"]).start();
    eventually(LONG, || lock_is_held(&fleet, &mut process).then_some(()));
    refused("resume", "q4-000001", &["fleet q4 is being written", "to end it first: onramp fleet cancel q4"]);
    assert_eq!(fleet.shown_row("q4/agent+1@onramp.test")["status"], "running");
    process.kill();
    assert_eq!(fleet.shown_row("q4-000001")["status"], "interrupted");
}

/// The resumed row stands in the journal, and its process lives.
fn lock_is_held(fleet: &Fleet<'_>, process: &mut Running) -> bool {
    assert!(!process.has_ended(), "{}", process.stderr());
    fleet.shown_row("q4-000001")["status"] == "running"
}

#[test]
fn rows_against_the_embedded_sandbox_are_shown_drawn_and_resumed_by_their_keys() {
    let context = TestContext::new();
    let rows = context.write("q4.csv", &csv((1..=2).map(email)));
    let workflow = broken(&context);
    let start =
        context.onramp(["fleet", "run", "--sandbox", "--key", "email", "--settle", "50ms", "--inputs"]).arg(&rows);
    start.arg(&workflow).run().expect_code(4);
    let drawn = |row: &str| context.onramp(["graph", row]).run().expect_code(0).stdout;
    let class_of = |row: &str, step: &str| {
        let line = drawn(row).lines().find(|line| line.contains(&format!("\"{step}<br/>"))).unwrap().to_owned();
        line.rsplit(":::").next().unwrap().to_owned()
    };
    let row = "q4/agent+2@onramp.test";
    assert_eq!([class_of(row, "signup"), class_of(row, "generate")], ["succeeded", "failed"]);
    mend(&workflow);
    context.onramp(["resume", row]).run().expect_code(0);
    assert_eq!(context.onramp(["show", row, "--json"]).run().expect_code(0).json()["status"], "succeeded");
    assert_eq!([class_of("q4-000001", "generate"), class_of("q4-000002", "generate")], ["failed", "succeeded"]);
    context.onramp(["graph", "q4/nobody"]).run().expect_code(2).says(&["has no row `nobody`"]);
}
