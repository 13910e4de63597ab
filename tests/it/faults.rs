//! Each fault of docs/sandbox.md by itself, and what a run makes of it.

use std::fs;

use serde_json::{Value, json};

use crate::support::{
    Account, Journal, LONG, Ledger, Output, SandboxProcess, TestContext, WORKFLOW, eventually, post, quick,
};

const EMAIL: &str = "agent@onramp.test";
const TEAM: [&str; 2] = ["ada@onramp.test", "lin@onramp.test"];

/// A run of the bootstrap workflow that was struck by `faults`, and what it and the service say of it.
struct Struck {
    output: Output,
    document: Value,
    ledger: Ledger,
    journal: Journal,
    _context: TestContext,
    _sandbox: SandboxProcess,
}

fn struck_by(faults: Value) -> Struck {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.set_faults(faults);
    let workflow = quick(&context);
    let command = context.onramp(["run", "--json", "--settle", "50ms"]).arg(workflow).against(&sandbox);
    let team = format!("team={}", TEAM.join(","));
    let output = command.args(["-i", "email=agent@onramp.test", "-i", &team]).run();
    let (document, ledger, journal) = (output.json(), sandbox.ledger(), context.journal());
    Struck { output, document, ledger, journal, _context: context, _sandbox: sandbox }
}

impl Struck {
    fn account(&self) -> Account<'_> {
        self.ledger.account(EMAIL)
    }

    /// The run has succeeded, `step` by so many attempts and looks, every other step at once; all was done once.
    #[track_caller]
    fn succeeded(self, step: &str, attempts: usize, looks: usize) -> Self {
        let story = format!("{}\n{}", self.output.stderr, self.account().story());
        assert_eq!((self.output.code, &self.document["status"]), (Some(0), &json!("succeeded")), "{story}");
        for (id, said) in self.document["steps"].as_object().unwrap() {
            let undisturbed = if id.as_str() == "invite" { TEAM.len() } else { 1 };
            let expected = if id == step { attempts } else { undisturbed };
            assert_eq!(said["attempts"], expected, "{id}\n{story}");
        }
        assert_eq!(self.journal.count("probe_started", step), looks, "{story}");
        let account = self.account();
        assert_eq!((account.accounts(), account.verifications(), account.usable_keys("production").len()), (1, 1, 1));
        assert_eq!(TEAM.map(|member| account.invites(member)), [1, 1], "{story}");
        self
    }
}

#[test]
fn without_faults_every_step_takes_one_attempt() {
    let context = TestContext::new();
    let document = context.onramp(["run", "--json", "--sandbox", WORKFLOW]).run().expect_code(0).json();
    for (id, step) in document["steps"].as_object().unwrap() {
        let expected = if id == "invite" { 2 } else { 1 };
        assert_eq!(*step, json!({ "status": "succeeded", "attempts": expected }), "{id}");
    }
}

#[test]
fn slow_answers_are_waited_for() {
    struck_by(json!([{ "on": "*", "fault": "latency", "ms": 150 }])).succeeded("signup", 1, 0);
}

/// The milliseconds that the run waited before it tried `task` again.
fn pauses(journal: &Journal, task: &str) -> Vec<i64> {
    let at = |entry: &Value, field: &str| {
        chrono::DateTime::parse_from_rfc3339(entry[field].as_str().unwrap()).unwrap().timestamp_millis()
    };
    let timers = journal.entries().into_iter().filter(|entry| entry["fact"] == "timer_set" && entry["task"] == task);
    timers.map(|entry| at(&entry, "due") - at(&entry, "at")).collect()
}

#[test]
fn a_throttled_request_is_sent_again_when_the_service_said() {
    let run = struck_by(json!([{ "on": "create_api_key", "fault": "429", "times": 1, "retry_after": 1 }]));
    let run = run.succeeded("key", 2, 0);
    // Counted from the answer, which was recorded a little before the timer.
    assert!(matches!(pauses(&run.journal, "key")[..], [900..=1000]), "{:?}", pauses(&run.journal, "key"));
    assert_eq!(run.account().keys_ever_made(), 1);
}

#[test]
fn retry_after_may_be_a_date() {
    let faults = json!([{ "on": "create_api_key", "fault": "429", "times": 1, "retry_after": { "date_in": 2 } }]);
    let run = struck_by(faults).succeeded("key", 2, 0);
    let pause = pauses(&run.journal, "key")[0];
    assert!((500..=2000).contains(&pause), "{pause} ms");
}

#[test]
fn a_retry_after_that_nobody_can_read_is_passed_over() {
    let faults = json!([{ "on": "create_api_key", "fault": "429", "times": 1, "retry_after": "soon" }]);
    let run = struck_by(faults).succeeded("key", 2, 0);
    assert!(pauses(&run.journal, "key")[0] <= 20, "the policy's own delay");
}

#[test]
fn a_service_that_asks_for_an_hour_is_not_waited_for() {
    let run = struck_by(json!([{ "on": "create_api_key", "fault": "429", "retry_after": 3600 }]));
    assert_eq!((run.output.code, &run.document["status"]), (Some(1), &json!("failed")));
    let error = &run.document["steps"]["key"]["error"];
    assert_eq!(error["code"], "service.429");
    assert!(error["message"].as_str().unwrap().contains("asks to wait 3600 s"), "{error}");
    assert_eq!(run.document["steps"]["key"]["attempts"], 1);
}

#[test]
fn a_signup_that_failed_without_effect_is_looked_for_and_sent_again() {
    let run = struck_by(json!([{ "on": "signup", "fault": "500", "times": 1 }])).succeeded("signup", 2, 1);
    assert_eq!(run.account().requests("POST", "/auth/signup").len(), 2);
}

#[test]
fn a_signup_that_failed_after_its_effect_is_found_and_not_sent_again() {
    let faults = json!([{ "on": "signup", "fault": "502", "times": 1, "effect": "done" }]);
    let run = struck_by(faults).succeeded("signup", 1, 1);
    assert_eq!(run.account().requests("POST", "/auth/signup").len(), 1);
}

#[test]
fn a_signup_whose_answer_was_lost_is_found() {
    struck_by(json!([{ "on": "signup", "fault": "drop-after", "times": 1 }])).succeeded("signup", 1, 1);
}

#[test]
fn a_request_that_never_arrived_is_sent_again() {
    struck_by(json!([{ "on": "verify_email", "fault": "drop-before", "times": 1 }])).succeeded("verify", 2, 1);
}

#[test]
fn a_verification_whose_answer_was_lost_is_found_by_login() {
    let run = struck_by(json!([{ "on": "verify_email", "fault": "drop-after", "times": 1 }]));
    let run = run.succeeded("verify", 1, 1);
    assert_eq!(run.account().requests("POST", "/auth/login").len(), 1);
}

#[test]
fn a_request_that_hangs_after_its_effect_is_found() {
    struck_by(json!([{ "on": "verify_email", "fault": "hang", "ms": 500, "times": 1 }])).succeeded("verify", 1, 1);
}

#[test]
fn a_key_whose_secret_was_lost_is_deleted_and_made_anew() {
    let run = struck_by(json!([{ "on": "create_api_key", "fault": "drop-after", "times": 1 }]));
    let run = run.succeeded("key", 2, 1);
    assert_eq!(run.account().keys_ever_made(), 2);
}

#[test]
fn an_invite_whose_answer_was_lost_is_found_in_the_team() {
    let faults = json!([{ "on": "invite_team_member", "fault": "502", "effect": "done" }]);
    let run = struck_by(faults).succeeded("invite", 2, 0);
    for member in TEAM {
        assert_eq!(run.journal.count("probe_started", &format!("invite[{member}]")), 1);
    }
}

#[test]
fn an_image_is_asked_for_until_it_is_there() {
    let run = struck_by(json!([{ "on": "fetch_image", "fault": "503", "times": 2, "retry_after": 0 }]));
    let run = run.succeeded("generate", 1, 0);
    assert_eq!(run.account().images(), 1);
}

#[test]
fn a_late_mail_is_waited_for() {
    struck_by(json!([{ "on": "signup", "fault": "mail-late", "ms": 700 }])).succeeded("code", 1, 0);
}

#[test]
fn a_lost_mail_is_asked_for_again() {
    let run = struck_by(json!([{ "on": "signup", "fault": "mail-lost" }])).succeeded("code", 2, 0);
    assert_eq!(run.account().requests("POST", "/auth/resend-verification").len(), 1);
    assert_eq!(run.journal.entries().iter().filter(|entry| entry["fact"] == "rewound").count(), 1);
    assert!(run.output.stderr.contains("mail.timeout"), "{}", run.output.stderr);
}

#[test]
fn when_every_mail_is_lost_the_run_fails_and_says_so() {
    let run = struck_by(json!([{ "on": "*", "fault": "mail-lost" }]));
    assert_eq!((run.output.code, &run.document["status"]), (Some(1), &json!("failed")));
    assert_eq!(run.document["steps"]["code"]["error"]["code"], "mail.timeout");
    assert_eq!(run.account().requests("POST", "/auth/resend-verification").len(), 2, "as often as `max` says");
    assert_eq!(run.document["steps"]["verify"]["status"], "skipped");
}

#[test]
fn a_mail_that_comes_twice_does_no_harm() {
    let run = struck_by(json!([{ "on": "*", "fault": "mail-twice" }])).succeeded("verify", 1, 0);
    assert_eq!(run.account().requests("POST", "/auth/verify-email").len(), 1);
}

#[test]
fn an_old_mail_before_the_new_one_is_not_taken() {
    let run = struck_by(json!([{ "on": "signup", "fault": "mail-old-first" }])).succeeded("verify", 1, 0);
    let verified = run
        .account()
        .requests("POST", "/auth/verify-email")
        .iter()
        .map(|one| one["status"].clone())
        .collect::<Vec<_>>();
    assert_eq!(verified, [200], "the old mail's code was tried");
}

#[test]
fn no_credits_is_a_warning_for_the_key_was_accepted() {
    for status in [402, 200] {
        let run = struck_by(json!([{ "on": "text2img", "fault": "no-credits", "http_status": status }]));
        let run = run.succeeded("generate", 1, 0);
        assert!(run.output.stderr.contains("warning: no image was made, for want of credits"), "{}", run.output.stderr);
        assert_eq!(run.document["outputs"]["image"], Value::Null);
    }
}

#[test]
fn a_planted_code_does_not_bind_the_run_to_a_foreign_account() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let signup = json!({ "name": "eve", "email": "eve@evil.test", "password": "Correct-horse-7-battery" });
    let (status, body) = post(&format!("{}/api/agents/v1/auth/signup", sandbox.base_url), &signup);
    assert_eq!(status, 201, "{body}");
    let codes = sandbox.mailed_codes("eve@evil.test");
    sandbox.set_faults(json!([{ "on": "signup", "fault": "mail-lost" }]));
    let command = context.onramp(["run", "--json", "-i", "email=agent@onramp.test"]).arg(quick(&context));
    let mut process = command.against(&sandbox).start();
    let waits = || fs::read_to_string(context.journal().path()?).ok()?.contains(r#""task":"code""#).then_some(());
    eventually(LONG, waits).expect("the run never waited for its mail");
    let link = format!("{}/verify/{}", sandbox.base_url, codes[0]);
    let headers = "From: ModelsLab <noreply@modelslab.com>\r\nTo: agent@onramp.test\r\nSubject: Verify your email";
    sandbox.plant(EMAIL, &format!("{headers}\r\n\r\nWelcome! {link}\r\n"));

    let output = process.wait(LONG).unwrap().expect_code(1);
    let document = output.json();
    assert_eq!(document["steps"]["verify"]["error"]["code"], "service.other_account", "{document}");
    assert_eq!(document["steps"]["verify"]["attempts"], 1);
    let ledger = sandbox.ledger();
    assert_eq!(ledger.list("api_keys").len() + ledger.list("team_members").len(), 0, "nothing was made for eve");
}
