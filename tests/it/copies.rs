//! Folders of runs that were moved, copied or restored: what another copy did is found and not done again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Invocation, Journal, LONG, SandboxProcess, TestContext, eventually, quick};

const EMAIL: &str = "agent@onramp.test";

/// A run that is killed once that is so.
fn killed_once(so: impl Fn() -> bool, context: &TestContext, sandbox: &SandboxProcess) {
    let command = context.onramp(["run", "--settle", "50ms", "-i", "email=agent@onramp.test", "-i"]);
    let command = command.args(["team=ada@onramp.test,lin@onramp.test"]).arg(quick(context)).against(sandbox);
    let mut process = command.start();
    eventually(LONG, || so().then_some(())).expect("it comes to that");
    assert!(process.kill());
}

/// The mail never comes until it is asked for again, which takes the run a while.
fn killed_before_verification(context: &TestContext, sandbox: &SandboxProcess) {
    sandbox.set_faults(json!([{ "on": "signup", "fault": "mail-lost" }]));
    let journal = context.journal();
    let begun = || journal.path().and_then(|path| fs::read_to_string(path).ok());
    let waits = || begun().is_some_and(|text| text.contains(r#""fact":"attempt_started","task":"code""#));
    killed_once(waits, context, sandbox);
}

/// `cp -a`
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
}

fn copied(context: &TestContext) -> PathBuf {
    let copy_store = context.path("copy");
    copy(&context.store(), &copy_store);
    copy_store
}

fn resume(context: &TestContext, sandbox: &SandboxProcess) -> Invocation {
    context.onramp(["resume", "last"]).against(sandbox)
}

/// Everything stands once, whatever copies did.
#[track_caller]
fn everything_is_there_once(sandbox: &SandboxProcess) {
    let ledger = sandbox.ledger();
    let account = ledger.account(EMAIL);
    let counts = (account.accounts(), account.verifications(), account.usable_keys("production").len());
    assert_eq!(counts, (1, 1, 1), "{}", account.story());
    assert_eq!((account.invites("ada@onramp.test"), account.invites("lin@onramp.test")), (1, 1), "{}", account.story());
}

#[test]
fn a_copy_finds_what_the_original_did_and_asks_where_it_cannot_know() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    killed_before_verification(&context, &sandbox);
    let store = copied(&context);
    let original = resume(&context, &sandbox).args(["--json", "--reveal"]).run().expect_code(0).json();

    let found = resume(&context, &sandbox).store(&store).arg("--json").run().expect_code(3);
    let found = found.says(&["may be a copy: its folder is a copy of ", "--trust-checkpoint"]);
    let steps = &found.json()["steps"];
    let stands = ["signup", "code", "verify", "invite", "key"].map(|step| steps[step]["status"].as_str().unwrap());
    assert_eq!(stands, ["succeeded", "succeeded", "succeeded", "succeeded", "in_doubt"]);
    everything_is_there_once(&sandbox);
    let page = context.onramp(["show", "last"]).store(&store).run().expect_code(0).stdout;
    let said = page.split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "");
    for part in [
        "another copy of this run may have done `key`",
        "the key `production` (id ",
        "in the account's list of keys",
        " key --done --output key=@FILE",
        " key --redo",
    ] {
        assert!(said.contains(part), "{part}:\n{page}");
    }

    // The key is known to the original alone, and a person brings it over.
    fs::write(context.path("the-key"), original["outputs"]["api_key"].as_str().unwrap()).unwrap();
    let resolve = ["resolve", "last", "key", "--done", "--output", "key=@the-key"];
    context.onramp(resolve).store(&store).run().expect_code(0).says(&["`key` counts as done", "onramp resume"]);
    let ended = resume(&context, &sandbox).store(&store).args(["--json", "--reveal"]).run().expect_code(0).json();
    assert_eq!(ended["outputs"]["api_key"], original["outputs"]["api_key"]);
    everything_is_there_once(&sandbox);
}

#[test]
fn a_restored_backup_finds_what_was_done_after_it_was_made() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    killed_before_verification(&context, &sandbox);
    let (place, backup) = (context.journal().run_dir().unwrap(), context.path("backup"));
    copy(&place, &backup);
    resume(&context, &sandbox).run().expect_code(0);
    for put_back in [in_its_place as fn(&Path, &Path), into_the_folder] {
        put_back(&backup, &place);
        resume(&context, &sandbox).run().expect_code(3).says(&["may be a copy"]);
        everything_is_there_once(&sandbox);
    }
}

fn in_its_place(backup: &Path, place: &Path) {
    fs::remove_dir_all(place).unwrap();
    copy(backup, place);
}

fn into_the_folder(backup: &Path, place: &Path) {
    for file in ["journal.jsonl", "checkpoint.json"] {
        fs::copy(backup.join(file), place.join(file)).unwrap();
    }
}

#[test]
fn an_original_looks_too_once_a_copy_went_on() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    killed_before_verification(&context, &sandbox);
    let store = copied(&context);
    resume(&context, &sandbox).store(&store).run().expect_code(0).says(&["is a copy of"]);
    resume(&context, &sandbox).run().expect_code(3).says(&["a copy of it went on in", "copy/runs/"]);
    everything_is_there_once(&sandbox);
}

#[test]
fn a_key_that_a_copy_made_is_never_deleted() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.set_faults(json!([{ "on": "create_api_key", "fault": "hang", "ms": 60_000, "times": 1 }]));
    killed_once(|| sandbox.ledger().account(EMAIL).keys_ever_made() == 1, &context, &sandbox);
    let store = copied(&context);
    // The copy goes on where nobody hears of it, and a person has it make a key of its own.
    let elsewhere = context.path("elsewhere");
    let there = |args: &[&'static str]| {
        let command = context.onramp(args.iter().copied()).store(&store).against(&sandbox);
        command.env("XDG_STATE_HOME", &elsewhere)
    };
    there(&["resume", "last"]).run().expect_code(3).says(&["another machine or user"]);
    there(&["resolve", "last", "key", "--redo"]).run().expect_code(0);
    let copys = there(&["resume", "last", "--json", "--reveal"]).run().expect_code(0).json();

    let own = resume(&context, &sandbox).args(["--json", "--reveal"]).run().expect_code(0).json();
    assert_ne!(own["outputs"]["api_key"], copys["outputs"]["api_key"]);
    let ledger = sandbox.ledger();
    let account = ledger.account(EMAIL);
    // The first one, whose secret nobody got, is gone.
    assert_eq!((account.keys_ever_made(), account.usable_keys("production").len()), (3, 2), "{}", account.story());
}

#[test]
fn a_folder_that_was_only_moved_goes_on_after_a_look() {
    for trusted in [false, true] {
        let context = TestContext::new();
        let sandbox = context.sandbox();
        killed_before_verification(&context, &sandbox);
        let store = context.path("moved");
        fs::rename(context.store(), &store).unwrap();
        let flags: &[&str] = if trusted { &["--trust-checkpoint"] } else { &[] };
        let moved = resume(&context, &sandbox).store(&store).args(flags.iter().copied()).run().expect_code(0);
        moved.says(&["its folder was moved from", if trusted { "as you asked" } else { "onramp looks" }]);
        let looks = Journal::in_store(&store).count("probe_started", "key");
        assert_eq!(looks, usize::from(!trusted));
        everything_is_there_once(&sandbox);
    }
}

#[test]
fn without_a_home_a_run_goes_on_with_care() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    killed_before_verification(&context, &sandbox);
    let homeless = resume(&context, &sandbox).env("HOME", "").env("XDG_STATE_HOME", "").env("XDG_CONFIG_HOME", "");
    let ended = homeless.env("ONRAMP_KEY_FILE", context.key_file()).run().expect_code(0);
    ended.says(&["whether its folder is a copy cannot be told", "HOME is not set"]);
    everything_is_there_once(&sandbox);
}

#[test]
fn a_run_that_nobody_touched_is_not_suspected() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    killed_before_verification(&context, &sandbox);
    let ended = resume(&context, &sandbox).run().expect_code(0);
    assert!(!ended.stderr.contains("copy"), "{}", ended.stderr);
    let epochs: Vec<Value> = context.journal().entries().into_iter().filter(|e| e["fact"] == "resumed").collect();
    assert_eq!(epochs[0]["epoch"].as_str().map(str::len), Some(6));
}
