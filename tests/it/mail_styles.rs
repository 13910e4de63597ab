//! Every style in which the sandbox writes its verification mail, from the signup to the verified account.

use std::path::{Path, PathBuf};

use crate::support::{SandboxProcess, TestContext, adapted};

/// The shipped workflow, with a code of six digits instead of a link.
fn by_code(context: &TestContext) -> PathBuf {
    adapted(context, &[("extract: { link: \"/verify/{code}\" }", "extract: code")])
}

#[track_caller]
fn verified(context: &TestContext, sandbox: &SandboxProcess, workflow: &Path, email: &str) {
    let run = context.onramp(["run", "-q", "--until", "verify", "-i", &format!("email={email}")]);
    run.arg(workflow).against(sandbox).run().expect_code(0);
    assert_eq!(sandbox.ledger().account(email).verifications(), 1, "{email}");
    let asked = sandbox.ledger().account(email).requests("POST", "/api/agents/v1/auth/verify-email").len();
    assert_eq!(asked, 1, "no other code was tried for {email}");
}

#[test]
fn a_link_is_followed_in_every_style_that_has_one() {
    for style in ["laravel-link", "plain", "base64"] {
        let context = TestContext::new();
        let sandbox = context.sandbox_with(&["--mail-style", style]);
        verified(&context, &sandbox, &adapted(&context, &[]), "ada@onramp.test");
    }
}

#[test]
fn a_code_is_read_in_every_style_that_has_one() {
    for style in ["code", "spans", "forwarded"] {
        let context = TestContext::new();
        let sandbox = context.sandbox_with(&["--mail-style", style]);
        verified(&context, &sandbox, &by_code(&context), "ada@onramp.test");
    }
}

#[test]
fn a_code_is_read_in_every_language() {
    let context = TestContext::new();
    let sandbox = context.sandbox_with(&["--mail-style", "multilingual"]);
    let workflow = by_code(&context);
    let tags = "ar cs de el es fa fr he hi it ja ko nl pl pt ru th tr uk vi zh-cn zh-tw";
    for tag in tags.split(' ') {
        verified(&context, &sandbox, &workflow, &format!("ada+{tag}@onramp.test"));
    }
}
