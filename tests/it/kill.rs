//! A real process is killed, again and again, while the service misbehaves too. Whatever happens, every run ends in
//! success, and the service saw each thing once.

mod victim;

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Journal, LONG, SandboxProcess, TestContext, WORKFLOW, eventually, quick, side_by_side};
use victim::{Moment, SEED, Victim};

/// Draws that depend on nothing but the seed (splitmix64).
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// A service on a bad day. Every kind of trouble is there, none so often that nobody gets through.
fn bad_day() -> Value {
    json!([
        { "on": "*", "fault": "drop-after", "probability": 0.08 },
        { "on": "*", "fault": "drop-before", "probability": 0.04 },
        { "on": "*", "fault": "500", "probability": 0.04 },
        { "on": "*", "fault": "502", "probability": 0.04, "effect": "done" },
        { "on": "*", "fault": "429", "probability": 0.04, "retry_after": 0 },
        { "on": "create_api_key", "fault": "429", "times": 1, "per_account": true, "probability": 0.2, "retry_after": 1 },
        { "on": "*", "fault": "latency", "probability": 0.3, "ms": 15 },
        { "on": "signup", "fault": "mail-late", "probability": 0.5, "ms": 400 },
        { "on": "signup", "fault": "mail-twice", "probability": 0.2 },
        { "on": "signup", "fault": "mail-old-first", "probability": 0.2 },
    ])
}

/// The sandbox behaves again, and says what became of all these runs. There were at least so many kills.
#[allow(clippy::print_stdout)] // a passing test prints it with --nocapture
fn check_all(sandbox: &SandboxProcess, victims: &[Victim<'_>], kills: usize) {
    sandbox.set_faults(json!([]));
    let ledger = sandbox.ledger();
    victims.iter().for_each(|victim| victim.check(&ledger));
    let all: usize = victims.iter().map(|victim| victim.kills).sum();
    println!("{all} kills of {} runs", victims.len());
    assert!(all >= kills, "{all} kills are too few for a proof");
}

/// The runs met what they are here to meet: of every step that must not be done twice, some attempt was in doubt.
fn doubts_were_met(victims: &[Victim<'_>]) {
    let entries: Vec<Value> = victims.iter().flat_map(|victim| victim.journal().entries()).collect();
    for step in ["signup", "verify", "key", "invite"] {
        let looked = |entry: &&Value| {
            entry["fact"] == "probe_started" && entry["task"].as_str().is_some_and(|task| task.starts_with(step))
        };
        assert!(entries.iter().any(|entry| looked(&entry)), "no attempt of {step} was ever in doubt");
    }
}

/// Every journal has this many lines at least: its header and a commit for each step of the longest chain.
const COMMITS: usize = 10;

#[test]
fn killed_at_every_commit_a_run_still_does_everything_once() {
    let context = TestContext::new();
    let sandbox = context.sandbox_with(&["--seed", &SEED.to_string()]);
    let workflow = quick(&context);
    sandbox.set_faults(bad_day());
    // The first process is killed at its n-th line; those after it get one line further each time, and two, and so on.
    let victims = side_by_side(COMMITS + 2, |number| {
        let mut victim = Victim::new(&context, &sandbox, &workflow, &format!("commit{number}"));
        let mut succeeded = victim.strike(Moment::Commit(number + 1));
        let mut step = 0;
        while !succeeded && victim.kills < 14 && step < 40 {
            succeeded = victim.strike(Moment::Commit(1 + step % 4));
            step += 1;
        }
        victim.finish();
        victim
    });
    check_all(&sandbox, &victims, 110);
    doubts_were_met(&victims);
}

#[test]
fn killed_at_any_instant_a_run_still_does_everything_once() {
    let context = TestContext::new();
    let sandbox = context.sandbox_with(&["--seed", &SEED.to_string()]);
    let workflow = quick(&context);
    sandbox.set_faults(bad_day());
    let victims = side_by_side(16, |number| {
        let mut draws = Draws(SEED + number as u64);
        let mut victim = Victim::new(&context, &sandbox, &workflow, &format!("instant{number}"));
        let mut succeeded = false;
        while !succeeded && victim.kills < 10 {
            let moment = Moment::After(draws.below(4) as usize, Duration::from_micros(draws.below(25_000)));
            succeeded = victim.strike(moment);
        }
        victim.finish();
        victim
    });
    check_all(&sandbox, &victims, 110);
    doubts_were_met(&victims);
}

#[test]
fn the_workflow_as_it_is_shipped_survives_kills_too() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    sandbox.set_faults(json!([
        { "on": "*", "fault": "drop-after", "times": 1, "per_account": true },
        { "on": "create_api_key", "fault": "drop-after", "times": 1, "per_account": true },
    ]));
    let victims = side_by_side(4, |number| {
        let mut victim = Victim::new(&context, &sandbox, Path::new(WORKFLOW), &format!("shipped{number}"));
        let mut succeeded = false;
        while !succeeded && victim.kills < 4 {
            succeeded = victim.strike(Moment::Commit(2 + (number + victim.kills) % 4));
        }
        victim.finish();
        victim
    });
    check_all(&sandbox, &victims, 12);
}

#[test]
fn a_run_killed_together_with_its_embedded_sandbox_is_resumed_with_it() {
    let context = TestContext::new();
    side_by_side(COMMITS - 2, |number| {
        let store = context.path(&format!("embedded{number}"));
        let journal = Journal::in_store(&store);
        let start = context.onramp(["run", WORKFLOW, "--sandbox", "--settle", "50ms"]);
        let mut process = start.store(&store).start();
        let at = number + 2;
        eventually(LONG, || (journal.lines() >= at || process.has_ended()).then_some(())).expect("no journal");
        assert!(process.kill(), "the run ended before line {at}\n{}", process.stderr());
        let output = context.onramp(["resume", "last", "--json"]).store(&store).run().expect_code(0);
        let document = output.json();
        assert_eq!(document["status"], "succeeded");
        assert_eq!(document["steps"]["key"]["status"], "succeeded");
        let state = context.embedded_state(document["run_id"].as_str().unwrap());
        let sandbox = context.sandbox_at(&state, &[]);
        let ledger = sandbox.ledger();
        let account = ledger.account("agent@onramp.test");
        let invites = ["ada@onramp.test", "lin@onramp.test"].map(|member| account.invites(member));
        let found = (account.accounts(), account.usable_keys("production").len(), invites);
        assert_eq!(found, (1, 1, [1, 1]), "killed at line {at}\n{}", account.story());
    });
}
