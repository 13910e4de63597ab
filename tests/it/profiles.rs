//! `onramp.toml`: what it gives, over what, and when it is refused.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::support::{Invocation, Output, TestContext};

const PROFILES: &str = r#"
[defaults]
base-url = "https://defaults.test"
store = "kept"

[profile.staging]
base-url = "https://staging.test"
mailbox = "ci"
settle = "90s"
allow-hosts = ["cdn.test"]

[mailbox.ci]
url = "imaps://ada:hunter22@mail.test/INBOX"
"#;

const FLOW: &str = "
name: flow
secrets: { mailbox: { env: ONRAMP_MAILBOX_URL } }
steps:
  mark: { uses: mail.mark, with: { mailbox: '${{ secrets.mailbox }}' } }
";

/// The user's own file, for the user alone.
fn own(context: &TestContext, text: &str) -> PathBuf {
    fs::create_dir_all(context.path("config/onramp")).unwrap();
    let path = context.write("config/onramp/onramp.toml", text);
    set_mode(&path, 0o600);
    path
}

fn set_mode(path: &PathBuf, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A context with the workflow above.
fn context() -> TestContext {
    let context = TestContext::new();
    context.write("flow.yaml", FLOW);
    context
}

fn plan(context: &TestContext) -> Invocation {
    context.onramp(["plan", "flow.yaml", "--json"])
}

fn base_url(planned: &Output) -> String {
    planned.json()["base_url"].as_str().unwrap().to_owned()
}

#[test]
fn a_flag_goes_before_the_environment_a_profile_and_the_defaults() {
    let context = context();
    own(&context, PROFILES);
    let is = |plan: Invocation, url: &str, by: &str| {
        let told = plan.run();
        assert_eq!(base_url(&told), url);
        assert_eq!(told.json()["base_url_source"]["by"], by);
    };
    is(plan(&context), "https://defaults.test", "defaults");
    let staging = || plan(&context).env("ONRAMP_PROFILE", "staging");
    is(staging(), "https://staging.test", "profile");
    let set = || staging().env("ONRAMP_BASE_URL", "https://set.test");
    is(set(), "https://set.test", "environment");
    is(set().args(["--base-url", "https://given.test"]), "https://given.test", "flag");
    is(set().args(["--base-url=https://set.test"]), "https://set.test", "flag");
    own(&context, &PROFILES.replace("profile.staging", "profile.other"));
    is(plan(&context).args(["--profile", "other"]), "https://staging.test", "profile");
}

#[test]
fn a_file_in_the_current_folder_is_not_read() {
    let context = context();
    for name in ["onramp.toml", ".onramp.toml"] {
        context.write(name, PROFILES);
    }
    assert_eq!(base_url(&plan(&context).run()), "https://modelslab.com");
    plan(&context).args(["--profile", "staging"]).run().expect_code(2).says(&["no profile `staging`", "is not there"]);
    context.shell("chmod 600 onramp.toml").run().expect_code(0);
    let named = plan(&context).args(["--config", "onramp.toml", "--profile", "staging"]).run();
    assert_eq!(base_url(&named), "https://staging.test");
}

#[test]
fn a_mailbox_by_name_is_what_its_variable_would_be() {
    let context = context();
    own(&context, PROFILES);
    let page = |profile: &[&str]| {
        let page = context.onramp(["plan", "flow.yaml"]).args(profile.iter().copied()).run();
        assert!(!page.stdout.contains("hunter22") && !page.stderr.contains("hunter22"), "{page:?}");
        page.stdout
    };
    assert!(page(&[]).contains("ONRAMP_MAILBOX_URL is not set"), "{}", page(&[]));
    assert!(!page(&["--profile", "staging"]).contains("is not set"), "{}", page(&["--profile", "staging"]));
}

#[test]
fn runs_are_kept_where_the_file_says() {
    let context = TestContext::new();
    own(&context, PROFILES);
    context.write("draw.yaml", "name: draw\nsteps: { draw: { uses: random.password } }\n");
    let line = "unset ONRAMP_STORE; \"$ONRAMP\" run -q draw.yaml --id one && \"$ONRAMP\" show one --json";
    let shown = context.shell(line).run().expect_code(0);
    assert!(shown.stdout.contains("kept/"), "{shown:?}");
    assert!(context.path("kept").is_dir() && !context.path(".onramp").exists());
}

#[test]
fn a_profile_that_is_not_there_is_answered_with_the_nearest() {
    let context = context();
    own(&context, PROFILES);
    let asked = plan(&context).args(["--profile", "stagin"]).run();
    asked.expect_code(2).says(&["has no profile `stagin`; did you mean `staging`?"]);
    plan(&context).args(["--config", "absent.toml"]).run().expect_code(2).says(&["absent.toml is not there"]);
}

#[test]
fn what_is_wrong_in_the_file_is_told_with_its_place() {
    let context = context();
    for (text, said) in [
        ("[profile.x]\nbase_url = 'https://x.test'", ":2:1: `base_url` is not known; did you mean `base-url`?"),
        ("[profile.x]\nsettle = 5", ":2:10: must be text"),
        ("[profile.x]\nsettle = '5 parsecs'", ":2:10: a time is written like"),
        ("[profile.x]\nallow-hosts = 'cdn.test'", ":2:15: must be a list of texts"),
        ("[profile.x]\nallow-hosts = ['cdn.test', 7]", ":2:28: must be text"),
        ("[profile.x]\nallow-hosts = ['cdn.test:8443']", ":2:15: with a port it takes the whole origin"),
        ("[profile.x]\nmailbox = 'ci'\n[mailbox.cy]\nurl = 'imaps://a:b@h'", ":2:11: there is no `[mailbox.NAME]`"),
        ("[profile]\nx = 1", ":2:5: must be a table"),
        ("[mailbox.ci]\n", ":1:1: a mailbox needs a `url`, or a `provider` and a `user`"),
        ("base-url = 'https://x.test'", ":1:1: `base-url` stands below `[defaults]`"),
        ("[profile.x]\nbase-url = 'http://x.test'", ":2:12: the base URL http://x.test is http://"),
        ("[profile.x]\nbase-url =", ":2:11: "),
    ] {
        own(&context, text);
        plan(&context).run().expect_code(2).says(&[said]);
    }
}

#[test]
fn what_is_wrong_with_a_password_does_not_tell_it() {
    let context = context();
    for line in [
        "url = 'http://ada:hunter22@mail.test'",
        "url = imaps://ada:hunter22@mail.test",
        "url = 'imaps://ada:hunter22@mail.test",
        "url = ['hunter22']",
        "url = \"\\hunter22\"",
        "url = 'imaps://ada:b@h'\nurl = 'hunter22'",
    ] {
        own(&context, &format!("[mailbox.ci]\n{line}\n"));
        let refused = plan(&context).args(["--log", "trace"]).run().expect_code(2);
        assert!(!refused.stderr.contains("hunter22") && refused.stdout.is_empty(), "{refused:?}");
    }
    own(&context, "[profile.x]\nbase-url = 'https://ada:hunter22@x.test'\n");
    let refused = plan(&context).run().expect_code(2).says(&["user or password"]);
    assert!(!refused.stderr.contains("hunter22"), "{refused:?}");
}

#[test]
fn a_file_that_others_may_write_or_that_shows_them_a_password_is_refused() {
    let context = context();
    let path = own(&context, PROFILES);
    set_mode(&path, 0o620);
    plan(&context).run().expect_code(2).says(&["can be written by others", "chmod go-w"]);
    set_mode(&path, 0o640);
    plan(&context).run().expect_code(2).says(&["can be read by others", "chmod 600"]);
    own(&context, "[defaults]\nbase-url = 'https://open.test'\n");
    set_mode(&path, 0o644);
    assert_eq!(base_url(&plan(&context).run()), "https://open.test");
}

#[test]
fn a_sandbox_is_not_told_of_the_profile() {
    let context = context();
    own(&context, PROFILES);
    let run = context.onramp(["run", "flow.yaml", "--sandbox", "--profile", "staging"]).run().expect_code(0);
    assert!(!run.stderr.contains("you gave") && !run.stderr.contains("staging.test"), "{run:?}");
}

#[test]
fn a_profile_says_how_much_of_the_services_limits_is_there() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    // One call a minute of each kind: the second has no room within its own time.
    own(&context, "[defaults]\nrate-scale = 0.001\n[profile.large]\nrate-scale = 10\n");
    let twice = "
name: twice
steps:
  one: { uses: modelslab.list_plans, with: { token: nobody }, continue-on-error: true }
  two: { uses: modelslab.list_plans, with: { token: nobody }, needs: [one], timeout: 2s, retry: { max-attempts: 1 }, continue-on-error: true }
";
    context.write("twice.yaml", twice);
    let code = |profile: &str| {
        let run = context.onramp(["run", "twice.yaml", "--json", "--profile", profile]).against(&sandbox).run();
        run.json()["steps"]["two"]["error"]["code"].as_str().map(str::to_owned)
    };
    assert_eq!(code("large").as_deref(), Some("service.401"));
    assert_eq!(code("").as_deref(), Some("service.429"));
    own(&context, "[defaults]\nrate-scale = 0\n");
    context.onramp(["runs"]).run().expect_code(2).says(&["onramp.toml:2:14: must be a number above 0"]);
}
