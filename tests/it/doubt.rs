//! Steps of which nobody knows whether they took place, and what a person answers.

use std::fs;

use serde_json::json;

use crate::support::{Invocation, Output, SandboxProcess, TestContext};

const EMAIL: &str = "agent@onramp.test";

/// The answer to a signup is lost, and no program can look at a request of one's own.
const LOST: &str = r#"
name: lost
steps:
  create:
    uses: http
    with:
      method: POST
      url: /api/agents/v1/auth/signup
      json: { email: agent@onramp.test, password: hunter2-hunter2, name: "${{ run.id }}" }
    outputs:
      id: { jsonpath: "$.data.id" }
      token: { jsonpath: "$.data.token", secret: true }
      note: { header: x-note }
  check:
    uses: assert
    with: { that: "${{ steps.create.outputs.id == 7 && steps.create.outputs.token == 'abcdefgh' }}" }
outputs:
  id: "${{ steps.create.outputs.id }}"
  note: "${{ steps.create.outputs.note }}"
"#;

fn in_doubt(context: &TestContext, sandbox: &SandboxProcess) -> Output {
    sandbox.set_faults(json!([{ "on": "signup", "fault": "drop-after", "times": 1 }]));
    let workflow = context.write("lost.yaml", LOST);
    context.onramp(["run", "--settle", "50ms"]).arg(workflow).against(sandbox).run().expect_code(3)
}

fn resolve(context: &TestContext, args: &[&'static str]) -> Invocation {
    context.onramp(["resolve", "last"]).args(args.iter().copied())
}

#[test]
fn a_doubt_is_shown_with_what_to_look_at_and_what_to_type() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    in_doubt(&context, &sandbox);
    let page = context.onramp(["show", "last"]).run().expect_code(0).stdout;
    let said = page.split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "");
    for part in [
        "nobody knows whether attempt 1 of `create` took place: it has no way to look",
        "look at the service whether POST /api/agents/v1/auth/signup took place",
        " create --done --output id=@FILE --output token=@FILE",
        " create --redo",
    ] {
        assert!(said.contains(part), "{part}:\n{page}");
    }
    assert!(!page.contains("hunter2"), "{page}");
}

#[test]
fn what_took_place_is_told_with_its_outputs_and_not_sent_again() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    in_doubt(&context, &sandbox);
    fs::write(context.path("token"), "abcdefgh\n").unwrap();
    let args = ["create", "--done", "--output", "id=7", "--output", "token=@token", "--json"];
    let resolved = resolve(&context, &args).run().expect_code(0);
    let resolved = resolved.says(&["`create` counts as done", "`note` of `create` is null", "`onramp resume "]);
    assert!(!resolved.stderr.contains("abcdefgh"), "{}", resolved.stderr);
    let document = resolved.json();
    assert_eq!(
        (&document["status"], &document["steps"]["create"]["status"]),
        (&json!("interrupted"), &json!("succeeded"))
    );
    let shown = context.onramp(["show", "last", "--json"]).run().expect_code(0).json();
    assert_eq!(shown, document, "the answer is in the journal");
    let journal = fs::read_to_string(context.journal().path().unwrap()).unwrap();
    assert!(!journal.contains("abcdefgh"), "what is secret is sealed");

    let ended = context.onramp(["resume", "last", "--json"]).run().expect_code(0).json();
    assert_eq!((&ended["outputs"]["id"], &ended["outputs"]["note"]), (&json!(7), &json!(null)));
    assert_eq!(sandbox.ledger().account(EMAIL).requests("POST", "/auth/signup").len(), 1);
}

#[test]
fn what_is_to_be_done_again_is_sent_again() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    in_doubt(&context, &sandbox);
    resolve(&context, &["create", "--redo"]).run().expect_code(0).says(&["`create` will run again", "onramp resume"]);
    // The address is taken by now.
    let ended = context.onramp(["resume", "last", "--json"]).run().expect_code(1).json();
    assert_eq!(
        (&ended["steps"]["create"]["attempts"], &ended["steps"]["create"]["status"]),
        (&json!(2), &json!("failed"))
    );
    assert_eq!(sandbox.ledger().account(EMAIL).requests("POST", "/auth/signup").len(), 2);
    // A failed step is answered for in the same way.
    fs::write(context.path("token"), "abcdefgh").unwrap();
    let args = ["create", "--done", "--output", "id=7", "--output", "token=@token"];
    resolve(&context, &args).run().expect_code(0);
    context.onramp(["resume", "last"]).run().expect_code(0);
}

#[test]
fn an_answer_that_does_not_fit_is_refused_and_changes_nothing() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    in_doubt(&context, &sandbox);
    let before = fs::read(context.journal().path().unwrap()).unwrap();
    for (args, parts) in [
        (&["creat", "--done"] as &[&'static str], &["no step `creat`", "did you mean `create`?"] as &[&str]),
        (&["check", "--done"], &["`check` has not begun"]),
        (&["create/on-error", "--done"], &["`create` has no `on-error`"]),
        (&["create[x]", "--redo"], &["`create` has no item `x`"]),
        (&["undo:create", "--redo"], &["onramp teardown"]),
        (&["create", "--done", "--output", "idd=7"], &["no output `idd`", "`id`", "`token`", "`status`"]),
        (&["create", "--done", "--output", "id"], &["`id` is not NAME=VALUE"]),
        (&["create", "--done", "--output", "status=many"], &["`status`: an integer is wanted"]),
        (&["create", "--done", "--output", "token=abcdefgh"], &["`token` is secret", "token=@FILE"]),
        (&["create", "--done", "--output", "token=@missing"], &["`token`: cannot read missing"]),
        (&["create", "--done", "--output", "id=7", "--output", "id=8"], &["`id` is given twice"]),
        (&["create", "--done", "--output", "id=7"], &["`check` needs the output `token` of `create`"]),
        (&["create"], &["--done", "--redo"]),
        (&["create", "--done", "--redo"], &["cannot be used with"]),
        (&["create", "--redo", "--output", "id=7"], &["cannot be used with"]),
    ] {
        let refused = resolve(&context, args).run().expect_code(2).says(parts);
        assert_eq!(refused.stdout, "", "{args:?}");
        assert_eq!(fs::read(context.journal().path().unwrap()).unwrap(), before, "{args:?}");
    }
}

#[test]
fn a_step_that_succeeded_and_a_live_run_are_not_answered_for() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.set_faults(json!([{ "on": "login", "fault": "hang", "ms": 60_000 }]));
    let workflow = context.write(
        "two.yaml",
        "name: two\nsteps:\n  one: { uses: sleep, with: { for: 1ms } }\n  two:\n    uses: modelslab.login\n    needs: one\n    \
         with: { email: a@onramp.test, password: hunter2-hunter2 }\n",
    );
    let mut process = context.onramp(["run"]).arg(workflow).against(&sandbox).start();
    process.until_it_says("two  started");
    resolve(&context, &["two", "--done"]).run().expect_code(2).says(&[
        "is being written by",
        "onramp run",
        "onramp cancel",
    ]);
    process.kill();
    resolve(&context, &["one", "--done"]).run().expect_code(2).says(&["`one` has succeeded", "onramp retry"]);
    // Nobody works on it any more: what was cut off can be answered for.
    resolve(&context, &["two", "--done"]).run().expect_code(0);
    context.onramp(["resume", "last"]).run().expect_code(0);
}

#[test]
fn an_item_is_answered_for_by_its_name_and_its_step_is_not() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let text = LOST.replace("agent@onramp.test", "\"${{ matrix.email }}\"");
    let text = text.replace(
        "    uses: http\n",
        "    uses: http\n    strategy: { matrix: { email: [a@onramp.test, b@onramp.test] } }\n",
    );
    let text = text.split("  check:").next().unwrap().to_owned();
    sandbox.set_faults(json!([{ "on": "signup", "fault": "drop-after", "times": 2 }]));
    let workflow = context.write("items.yaml", &text);
    context.onramp(["run", "--settle", "50ms"]).arg(workflow).against(&sandbox).run().expect_code(3);
    resolve(&context, &["create", "--done"]).run().expect_code(2).says(&["has a matrix", "create[a@onramp.test]"]);
    resolve(&context, &["create[a@onramp.test]", "--done"]).run().expect_code(0);
    context.onramp(["resume", "last"]).run().expect_code(3);
    resolve(&context, &["create[b@onramp.test]", "--done"]).run().expect_code(0);
    context.onramp(["resume", "last"]).run().expect_code(0);
    assert_eq!(sandbox.ledger().list("accounts").len(), 2);
}

#[test]
fn a_corrected_password_of_the_mailbox_is_taken() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let workflow = context.write(
        "mark.yaml",
        "name: mark\nsecrets: { mailbox: { env: ONRAMP_MAILBOX_URL } }\nsteps:\n  inbox: { uses: mail.mark, retry: 1, with: { \
         mailbox: \"${{ secrets.mailbox }}\" } }\n",
    );
    let (head, place) = sandbox.mailbox.split_once('@').unwrap();
    let wrong = format!("{}:not-the-password@{place}", head.rsplit_once(':').unwrap().0);
    let command = context.onramp(["run"]).arg(workflow).against(&sandbox).env("ONRAMP_MAILBOX_URL", wrong);
    command.run().expect_code(1);
    let resumed = context.onramp(["resume", "last"]).env("ONRAMP_MAILBOX_URL", &sandbox.mailbox).run().expect_code(0);
    resumed.says(&["with the password in ONRAMP_MAILBOX_URL"]);
    let right = sandbox.mailbox.rsplit_once('@').unwrap().0.rsplit_once(':').unwrap().1;
    assert!(crate::support::leaks(right, &context.store()).is_empty(), "it is sealed");
}
