//! One action by itself.

use onramp::action::Registry;
use onramp::diagnostic::Source;
use onramp::ops;

use crate::support::{TestContext, workspace};

#[test]
fn every_action_can_be_carried_out_by_itself() {
    let context = TestContext::new();
    let workspace = workspace(&context, "2026-11-22T12:00:00Z");
    for name in Registry::builtin().catalogue().names() {
        let checked = ops::call(&workspace, name, &[]).unwrap();
        let source: &Source = &checked.source;
        let drawn: Vec<String> = checked.findings.iter().map(|finding| finding.render(source, false)).collect();
        assert!(drawn.is_empty() && checked.plan.is_some(), "{}\n{}", source.text, drawn.join("\n"));
    }
}

#[test]
fn an_action_of_the_service_is_carried_out() {
    let context = TestContext::new();
    context.write("password", "correct-horse-7");
    let email = "email=ada@onramp.test";
    let signup = ["call", "modelslab.signup", "--sandbox", "--id", "ada", "-w", email, "-w", "password=@password"];
    let made = context.onramp(signup).run().expect_code(0);
    assert!(made.stdout.contains("succeeded") && made.stdout.contains("ada@onramp.test"), "{made:?}");
    let again = context.onramp(signup).run().expect_code(0);
    assert!(again.stderr.contains("has succeeded already"), "{again:?}");
}

#[test]
fn a_secret_is_not_taken_from_the_arguments() {
    let context = TestContext::new();
    let asked = context.onramp(["call", "modelslab.get_profile", "-w", "token=1|abcdefgh"]).run();
    asked.expect_code(2).says(&["`token` is secret", "ONRAMP_INPUT_TOKEN"]);
}

#[test]
fn names_that_do_not_exist_are_answered_with_the_nearest() {
    let context = TestContext::new();
    let action = context.onramp(["call", "modelslab.list_api_key"]).run();
    action.expect_code(2).says(&["did you mean `modelslab.list_api_keys`?"]);
    let parameter = context.onramp(["call", "sleep", "-w", "fro=1s"]).run();
    parameter.expect_code(2).says(&["`sleep` has no parameter `fro`", "did you mean `for`?"]);
}

#[test]
fn a_call_that_failed_is_gone_on_with() {
    let context = TestContext::new();
    let failed = context.onramp(["call", "assert", "-w", "that=false"]).run().expect_code(1);
    let again = context.onramp(["resume", "last"]).run().expect_code(1);
    assert!(!again.stderr.contains("cannot read"), "{failed:?} {again:?}");
}
