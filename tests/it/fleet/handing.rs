//! What comes out of a fleet: files of outputs, and a command that takes them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use super::rows::{broken, mend};
use super::{Fleet, count, csv, email};
use crate::support::{TestContext, WORKFLOW};

/// A command that notes whose outputs it was given, and does not take those of one row until it may.
const VAULT: &str = "#!/bin/sh
echo \"$ONRAMP_ROW $ONRAMP_RUN ${MODELSLAB_API_KEY:+key} ${ONRAMP_MAILBOX_URL:+mailbox}\" >> noted
test \"$ONRAMP_ROW\" != agent+2@onramp.test || test -e allowed
";

#[test]
fn a_command_takes_the_outputs_of_each_row_until_it_has_taken_them() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let rows = context.write("q4.csv", &csv((1..=3).map(email)));
    let vault = context.write("vault.sh", VAULT);
    fs::set_permissions(&vault, fs::Permissions::from_mode(0o755)).unwrap();
    let noted = || {
        let text = fs::read_to_string(context.path("noted")).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let first = fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(&rows).args(["--each", "--"]).arg(&vault).run();
    assert_eq!(first.code, Some(4), "{first:?}");
    assert!(first.stderr.contains("row `agent+2@onramp.test` were not taken"), "{}", first.stderr);
    let of = |number: usize| format!("{} q4-00000{number} key ", email(number));
    assert_eq!(noted(), [of(1), of(2), of(3)]);
    // Which ones the command lacks is known afterwards, too.
    let shown = fleet.shown();
    let command = format!("onramp fleet resume q4 --store {} --each -- CMD", context.store().display());
    assert_eq!(shown["untaken"], json!({ "rows": 1, "examples": [email(2)], "command": command }));
    assert_eq!([0, 1, 2].map(|row| shown["each"][row]["handed_on"].as_bool()), [Some(true), Some(false), Some(true)]);
    let listed = context.onramp(["fleet", "list"]).run().expect_code(0);
    assert_eq!(listed.stdout.lines().count(), 1, "a fleet has one line: {}", listed.stdout);
    assert!(listed.stdout.contains("1 not handed on"), "{}", listed.stdout);
    let page = context.onramp(["fleet", "show", "q4"]).run().expect_code(0).stdout;
    assert!(page.contains(&format!("1 row  succeeded, not handed on (--each)\n  {}\n  {command}", email(2))), "{page}");
    context.write("allowed", "");
    let second = fleet.resume().args(["--each", "--"]).arg(&vault).run();
    assert_eq!(second.code, Some(0), "{second:?}");
    assert_eq!(fleet.shown().get("untaken"), None);
    // What was taken is not handed on again.
    fleet.resume().args(["--each", "--"]).arg(&vault).run().expect_code(0);
    assert_eq!(noted(), [of(1), of(2), of(2), of(3)]);
    assert_eq!(sandbox.ledger().list("accounts").len(), 3);
}

#[test]
fn outputs_are_written_for_their_owner_alone_and_secrets_only_when_asked_for() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let rows = context.write("q4.csv", &csv((1..=2).map(email)));
    fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(&rows).run().expect_code(0);
    let export = |flags: &[&str]| context.onramp(["fleet", "export", "q4"]).args(flags.iter().copied()).run();
    let table = export(&["--format", "csv"]).expect_code(0);
    let lines: Vec<&str> = table.stdout.lines().collect();
    assert_eq!((lines.len(), lines[0]), (3, "key,run_id,api_key,password,image"));
    assert!(lines[1].starts_with("agent+1@onramp.test,q4-000001,***,***,http"), "{}", lines[1]);
    let revealed = export(&["--format", "jsonl", "--reveal"]).expect_code(0);
    let first: serde_json::Value = serde_json::from_str(revealed.stdout.lines().next().unwrap()).unwrap();
    let key = first["outputs"]["api_key"].as_str().unwrap();
    assert!(key.len() > 20);
    let folder = context.path("envs");
    let folder = folder.to_str().unwrap();
    export(&["--format", "dotenv-dir", "--output", folder, "--reveal"]).expect_code(0);
    let file = context.path("envs/q4-000001.env");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(&file).unwrap().contains(key));
    assert_eq!(export(&["--format", "dotenv-dir"]).code, Some(2));
}

#[test]
fn a_fleet_opens_with_the_key_that_took_over() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let rows = context.write("q4.csv", &csv([email(1)]));
    fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(&rows).run().expect_code(0);
    context.onramp(["key", "rotate"]).run().expect_code(0);
    assert_eq!(fleet.shown()["rows"]["succeeded"], 1);
}

#[test]
fn a_row_is_shown_and_exported_as_any_run() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let rows = context.write("q4.csv", &csv((1..=2).map(email)));
    fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(&rows).run().expect_code(0);
    for name in ["q4-000002", "q4/agent+2@onramp.test"] {
        let shown = context.onramp(["show", name, "--json"]).run().expect_code(0).json();
        assert_eq!((&shown["run_id"], &shown["status"]), (&"q4-000002".into(), &"succeeded".into()), "{shown}");
        assert_eq!(shown["steps"]["signup"]["attempts"], 1);
        let exported = context.onramp(["export", name, "--format", "dotenv", "--reveal"]).run().expect_code(0);
        assert!(exported.stdout.contains("MODELSLAB_API_KEY="), "{}", exported.stdout);
    }
    let unknown = context.onramp(["show", "q4/agent+9@onramp.test"]).run();
    assert!(unknown.code == Some(2) && unknown.stderr.contains("has no row"), "{}", unknown.stderr);
}

#[test]
fn what_all_rows_made_is_taken_back_and_none_goes_on() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let rows = context.write("q4.csv", &csv((1..=3).map(email)));
    let run = || fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(&rows);
    run().run().expect_code(0);
    let teardown = |flags: &[&str]| fleet.command("teardown").args(["q4"]).args(flags.iter().copied()).run();
    let asked = teardown(&[]);
    assert!(asked.code == Some(2) && asked.stderr.contains("each of 3 rows"), "{asked:?}");
    // What is left of a row is told, with what takes it back.
    sandbox.set_faults(json!([{ "on": "delete_api_key", "fault": "500" }]));
    let left = teardown(&["--yes", "--json"]).expect_code(4);
    let cause = &left.json()["causes"][0];
    assert_eq!((count(&left, "failed"), &cause["step"]), (3, &json!("undo:key")), "{left:?}");
    assert!(cause["commands"][0].as_str().unwrap().starts_with("onramp fleet teardown q4 --where"), "{cause}");
    sandbox.set_faults(json!([]));
    let undone = teardown(&["--yes", "--json"]).expect_code(0);
    assert_eq!(count(&undone, "torn_down"), 3);
    let ledger = sandbox.ledger();
    for number in 1..=3 {
        let email = email(number);
        assert!(ledger.account(&email).usable_keys("production").is_empty());
        assert_eq!(ledger.account(&email).accounts(), 1, "no operation deletes an account");
    }
    teardown(&["--yes"]).expect_code(0);
    let row = || context.onramp(["resume", "q4-000001"]).against(&sandbox);
    for refused in [run().run(), row().run()] {
        assert!(refused.code == Some(2) && refused.stderr.contains("was torn down"), "{refused:?}");
    }
    assert_eq!(sandbox.ledger().list("accounts").len(), 3);
}

#[test]
fn some_rows_are_taken_back_and_the_others_go_on() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let rows = context.write("q4.csv", &csv((1..=4).map(email)));
    let run = || fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(&rows);
    run().run().expect_code(0);
    let teardown = |flags: &[&str]| {
        let command = fleet.command("teardown").args(["q4", "--yes", "--json"]);
        command.args(flags.iter().copied()).run()
    };
    teardown(&["--where", "status == 'failed'"]).expect_code(2).says(&["nothing was undone"]);
    teardown(&["--row", "agent+9@onramp.test"]).expect_code(2).says(&["no row `agent+9@onramp.test`"]);
    let one = teardown(&["--row", "agent+2@onramp.test"]).expect_code(0);
    assert_eq!((count(&one, "torn_down"), count(&one, "succeeded")), (1, 3));
    let more = teardown(&["--where", "row.number <= 3"]).expect_code(0);
    assert_eq!((count(&more, "torn_down"), count(&more, "succeeded")), (3, 1));
    let keys = |number| sandbox.ledger().account(&email(number)).usable_keys("production").len();
    assert_eq!([1, 2, 3, 4].map(keys), [0, 0, 0, 1]);
    // The fleet itself was not torn down.
    context.write("q4.csv", &csv((1..=5).map(email)));
    let again = run().run().expect_code(0);
    assert_eq!((count(&again, "torn_down"), count(&again, "succeeded")), (3, 2));
    assert_eq!([1, 2, 3, 4, 5].map(keys), [0, 0, 0, 1, 1]);
}

#[test]
fn a_fleet_is_freed_of_its_secrets_and_forgotten_when_all_of_its_rows_are_over() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let rows = context.write("q4.csv", &csv((1..=2).map(email)));
    let workflow = broken(&context);
    let run = || fleet.run(&workflow).arg("--inputs").arg(&rows);
    run().args(["--canary", "1"]).run().expect_code(4);
    let prune = |flags: &[&str]| {
        let command = context.onramp(["prune", "--json", "--older-than", "0s"]).args(flags.iter().copied());
        let pruned = command.run().expect_code(0).json();
        assert_eq!(pruned[0]["fleet"], "q4", "{pruned}");
        pruned[0]["what"].as_str().unwrap().to_owned()
    };
    assert_eq!(prune(&[]), "kept: interrupted; --unfinished takes it, too");
    mend(&workflow);
    run().run().expect_code(4);
    fleet.resume().args(["--failed"]).run().expect_code(0);
    assert_eq!(prune(&["--dry-run"]), "would be forgotten");
    assert_eq!(prune(&["--secrets"]), "freed of its secrets");
    let shown = context.onramp(["fleet", "show", "q4"]).run().expect_code(0);
    shown.says(&["the secrets of fleet q4 were pruned"]);
    let exported = context.onramp(["fleet", "export", "q4", "--format", "csv", "--reveal"]).run().expect_code(0);
    let line = exported.says(&["the fleet's secrets were pruned"]).stdout.lines().nth(1).unwrap().to_owned();
    assert!(line.starts_with("agent+1@onramp.test,q4-000001,***,***,http"), "{line}");
    fleet.resume().run().expect_code(2).says(&["were pruned"]);
    assert_eq!(prune(&["--secrets"]), "kept: its secrets were pruned before");
    assert_eq!(prune(&[]), "forgotten");
    context.onramp(["fleet", "list"]).run().expect_code(0).says(&["no fleets"]);
}
