//! Rows that are chosen by what became of them: to go on, or to be answered for.

use std::path::PathBuf;

use serde_json::json;

use super::rows::{broken, mend};
use super::{Fleet, count, csv, email};
use crate::support::{Invocation, TestContext};

/// No program can look whether such a request took place.
const LOST: &str = r#"
name: lost
inputs:
  email: { type: string }
steps:
  create:
    uses: http
    with:
      method: POST
      url: /api/agents/v1/auth/signup
      json: { email: "${{ inputs.email }}", password: hunter2-hunter2, name: Agent }
"#;

impl Fleet<'_> {
    /// A command as the fleet's page prints it.
    fn typed(&self, command: &str) -> Invocation {
        let line = command.replacen("onramp", "\"$ONRAMP\"", 1);
        self.context.shell(&line).against(self.sandbox)
    }

    fn start(&self, workflow: PathBuf, rows: usize) -> crate::support::Output {
        let rows = self.context.write("q4.csv", &csv((1..=rows).map(email)));
        self.run(&workflow).arg("--inputs").arg(rows).run()
    }
}

#[test]
fn the_rows_for_which_a_condition_holds_go_on_and_no_other() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let workflow = broken(&context);
    let failed = fleet.start(workflow.clone(), 3);
    assert_eq!((failed.code, count(&failed, "failed")), (Some(4), 3), "{failed:?}");
    let advised = failed.json()["causes"][0]["commands"][0].as_str().unwrap().to_owned();
    let resume = |condition: &str| fleet.resume().args(["--failed", "--where", condition]).run();
    resume("error.cod == 'x'").expect_code(2).says(&["unknown name `error.cod`", "did you mean `error.code`?"]);
    resume("attempts").expect_code(2).says(&["--where is true or false for a row"]);
    mend(&workflow);
    let some = resume("error.step == 'generate' && row.key.endsWith('+2@onramp.test')");
    assert_eq!((some.code, count(&some, "succeeded"), count(&some, "failed")), (Some(4), 1, 2), "{some:?}");
    // What the page of the fleet advises does the others.
    assert!(advised.contains("&& error.step == \"generate\"'"), "{advised}");
    fleet.typed(&advised).run().expect_code(0);
    assert_eq!(fleet.shown()["rows"]["succeeded"], 3);
}

#[test]
fn many_rows_in_doubt_are_answered_at_once_and_go_on_as_they_were_answered() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    sandbox.set_faults(json!([{ "on": "signup", "fault": "drop-before" }]));
    let lost = fleet.start(context.write("lost.yaml", LOST), 4);
    assert_eq!((lost.code, count(&lost, "in_doubt")), (Some(4), 4), "{lost:?}");
    sandbox.set_faults(json!([]));
    // Who goes on without an answer is told the same again.
    let still = fleet.resume().arg("--failed").run();
    assert_eq!((still.code, count(&still, "in_doubt")), (Some(4), 4), "{still:?}");
    let cause = &still.json()["causes"][0];
    assert_eq!((&cause["code"], &cause["rows"]), (&json!("in_doubt"), &json!(4)), "{still:?}");
    assert!(cause["commands"][1].as_str().unwrap().contains("--redo"), "{cause}");
    let asked = fleet.resume().run().expect_code(4);
    asked.says(&[
        "4 rows wait for an answer: `onramp fleet resolve q4 --where 'error.code == \"in_doubt\"' --done",
        "`--redo`",
    ]);
    let resolve = |args: &[&'static str]| context.onramp(["fleet", "resolve", "q4"]).args(args.iter().copied()).run();
    resolve(&["--where", "status == 'failed'", "--done"]).expect_code(2).says(&["no row of fleet q4 is meant"]);
    let two = resolve(&["--where", "error.code == 'in_doubt' && row.number <= 2", "--done"]).expect_code(0);
    two.says(&["fleet q4: 2 rows answered for", "`onramp fleet resume q4"]);
    let rest = [email(3), email(4)];
    let redo = context.onramp(["fleet", "resolve", "q4", "--row", &rest[0], "--row", &rest[1], "--redo"]).run();
    redo.expect_code(0).says(&["`create` will run again", "fleet q4: 2 rows"]);
    // Nobody works on them before the resume.
    let shown = fleet.shown();
    assert_eq!((&shown["rows"]["running"], &shown["rows"]["stopped"]), (&json!(0), &json!(4)), "{shown}");
    assert_eq!(shown["each"][0]["status"], "interrupted");
    let resumed = fleet.resume().run();
    assert_eq!((resumed.code, count(&resumed, "succeeded")), (Some(0), 4), "{resumed:?}");
    let ledger = sandbox.ledger();
    let made = (1..=4).map(|number| ledger.account(&email(number)).accounts()).collect::<Vec<_>>();
    assert_eq!(made, [0, 0, 1, 1], "what counts as done is not sent again");
    let left = context.onramp(["fleet", "resolve", "q4", "--row", &rest[0], "--step", "create", "--redo"]).run();
    left.expect_code(4).says(&["row `agent+3@onramp.test` was left as it is: `create` has succeeded"]);
}
