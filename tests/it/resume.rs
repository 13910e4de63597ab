//! Stopping and going on: signals, a second process, keys, damaged files, and what must stay the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Invocation, LONG, Running, SandboxProcess, TestContext, eventually, quick};

const EMAIL: &str = "agent@onramp.test";

fn start(context: &TestContext, sandbox: &SandboxProcess) -> Invocation {
    let workflow = quick(context);
    let command = context.onramp(["run", "--settle", "50ms", "-i", "email=agent@onramp.test", "-i"]);
    command.args(["team=ada@onramp.test,lin@onramp.test"]).arg(workflow).against(sandbox)
}

fn resume(context: &TestContext, sandbox: &SandboxProcess) -> Invocation {
    context.onramp(["resume", "last"]).against(sandbox)
}

/// A run whose step has just begun its first attempt.
#[track_caller]
fn started_up_to(step: &str, context: &TestContext, sandbox: &SandboxProcess) -> Running {
    let mut process = start(context, sandbox).start();
    let journal = context.journal();
    let begun = || {
        let text = fs::read_to_string(journal.path()?).ok()?;
        let intent = format!(r#""fact":"attempt_started","task":"{step}""#);
        (text.contains(&intent) || process.has_ended()).then_some(text.contains(&intent))
    };
    assert_eq!(eventually(LONG, begun), Some(true), "{step} never began:\n{}", process.stderr());
    process
}

/// A run that was stopped while it waited for its mail, which comes only once it is asked for again.
fn stopped_at_code(context: &TestContext, sandbox: &SandboxProcess) {
    let mut process = waiting_for_mail(context, sandbox);
    process.signal(Signal::INT);
    process.wait(LONG).unwrap().expect_code(130);
}

fn waiting_for_mail(context: &TestContext, sandbox: &SandboxProcess) -> Running {
    sandbox.set_faults(json!([{ "on": "signup", "fault": "mail-lost" }]));
    started_up_to("code", context, sandbox)
}

/// All files below a folder.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(contents(&path)),
            false => drop(found.insert(path.display().to_string(), fs::read(&path).unwrap())),
        }
    }
    found
}

#[test]
fn ctrl_c_stops_cleanly_and_resume_goes_on() {
    for signal in [Signal::INT, Signal::TERM] {
        let context = TestContext::new();
        let sandbox = context.sandbox();
        let mut process = waiting_for_mail(&context, &sandbox);
        process.signal(signal);
        let stopped = process.wait(LONG).unwrap().expect_code(130).says(&["stopping"]);
        assert!(stopped.stdout.contains("interrupted") && stopped.stdout.contains("onramp resume"), "{stopped:#?}");
        let shown = context.onramp(["show", "last", "--json"]).run().expect_code(0).json();
        assert_eq!(shown["status"], "interrupted");
        resume(&context, &sandbox).run().expect_code(0);
        let ledger = sandbox.ledger();
        assert_eq!(ledger.account(EMAIL).requests("POST", "/auth/signup").len(), 1);
        assert_eq!(ledger.account(EMAIL).usable_keys("production").len(), 1);
    }
}

#[test]
fn an_effect_under_way_may_end_before_the_run_stops() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.set_faults(json!([{ "on": "signup", "fault": "latency", "ms": 1000 }]));
    let mut process = started_up_to("signup", &context, &sandbox);
    process.signal(Signal::INT);
    process.wait(LONG).unwrap().expect_code(130);
    assert_eq!(context.journal().count("succeeded", "signup"), 1, "the answer was waited for");
    assert_eq!(context.journal().count("attempt_started", "code"), 0, "nothing new was begun");
    resume(&context, &sandbox).run().expect_code(0);
    assert_eq!(sandbox.ledger().account(EMAIL).requests("POST", "/auth/signup").len(), 1);
}

fn milliseconds(time: &Value) -> i64 {
    chrono::DateTime::parse_from_rfc3339(time.as_str().unwrap()).unwrap().timestamp_millis()
}

#[test]
fn a_run_that_rests_before_another_try_stops_at_once_and_keeps_its_time() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.set_faults(json!([{ "on": "create_api_key", "fault": "429", "times": 1, "retry_after": 5 }]));
    let mut process = start(&context, &sandbox).start();
    process.until_it_says("try 2 in ");
    process.signal(Signal::INT);
    process.wait(Duration::from_secs(4)).expect("before the rest is over").expect_code(130);
    resume(&context, &sandbox).run().expect_code(0);
    let ledger = sandbox.ledger();
    let account = ledger.account(EMAIL);
    let requests = account.requests("POST", "/api-keys");
    let asked: Vec<i64> = requests.iter().map(|request| milliseconds(&request["time"])).collect();
    assert!(asked.len() == 2 && asked[1] - asked[0] >= 5000, "the service asked for five seconds: {asked:?}");
}

#[test]
fn a_second_ctrl_c_stops_at_once_and_resume_looks_what_happened() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.set_faults(json!([{ "on": "signup", "fault": "hang", "ms": 60_000 }]));
    let mut process = started_up_to("signup", &context, &sandbox);
    eventually(LONG, || (sandbox.ledger().account(EMAIL).accounts() == 1).then_some(())).expect("signup took place");
    process.signal(Signal::INT);
    process.until_it_says("Ctrl-C again stops at once");
    assert!(!process.has_ended(), "the signup under way has its time");
    process.signal(Signal::INT);
    process.wait(Duration::from_secs(5)).expect("at once").expect_code(130);
    sandbox.set_faults(json!([]));
    resume(&context, &sandbox).run().expect_code(0);
    let ledger = sandbox.ledger();
    assert_eq!(ledger.account(EMAIL).accounts(), 1);
    assert_eq!(ledger.account(EMAIL).requests("POST", "/auth/signup").len(), 1, "{}", ledger.account(EMAIL).story());
    assert_eq!(context.journal().count("probe_started", "signup"), 1);
}

#[test]
fn a_second_process_is_refused_by_the_name_of_the_first() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let first = waiting_for_mail(&context, &sandbox);
    let holder = format!("process {} on ", first.id());
    let second = resume(&context, &sandbox).run().expect_code(2);
    let second =
        second.says(&["is being written by", &holder, "onramp run, since 20", "to end it first: onramp cancel "]);
    assert_eq!(second.stdout, "");
    let shown = context.onramp(["show", "last", "--json"]).run().expect_code(0).json();
    assert_eq!(shown["status"], "running", "who only looks is let in");
}

#[test]
fn without_the_key_nothing_is_changed_and_the_way_back_is_named() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    stopped_at_code(&context, &sandbox);
    let before = contents(&context.store());
    let hidden = context.path("hidden-key");
    fs::rename(context.key_file(), &hidden).unwrap();
    let missing = resume(&context, &sandbox).run().expect_code(2);
    missing.says(&[
        "there is no key at",
        context.key_file().to_str().unwrap(),
        "ONRAMP_KEY_FILE",
        "ONRAMP_KEY_COMMAND",
    ]);
    assert!(!context.key_file().exists(), "no new key is made for an old run");

    let other = TestContext::new();
    other.onramp(["run", "--sandbox", crate::support::WORKFLOW]).run().expect_code(0);
    let seal: Value = serde_json::from_slice(&before_file(&before, "seal.json")).unwrap();
    let wrong = resume(&context, &sandbox).env("ONRAMP_KEY_FILE", other.key_file()).run().expect_code(2);
    wrong.says(&["is sealed with key", seal["key"].as_str().unwrap(), "ONRAMP_KEY_FILE", "Nothing was changed"]);
    assert_eq!(contents(&context.store()), before);

    resume(&context, &sandbox).env("ONRAMP_KEY_FILE", &hidden).run().expect_code(0);
}

fn before_file(files: &BTreeMap<String, Vec<u8>>, name: &str) -> Vec<u8> {
    files.iter().find(|(path, _)| path.ends_with(name)).unwrap().1.clone()
}

#[test]
fn damage_to_the_journal_is_refused_by_its_line() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    stopped_at_code(&context, &sandbox);
    let path = context.journal().path().unwrap();
    let whole = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let refused = |changed: &[&str], line: usize, what: &str| {
        let damaged = format!("{}\n", changed.join("\n"));
        fs::write(&path, &damaged).unwrap();
        let place = format!("{}:{line}:", path.display());
        resume(&context, &sandbox).run().expect_code(2).says(&[&place, what]);
        context.onramp(["show", "last"]).run().expect_code(2).says(&[&place]);
        assert_eq!(fs::read_to_string(&path).unwrap(), damaged, "what is damaged is left alone");
    };
    for at in 1..lines.len() {
        let edited = lines[at].replacen("\"at\":\"2", "\"at\":\"3", 1);
        let mut changed = lines.clone();
        changed[at] = &edited;
        refused(&changed, at + 1, "was changed");
    }
    for at in 1..lines.len() - 1 {
        let mut changed = lines.clone();
        changed.swap(at, at + 1);
        refused(&changed, at + 1, "missing or were moved");
        let mut changed = lines.clone();
        changed.remove(at);
        refused(&changed, at + 1, "missing or were moved");
    }
    fs::write(&path, &whole).unwrap();
    resume(&context, &sandbox).run().expect_code(0);
}

#[test]
fn a_journal_that_lost_its_end_is_refused_for_the_checkpoint_knows_better() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    stopped_at_code(&context, &sandbox);
    let path = context.journal().path().unwrap();
    let whole = fs::read_to_string(&path).unwrap();
    let end = whole.trim_end().rfind('\n').unwrap() + 1;
    fs::write(&path, &whole[..end]).unwrap();
    resume(&context, &sandbox).run().expect_code(2).says(&["journal.jsonl"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), whole[..end]);
}

#[test]
fn a_torn_last_line_and_a_lost_checkpoint_cost_nothing() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let mut process = waiting_for_mail(&context, &sandbox);
    process.kill();
    let path = context.journal().path().unwrap();
    let whole = context.journal().whole();
    fs::write(&path, format!("{whole}{}", r#"{"commit":9,"synced""#)).unwrap();
    fs::remove_file(path.with_file_name("checkpoint.json")).unwrap();
    resume(&context, &sandbox).run().expect_code(0);
    assert!(fs::read_to_string(&path).unwrap().starts_with(&whole));
}

#[test]
fn a_run_that_succeeded_is_left_alone() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let first = start(&context, &sandbox).arg("--json").run().expect_code(0).json();
    let requests = sandbox.ledger().list("requests").len();
    let before = fs::read(context.journal().path().unwrap()).unwrap();
    let again = resume(&context, &sandbox).arg("--json").run().expect_code(0).says(&["has succeeded already"]);
    assert_eq!(again.json(), first);
    assert_eq!(fs::read(context.journal().path().unwrap()).unwrap(), before);
    assert_eq!(sandbox.ledger().list("requests").len(), requests);
}

#[test]
fn a_run_does_not_go_on_against_another_service_or_mailbox() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    stopped_at_code(&context, &sandbox);
    let before = fs::read(context.journal().path().unwrap()).unwrap();
    let elsewhere = resume(&context, &sandbox).args(["--base-url", "http://127.0.0.1:9"]).run().expect_code(2);
    elsewhere.says(&["belongs to", &sandbox.base_url, "http://127.0.0.1:9"]);
    let mailbox = "imaps://someone:hunter2hunter2@mail.onramp.test/INBOX";
    let other = resume(&context, &sandbox).env("ONRAMP_MAILBOX_URL", mailbox).run().expect_code(2);
    let other = other.says(&["another mailbox", "ONRAMP_MAILBOX_URL"]);
    assert!(!other.stderr.contains("hunter2"), "{}", other.stderr);
    assert_eq!(fs::read(context.journal().path().unwrap()).unwrap(), before);
    // Nothing need be said again.
    context.onramp(["resume", "last"]).run().expect_code(0);
}

#[test]
fn the_workflow_file_is_not_needed_to_resume() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    stopped_at_code(&context, &sandbox);
    fs::remove_file(context.path("quick.yaml")).unwrap();
    resume(&context, &sandbox).run().expect_code(0);
}

#[test]
fn a_failed_run_gets_fresh_tries() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.set_faults(json!([{ "on": "create_api_key", "fault": "500" }]));
    let failed = start(&context, &sandbox).arg("--json").run().expect_code(1).json();
    assert_eq!(failed["status"], "failed");
    assert_eq!(failed["steps"]["key"]["error"]["code"], "service.5xx");
    assert_eq!(failed["steps"]["key"]["attempts"], 8);
    assert_eq!(failed["steps"]["generate"]["status"], "skipped");
    sandbox.set_faults(json!([{ "on": "create_api_key", "fault": "500", "times": 7 }]));
    let resumed = resume(&context, &sandbox).arg("--json").run().expect_code(0).json();
    assert_eq!(resumed["steps"]["key"]["attempts"], 16);
    assert_eq!(sandbox.ledger().account(EMAIL).usable_keys("production").len(), 1);
}

#[test]
fn runs_and_show_tell_how_each_stands() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let none = context.onramp(["runs", "--json"]).run().expect_code(0).json();
    assert_eq!(none, json!([]));
    let first = start(&context, &sandbox).arg("--json").run().expect_code(0).json();
    stopped_at_code_as(&context, &sandbox);
    let runs = context.onramp(["runs", "--json"]).run().expect_code(0).json();
    let stands: Vec<&Value> = runs.as_array().unwrap().iter().map(|run| &run["status"]).collect();
    assert_eq!(stands, ["interrupted", "succeeded"], "the newest first");
    let mut short = first.clone();
    short.as_object_mut().unwrap().remove("steps");
    assert_eq!(runs[1], short);

    let id = first["run_id"].as_str().unwrap();
    let shown = context.onramp(["show", id, "--json"]).run().expect_code(0).json();
    assert_eq!(shown, first, "the same document from the files as from the run");
    let keys: Vec<&String> = shown.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["run_id", "workflow", "status", "started", "ended", "steps", "outputs", "run_dir"]);
    assert_eq!(shown["outputs"]["api_key"], "***");
    assert_eq!(shown["steps"]["invite[ada@onramp.test]"], json!({ "status": "succeeded", "attempts": 1 }));
    assert!(Path::new(shown["run_dir"].as_str().unwrap()).join("journal.jsonl").exists());
    let page = context.onramp(["show", id]).run().expect_code(0);
    assert!(page.stdout.contains("succeeded") && page.stdout.contains(id), "{}", page.stdout);
    context.onramp(["show", "nonesuch"]).run().expect_code(2).says(&["no run `nonesuch`", "onramp runs"]);
    context.onramp(["show", "2"]).run().expect_code(2).says(&["could be any of 2 runs"]);
}

/// Another account than that of the first run, in the same store.
fn stopped_at_code_as(context: &TestContext, sandbox: &SandboxProcess) {
    sandbox.set_faults(json!([{ "on": "signup", "fault": "mail-lost" }]));
    let command = context.onramp(["run", "-i", "email=second@onramp.test"]).arg(quick(context)).against(sandbox);
    let mut process = command.start();
    process.until_it_says("code         started");
    process.signal(Signal::INT);
    process.wait(LONG).unwrap().expect_code(130);
}
