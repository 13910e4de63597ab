//! A fleet whose process is killed again and again, at a service that misbehaves: in the end there is one account, one key
//! and one invite for each row.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::{Fleet, count, csv, email};
use crate::support::dovecot::{CATCH_ALL, Dovecot, PASSWORD};
use crate::support::{LONG, Ledger, TestContext, eventually, quick, quick_but_for_mail};

const ROWS: usize = 1000;
const KILLS: usize = 10;
const MEMBER: &str = "ada@onramp.test";

/// No fleet needs more processes than this to end, once nobody kills them.
const MAX_PROCESSES: usize = 12;

/// What was asked for: 5 % 5xx, 5 % replies lost after the effect, and mail that is late or never comes.
fn bad_day() -> serde_json::Value {
    json!([
        { "on": "*", "fault": "500", "probability": 0.025 },
        { "on": "*", "fault": "502", "probability": 0.025, "effect": "done" },
        { "on": "*", "fault": "drop-after", "probability": 0.05 },
        { "on": "signup", "fault": "mail-late", "probability": 0.05, "ms": 400 },
        { "on": "signup", "fault": "mail-lost", "probability": 0.02 },
    ])
}

#[test]
fn a_thousand_rows_survive_ten_kills_and_everything_is_there_once() {
    let context = TestContext::new();
    let sandbox = context.sandbox_with(&["--seed", "20261122"]);
    survive(&Fleet::new(&context, &sandbox, "thousand"), &quick(&context));
}

#[test]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
fn a_thousand_rows_with_one_catch_all_at_a_real_mail_server_survive_them_too() {
    let (context, dovecot) = (TestContext::new(), Dovecot::with_catch_all());
    let target = format!("lmtp://127.0.0.1:{}", dovecot.lmtp_port());
    let sandbox = context.sandbox_with(&["--seed", "20261123", "--deliver-to", &target]);
    let mailbox = Some((dovecot.url_of(CATCH_ALL, PASSWORD), dovecot.ca()));
    let fleet = Fleet { mailbox, ..Fleet::new(&context, &sandbox, "catchall") };
    survive(&fleet, &quick_but_for_mail(&context, "20s"));
}

fn survive(fleet: &Fleet<'_>, workflow: &Path) {
    let Fleet { context, sandbox, .. } = fleet;
    let rows = context.write("rows.csv", &csv((1..=ROWS).map(email)));
    sandbox.set_faults(bad_day());
    let lines = || fs::read(fleet.journal()).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
    let start = |flags: &[&str]| {
        let command = fleet.run(workflow).arg("--inputs").arg(&rows).args(["-i", "team=[\"ada@onramp.test\"]"]);
        command.args(["--max-parallel", "200"]).args(flags.iter().copied())
    };
    let mut kills = 0;
    // The same command each time: it goes on with what there is.
    while kills < KILLS {
        let before = lines();
        let mut process = start(&[]).start();
        eventually(LONG, || (lines() >= before + 25 + 7 * kills || process.has_ended()).then_some(()));
        eventually(Duration::from_millis(3 * kills as u64), || process.has_ended().then_some(()));
        if !process.kill() {
            break;
        }
        kills += 1;
    }
    assert_eq!(kills, KILLS, "the fleet was over too soon");
    let mut last = start(&[]).run();
    for _ in 0..MAX_PROCESSES {
        if last.code == Some(0) {
            break;
        }
        // A step used up its tries, or nobody could look: whoever resumes tries again.
        assert_eq!(last.code, Some(4), "{last:?}");
        last = fleet.resume().args(["--failed", "--max-parallel", "200"]).run();
    }
    assert_eq!((last.code, count(&last, "succeeded")), (Some(0), ROWS as u64), "{last:?}");
    sandbox.set_faults(json!([]));
    everything_is_there_once(&sandbox.ledger());
    let bytes = fs::metadata(fleet.journal()).unwrap().len();
    assert!(bytes / ROWS as u64 <= 20_000, "{bytes} bytes for {ROWS} rows");
}

fn everything_is_there_once(ledger: &Ledger) {
    assert_eq!(ledger.list("accounts").len(), ROWS);
    for number in 1..=ROWS {
        let email = email(number);
        let account = ledger.account(&email);
        let found = (account.accounts(), account.verifications(), account.usable_keys("production").len());
        assert_eq!(found, (1, 1, 1), "accounts, verifications, keys of {email}\n{}", account.story());
        assert_eq!(account.invites(MEMBER), 1, "invites of {email}\n{}", account.story());
    }
}
