//! Workflows that call other files, with the real program.

use std::fs;

use rustix::process::Signal;
use serde_json::json;

use crate::support::{Invocation, LONG, SandboxProcess, TestContext, eventually};

const EMAIL: &str = "agent@onramp.test";

const MAIN: &str = "name: team
inputs: { email: { format: email } }
secrets: { mailbox: { env: ONRAMP_MAILBOX_URL }, password: { env: PASSWORD } }
steps:
  account:
    uses: ./lib/account.yaml
    with: { email: \"${{ inputs.email }}\" }
    secrets: { mailbox: \"${{ secrets.mailbox }}\", password: \"${{ secrets.password }}\" }
  key:
    uses: modelslab.create_api_key
    with: { token: \"${{ steps.account.outputs.token }}\", name: production }
outputs:
  key: { value: \"${{ steps.key.outputs.key }}\", secret: true }
";

const ACCOUNT: &str = "inputs: { email: { format: email } }
secrets: { mailbox: { env: ONRAMP_MAILBOX_URL }, password: { env: PASSWORD } }
steps:
  inbox: { uses: mail.mark, with: { mailbox: \"${{ secrets.mailbox }}\" } }
  signup:
    uses: modelslab.signup
    needs: inbox
    with: { email: \"${{ inputs.email }}\", password: \"${{ secrets.password }}\" }
  code:
    uses: ./code.yaml
    needs: signup
    with: { to: \"${{ inputs.email }}\", after: \"${{ steps.inbox.outputs.cursor }}\" }
    secrets: { mailbox: \"${{ secrets.mailbox }}\" }
  verify:
    uses: modelslab.verify_email
    with: { verification_code: \"${{ steps.code.outputs.code }}\", email: \"${{ inputs.email }}\" }
outputs:
  token: { value: \"${{ steps.verify.outputs.access_token }}\", secret: true }
";

const CODE: &str = "inputs: { to: {}, after: { type: object } }
secrets: { mailbox: { env: ONRAMP_MAILBOX_URL } }
steps:
  mail:
    uses: mail.wait
    with:
      mailbox: \"${{ secrets.mailbox }}\"
      to: \"${{ inputs.to }}\"
      after: \"${{ inputs.after }}\"
      extract: { link: \"/verify/{code}\" }
outputs: { code: { value: \"${{ steps.mail.outputs.code }}\", secret: true } }
";

const PASSWORD: &str = "correct-horse-battery";

fn files(context: &TestContext) {
    fs::create_dir(context.path("lib")).unwrap();
    context.write("main.yaml", MAIN);
    context.write("lib/account.yaml", ACCOUNT);
    context.write("lib/code.yaml", CODE);
}

fn start(context: &TestContext, sandbox: &SandboxProcess) -> Invocation {
    files(context);
    let command = context.onramp(["run", "--settle", "50ms", "main.yaml", "-i", "email=agent@onramp.test"]);
    command.env("PASSWORD", PASSWORD).against(sandbox)
}

#[test]
fn a_run_that_was_killed_inside_of_a_call_goes_on_there_though_the_files_are_gone() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.set_faults(json!([{ "on": "signup", "fault": "hang", "ms": 60_000 }]));
    let mut process = start(&context, &sandbox).start();
    eventually(LONG, || (sandbox.ledger().account(EMAIL).accounts() == 1).then_some(())).expect("signup took place");
    process.signal(Signal::KILL);
    process.wait(LONG).unwrap();
    sandbox.set_faults(json!([]));
    fs::remove_dir_all(context.path("lib")).unwrap();
    fs::remove_file(context.path("main.yaml")).unwrap();

    let resumed = context.onramp(["resume", "last", "--json"]).against(&sandbox).run().expect_code(0).json();
    assert_eq!(resumed["steps"]["account"], json!({ "status": "succeeded", "attempts": 4 }));
    assert_eq!(resumed["steps"]["account/code/mail"]["status"], "succeeded");
    assert_eq!(resumed["outputs"]["key"], "***");
    let ledger = sandbox.ledger();
    assert_eq!(ledger.account(EMAIL).requests("POST", "/auth/signup").len(), 1);
    assert_eq!(ledger.account(EMAIL).usable_keys("production").len(), 1);
    let shown = context.onramp(["show", "last"]).run().expect_code(0).stdout;
    assert!(
        shown.contains("  ✓ account") && shown.contains("\n    ✓ signup") && shown.contains("\n      ✓ mail"),
        "{shown}"
    );
}

#[test]
fn a_failure_inside_of_a_call_is_told_with_its_place_and_resumed_there() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.set_faults(json!([{ "on": "verify_email", "fault": "429", "times": 1, "retry_after": 999 }]));
    let failed = start(&context, &sandbox).run().expect_code(1);
    assert!(failed.stderr.contains("`account/verify` failed"), "{failed:#?}");
    context.onramp(["resume", "last"]).against(&sandbox).run().expect_code(0);
    assert_eq!(sandbox.ledger().account(EMAIL).requests("POST", "/auth/signup").len(), 1);
    assert_eq!(context.journal().count("attempt_started", "account/verify"), 2);
    for file in ["journal.jsonl", "checkpoint.json", "library.json"] {
        let path = context.journal().path().unwrap().with_file_name(file);
        assert!(!fs::read_to_string(path).unwrap().contains(PASSWORD), "{file}");
    }
}

#[test]
fn errors_in_a_called_file_are_shown_in_it_before_anything_runs() {
    let context = TestContext::new();
    files(&context);
    context.write("lib/code.yaml", &CODE.replace("inputs.to }}", "inputs.too }}"));
    let said = context.onramp(["validate", "main.yaml"]).run().expect_code(2).stderr;
    assert!(said.contains("--> lib/code.yaml:8:") && said.contains("did you mean `to`?"), "{said}");
    let json = context.onramp(["validate", "--json", "main.yaml"]).run().expect_code(2).json();
    assert_eq!((&json[0]["valid"], &json[0]["findings"][0]["file"]), (&json!(false), &json!("lib/code.yaml")));
    let run = context.onramp(["run", "main.yaml"]).run().expect_code(2);
    assert!(run.stderr.contains("lib/code.yaml:8:") && !context.store().exists(), "{run:#?}");
}
