//! What a run would do, by the real program.

use std::fs;
use std::net::TcpListener;

use insta::assert_snapshot;

use crate::support::{TestContext, WORKFLOW};

#[test]
fn what_is_missing_is_told_and_is_no_error() {
    let output = TestContext::new().onramp(["plan", WORKFLOW]).run().expect_code(0);
    assert_snapshot!("plan", output.stdout);
}

#[test]
fn what_is_given_is_taken_in() {
    let context = TestContext::new();
    let given = ["-i", "email=agent@host.test", "-i", "team=ada@host.test,lin@host.test"];
    let command = context.onramp(["plan", WORKFLOW, "--details"]).args(given);
    let command = command.env("ONRAMP_MAILBOX_URL", "imaps://agent:hunter2-hunter2@mail.test/INBOX");
    let output = command.env("ONRAMP_PASSWORD", "Correct-horse-7").run().expect_code(0);
    assert_snapshot!("plan_given", output.stdout);
}

#[test]
fn the_sandbox_has_all_that_is_needed() {
    let planned = TestContext::new().onramp(["plan", WORKFLOW, "--sandbox", "--json"]).run().expect_code(0).json();
    assert_eq!(planned["problems"], serde_json::json!([]));
    assert_eq!(planned["hosts"][0]["place"]["kind"], "sandbox");
    assert_eq!(planned["inputs"]["email"]["supply"], "sandbox");
    let invite = planned["steps"].as_array().unwrap().iter().find(|step| step["id"] == "invite").unwrap();
    assert_eq!(invite["items"]["count"], 2);
}

#[test]
fn a_wrong_value_is_an_error() {
    let context = TestContext::new();
    context.onramp(["plan", WORKFLOW, "-i", "email=nobody"]).run().expect_code(2).says(&["email"]);
    context.onramp(["plan", WORKFLOW, "-i", "emial=a@b.test"]).run().expect_code(2).says(&["emial", "email"]);
    context.onramp(["plan", WORKFLOW, "--until", "nothing"]).run().expect_code(2).says(&["nothing"]);
}

#[test]
fn nothing_is_contacted_nothing_is_written_and_no_secret_is_shown() {
    let context = TestContext::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let secret = "hunter2-hunter2";
    for format in ["--details", "--json"] {
        let command = context.onramp(["plan", WORKFLOW, "-i", "email=a@b.test", format]);
        let command = command.env("ONRAMP_BASE_URL", format!("http://127.0.0.1:{port}"));
        let command = command.env("ONRAMP_MAILBOX_URL", format!("imap://agent:{secret}@127.0.0.1:{port}/INBOX"));
        let output = command.env("ONRAMP_PASSWORD", secret).run().expect_code(0);
        assert!(!output.stdout.contains(secret) && !output.stderr.contains(secret), "{output:#?}");
        assert!(output.stdout.contains(&format!("http://127.0.0.1:{port}")), "{output:#?}");
    }
    assert!(listener.accept().is_err(), "somebody called");
    assert!(!context.store().exists() && !context.key_file().exists() && !context.path("state").exists());
}

#[test]
fn a_run_refuses_what_its_plan_says() {
    let context = TestContext::new();
    let text = r#"
secrets: { password: { env: THE_PASSWORD } }
steps:
  send:
    uses: http
    with: { url: "http://127.0.0.1:9/x", method: POST, json: { password: "${{ secrets.password }}" } }
"#;
    let workflow = context.write("send.yaml", text);
    let json =
        |command: &str| context.onramp([command, "--json"]).arg(&workflow).env("THE_PASSWORD", "Correct-horse-7");
    let planned = json("plan").run().expect_code(2).json()["problems"][0].clone();
    let error = json("run").run().expect_code(1).json()["steps"]["send"]["error"].clone();
    assert_eq!((&planned["code"], &planned["message"]), (&error["code"], &error["message"]));
    assert_eq!(planned["code"], "config.origin");
}

#[test]
fn a_called_file_is_told_step_by_step() {
    let context = TestContext::new();
    let library = r#"
inputs: { email: { format: email }, members: { type: array, default: [] } }
secrets: { password: { env: NOT_READ } }
steps:
  login:
    uses: modelslab.login
    with: { email: "${{ inputs.email }}", password: "${{ secrets.password }}" }
  invite:
    uses: modelslab.invite_team_member
    strategy: { matrix: { member: "${{ inputs.members }}" } }
    with: { token: "${{ steps.login.outputs.access_token }}", email: "${{ matrix.member }}" }
outputs: { token: { value: "${{ steps.login.outputs.access_token }}", secret: true } }
"#;
    let text = r#"
secrets: { password: { env: THE_PASSWORD } }
steps:
  first:
    uses: ./lib/account.yaml
    with: { email: a@b.test, members: [ada@b.test, lin@b.test] }
    secrets: { password: "${{ secrets.password }}" }
  second:
    uses: ./lib/account.yaml
    if: "false"
    with: { email: c@b.test }
    secrets: { password: "${{ secrets.password }}" }
  key:
    uses: modelslab.create_api_key
    with: { token: "${{ steps.first.outputs.token }}", name: k }
"#;
    fs::create_dir(context.path("lib")).unwrap();
    context.write("lib/account.yaml", library);
    context.write("accounts.yaml", text);
    let output = context.onramp(["plan", "accounts.yaml", "--details"]).run().expect_code(0);
    assert_snapshot!("plan_calls", output.stdout);
}
