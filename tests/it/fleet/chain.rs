//! An earlier fleet's outputs are the rows of the next: no file of plain secrets is in between.

use super::rows::broken;
use super::{Fleet, count, csv, email};
use crate::support::{Output, TestContext, WORKFLOW};

const ROTATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/workflows/rotate-credentials.yaml");

impl Fleet<'_> {
    /// `onramp fleet run` of a workflow, with what `from` found out.
    fn run_from(&self, workflow: &str, from: &str, flags: &[&str]) -> Output {
        let command = self.command("run").args([workflow, "--rows-from", from, "--name", self.name, "--json"]);
        command.args(flags.iter().copied()).run()
    }
}

#[test]
fn keys_are_rotated_with_what_the_fleet_before_found_out_and_once_however_often_it_is_asked_for() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let give = |numbers: std::ops::RangeInclusive<usize>| context.write("q4.csv", &csv(numbers.map(email)));
    fleet.run(WORKFLOW.as_ref()).arg("--inputs").arg(give(1..=2)).run().expect_code(0);
    // The third row fails: it has no outputs.
    fleet.run(&broken(&context)).arg("--inputs").arg(give(1..=3)).run().expect_code(4);
    let next = Fleet::new(&context, &sandbox, "rotated");
    let first = next.run_from(ROTATE, "q4", &[]);
    assert_eq!((first.code, count(&first, "succeeded")), (Some(0), 2), "{first:?}");
    let first = first.says(&["rows from fleet q4: 2 with `email`, `password`; left out: 1 failed"]);
    let keys = |number| {
        let ledger = sandbox.ledger();
        (
            ledger.account(&email(number)).keys_ever_made(),
            ledger.account(&email(number)).usable_keys("production").len(),
        )
    };
    assert_eq!([1, 2, 3].map(keys), [(2, 1), (2, 1), (1, 1)]);
    let shown = next.shown();
    assert_eq!(shown["each"][0]["key"], email(1), "{shown}");
    let again = next.run_from(ROTATE, "q4", &[]);
    assert_eq!((again.code, count(&again, "succeeded")), (Some(0), 2), "{again:?}");
    assert_eq!([1, 2].map(keys), [(2, 1), (2, 1)], "a second run was started");
    let revealed = context.onramp(["fleet", "export", "q4", "--format", "jsonl", "--reveal"]).run().expect_code(0);
    let outputs: serde_json::Value = serde_json::from_str(revealed.stdout.lines().next().unwrap()).unwrap();
    let password = outputs["outputs"]["password"].as_str().unwrap();
    let stored = std::fs::read_to_string(next.journal()).unwrap();
    for text in [&first.stdout, &first.stderr, &shown.to_string(), &stored] {
        assert!(!text.contains(password), "a secret is in the open");
    }
}

#[test]
fn what_is_missing_or_secret_or_was_typed_by_nobody_is_told() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let fleet = Fleet::new(&context, &sandbox, "q4");
    let made = r#"
name: made
inputs: { email: { type: string } }
steps: { pin: { uses: random.password } }
outputs: { pin: "${{ steps.pin.outputs.value }}", place: "http://127.0.0.1:9" }
"#;
    let rows = context.write("q4.csv", &csv((1..=2).map(email)));
    fleet.run(&context.write("made.yaml", made)).arg("--inputs").arg(rows).run().expect_code(0);
    let next = Fleet::new(&context, &sandbox, "next");
    let of = |inputs: &str, step: &str| {
        let text = format!("name: next\ninputs: {inputs}\nsecrets: {{ pin: {{ env: PIN }} }}\nsteps:\n  one: {step}\n");
        context.write("next.yaml", &text);
        next.run_from("next.yaml", "q4", &[])
    };
    let nothing = "{ uses: random.password }";
    of("{ seats: { type: integer } }", nothing).expect_code(2).says(&["fleet q4 has no output for the input `seats`"]);
    let open = of("{ pin: { type: string } }", nothing).expect_code(2);
    open.says(&["`pin` of fleet q4 is secret, but the input `pin` is not"]);
    // A place that was found out is no place that secrets may go to.
    let send =
        "{ uses: http, with: { url: \"${{ inputs.place }}/x\", method: POST, json: { pin: \"${{ secrets.pin }}\" } } }";
    let sent = of("{ place: { type: string } }", send);
    assert_eq!((sent.code, count(&sent, "failed")), (Some(4), 2), "{sent:?}");
    assert_eq!(sent.json()["causes"][0]["code"], "config.origin");
    next.run_from("next.yaml", "next", &[]).expect_code(2).says(&["fleet next is not given its own outputs"]);
}
