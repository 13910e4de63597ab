//! Secrets go only where the user sent them, never to a host that stands only in a workflow file.

use serde_json::Value;

use crate::support::{Invocation, TestContext, echo};

fn code(command: Invocation) -> Value {
    command.run().expect_code(1).json()["steps"]["send"]["error"]["code"].clone()
}

#[test]
fn a_default_of_the_workflow_file_is_not_what_the_user_typed() {
    let (context, place) = (TestContext::new(), echo());
    let text = r#"
name: fallback
inputs: { place: { default: "PLACE", sandbox: "PLACE" } }
secrets: { password: { env: THE_PASSWORD } }
steps:
  send:
    uses: http
    with: { url: "${{ inputs.place }}/x", method: POST, json: { password: "${{ secrets.password }}" } }
"#;
    let workflow = context.write("fallback.yaml", &text.replace("PLACE", &place));
    let run = || context.onramp(["run", "--json"]).arg(&workflow).env("THE_PASSWORD", "Correct-horse-7");
    assert_eq!(code(run()), "config.origin");
    assert_eq!(code(context.onramp(["resume", "last", "--json"])), "config.origin");
    assert_eq!(code(run().env("ONRAMP_INPUT_PLACE", &place)), "service.4xx");
    assert_eq!(code(run().args(["--allow-host", "127.0.0.1"])), "service.4xx");
    assert_eq!(code(run().arg("-i").arg(format!("place={place}"))), "service.4xx");
    assert_eq!(code(context.onramp(["resume", "last", "--json"])), "service.4xx", "what was typed is kept");
}

#[test]
fn a_password_goes_only_to_a_mailbox_that_the_user_named() {
    let context = TestContext::new();
    let text = r#"
name: mailbox
inputs: { given: { optional: true, secret: true } }
secrets: { password: { env: THE_PASSWORD }, whole: { env: THE_MAILBOX, optional: true } }
steps:
  send:
    uses: mail.mark
    with: { mailbox: "imap://ada:${{ secrets.password }}@127.0.0.1:9/INBOX" }
    timeout: 300ms
    retry: 1
"#;
    let workflow = context.write("mailbox.yaml", text);
    let run = || context.onramp(["run", "--json"]).arg(&workflow).env("THE_PASSWORD", "Correct-horse-7");
    let refused = run().run().expect_code(1).json()["steps"]["send"]["error"].clone();
    assert_eq!(refused["code"], "config.origin");
    let message = refused["message"].as_str().unwrap();
    assert!(message.contains("imap://127.0.0.1:9") && message.contains("--allow-host 127.0.0.1"), "{message}");

    let (same, other) = ("imap://me:mine@127.0.0.1:9/INBOX", "imap://me:mine@127.0.0.1:10/INBOX");
    assert_eq!(code(run().env("THE_MAILBOX", other)), "config.origin");
    for allowed in [
        run().env("THE_MAILBOX", same),
        run().env("ONRAMP_INPUT_GIVEN", same),
        run().args(["--allow-host", "127.0.0.1"]),
        run().args(["--allow-host", "imap://127.0.0.1:9"]),
    ] {
        assert_ne!(code(allowed), "config.origin");
    }
}
