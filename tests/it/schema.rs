//! What an author is helped with: the schema for the editor, and the inputs of a file.

use crate::support::{TestContext, WORKFLOW};

#[test]
fn the_schema_is_printed_as_it_is_committed() {
    let printed = TestContext::new().onramp(["schema"]).run().expect_code(0).stdout;
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/workflow.v1.json");
    assert!(printed == std::fs::read_to_string(committed).unwrap_or_default(), "cargo run -- schema > {committed}");
}

#[test]
fn the_help_of_run_lists_the_inputs_of_the_file() {
    let context = TestContext::new();
    context.write(
        "app.yaml",
        "name: app
inputs:
  stage: { enum: [dev, prod], default: dev, description: where it goes }
  key: { secret: true, default: hunter2-hunter2 }
  team: { type: array, items: { format: email }, max-items: 3 }
secrets: { token: { env: TOKEN } }
steps: { a: { uses: sleep, with: { for: 1s } } }
",
    );
    let help = context.onramp(["run", "app.yaml", "--help"]).run().expect_code(0).stdout;
    assert!(help.starts_with("Run a workflow"), "{help}");
    let end = &help[help.find("Inputs of app").unwrap()..];
    let expected = "\
Inputs of app:
  stage  string, one of \"dev\" \"prod\", default \"dev\"              where it goes
  key    string, default ***, secret
  team   array of string, at most 3 items, each email, required

Secrets of app:
  token  from TOKEN
";
    assert_eq!(end, expected);
    let plain = context.onramp(["run", "--help"]).run().expect_code(0).stdout;
    assert!(!plain.contains("Inputs of"), "{plain}");
    context.onramp(["run", WORKFLOW, "-h"]).run().expect_code(0);
}

#[test]
fn a_value_that_breaks_a_rule_is_refused_before_anything_runs() {
    let context = TestContext::new();
    context.write(
        "app.yaml",
        "inputs: { stage: { enum: [dev, prod] }, count: { type: integer, maximum: 3 } }
steps: { a: { uses: http, with: { url: \"/${{ inputs.stage }}\", method: POST } } }
",
    );
    let run = context.onramp(["run", "app.yaml", "-i", "stage=test", "-i", "count=4"]).run().expect_code(2);
    run.says(&["`stage`: one of dev, prod is wanted", "`count`: at most 3 wanted"]);
    assert!(!context.store().exists());
}
