//! What `onramp doctor` finds, and what it leaves alone.

use std::fs;
use std::net::TcpListener;

use serde_json::{Value, json};

use crate::support::{Output, TestContext, answers, echo};

const TOKEN: &str = "17|hunter22hunter22hunter22";

/// The status of each check.
fn statuses(output: &Output) -> Value {
    let checks = output.json()["checks"].as_array().unwrap().clone();
    checks.iter().map(|check| (check["check"].as_str().unwrap().to_owned(), check["status"].clone())).collect()
}

fn found(output: &Output, name: &str) -> String {
    let checks = output.json()["checks"].as_array().unwrap().clone();
    let check = checks.into_iter().find(|check| check["check"] == name);
    check.unwrap_or_else(|| panic!("no check {name}: {output:?}"))["found"].as_str().unwrap().to_owned()
}

#[test]
fn all_is_well_in_the_sandbox() {
    let context = TestContext::new();
    let run = context.onramp(["doctor", "--sandbox", "--json"]).env("MODELSLAB_TOKEN", TOKEN).run().expect_code(0);
    let ok = ["key", "store", "service", "contract", "verify_email", "refresh_token", "validate_coupon", "mailbox"];
    assert_eq!(statuses(&run), ok.iter().map(|name| (name.to_string(), json!("ok"))).collect::<Value>());
    assert_eq!(found(&run, "verify_email"), "POST auth/verify-email, POST auth/verify");
    assert_eq!(found(&run, "validate_coupon"), "GET wallet/coupons/validate");
    let page = context.onramp(["doctor", "--sandbox"]).run().expect_code(0);
    assert!(page.stdout.lines().all(|line| line.starts_with("✓ ok")), "{page:?}");
}

#[test]
fn nothing_is_left_behind() {
    let context = TestContext::new();
    context.onramp(["doctor", "--sandbox"]).run().expect_code(0);
    let left = ["store", "state", "config", "home"].map(|name| context.path(name).exists());
    assert_eq!(left, [false; 4]);
    let sandbox = context.sandbox();
    context.onramp(["doctor"]).against(&sandbox).env("MODELSLAB_TOKEN", TOKEN).run().expect_code(1);
    let ledger = sandbox.ledger();
    let asked: Vec<String> =
        ledger.list("requests").iter().map(|request| format!("{} {}", request["method"], request["route"])).collect();
    assert_eq!(asked, ["\"GET\" \"/api/agents/v1/openapi.json\"", "\"GET\" \"/api/agents/v1/me\""]);
}

#[test]
fn a_token_is_taken_or_refused() {
    let context = TestContext::new();
    let doctor =
        |base_url: &str| context.onramp(["doctor", "--json", "--base-url", base_url]).env("ONRAMP_INPUT_TOKEN", TOKEN);
    let refused = doctor(&context.sandbox().base_url).run().expect_code(1);
    assert_eq!(statuses(&refused)["token"], "failed");
    assert!(found(&refused, "token").contains("401"), "{refused:?}");
    let taken = doctor(&answers(json!({ "data": { "email": "ada@onramp.test" }, "error": null }))).run().expect_code(0);
    assert_eq!(statuses(&taken)["token"], "ok");
}

#[test]
fn no_secret_is_told() {
    let context = TestContext::new();
    let mailbox = "imap://ada:hunter22@127.0.0.1:1/INBOX";
    let doctor = |args: &[&str]| {
        let doctor = context.onramp(["doctor", "--log", "trace"]).args(args.iter().copied());
        doctor.env("MODELSLAB_TOKEN", TOKEN).env("ONRAMP_MAILBOX_URL", mailbox).env("ONRAMP_BASE_URL", echo())
    };
    for args in [&[][..], &["--json"]] {
        let told = doctor(args).run().expect_code(1);
        assert!(!told.stdout.contains("hunter22") && !told.stderr.contains("hunter22"), "{told:?}");
    }
}

#[test]
fn a_service_that_is_not_there_fails() {
    let context = TestContext::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = context.onramp(["doctor", "--json"]).env("ONRAMP_BASE_URL", format!("http://{free}")).run();
    let run = run.expect_code(1);
    assert_eq!(statuses(&run), json!({ "key": "ok", "store": "ok", "service": "failed" }));
    let run = context.onramp(["doctor", "--json", "--base-url", "http://far.test"]).run().expect_code(1);
    assert!(found(&run, "service").contains("in the clear"), "{run:?}");
}

#[test]
fn a_service_without_a_contract_is_a_warning() {
    let context = TestContext::new();
    let base_url = answers(json!({ "data": {}, "error": null }));
    let run = context.onramp(["doctor", "--json", "--base-url", &base_url]).run().expect_code(0);
    assert_eq!(statuses(&run)["service"], "ok");
    assert_eq!(statuses(&run)["contract"], "warning");
}

#[test]
fn a_store_or_key_that_cannot_be_used_fails() {
    let context = TestContext::new();
    fs::write(context.path("file"), "").unwrap();
    let doctor = context.onramp(["doctor", "--sandbox", "--json"]).store(&context.path("file/below"));
    let run = doctor.env("ONRAMP_KEY", "hunter22").run().expect_code(1);
    assert_eq!((&statuses(&run)["store"], &statuses(&run)["key"]), (&json!("failed"), &json!("failed")));
    assert!(!run.stdout.contains("hunter22"), "{run:?}");
}

#[test]
fn the_mailbox_of_a_profile_is_looked_at() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let text = format!(
        "[profile.here]\nbase-url = '{}'\nmailbox = 'inbox'\n[mailbox.inbox]\nurl = '{}'\n",
        sandbox.base_url, sandbox.mailbox
    );
    context.write("mine.toml", &text);
    context.shell("chmod 600 mine.toml").run().expect_code(0);
    let doctor = || context.onramp(["doctor", "--json", "--config", "mine.toml", "--profile", "here"]);
    let run = doctor().run().expect_code(0);
    assert_eq!(statuses(&run)["mailbox"], "ok");
    let folder = sandbox.mailbox.replace("/INBOX", "/Absent");
    let run = doctor().env("ONRAMP_MAILBOX_URL", folder).run().expect_code(1);
    assert!(found(&run, "mailbox").contains("does not open the folder"), "{run:?}");
}

#[test]
fn a_file_of_profiles_that_cannot_be_read_is_one_more_thing_that_is_wrong() {
    let context = TestContext::new();
    let file = context.write("mine.toml", "[defaults]\nbase-urk = 1\n");
    let doctor = context.onramp(["doctor", "--sandbox", "--json", "--config"]).arg(&file).run().expect_code(1);
    assert!(found(&doctor, "onramp.toml").contains("mine.toml:2:1: `base-urk` is not known; did you mean `base-url`?"));
    assert_eq!(statuses(&doctor)["service"], "ok");
    context.onramp(["runs", "--config"]).arg(&file).run().expect_code(2);
}
