//! The whole workflow with a real mail server between the service and us: the sandbox delivers to a Dovecot over LMTP, and
//! onramp reads it over IMAPS, trusting a CA of the test's own.

use std::path::PathBuf;

use rustix::process::Signal;
use serde_json::json;

use crate::support::dovecot::{Dovecot, PASSWORD};
use crate::support::{Invocation, LONG, SandboxProcess, TestContext, adapted, leaks, quick};

/// A tag, so that the mailbox's owner is not the recipient word for word.
const EMAIL: &str = "ada+signup@onramp.test";

struct Scene {
    context: TestContext,
    sandbox: SandboxProcess,
    dovecot: Dovecot,
}

impl Scene {
    fn new() -> Self {
        let (context, dovecot) = (TestContext::new(), Dovecot::start());
        let target = format!("lmtp://127.0.0.1:{}", dovecot.lmtp_port());
        // The service's own output names a mailbox: it is none of the user's business.
        let sandbox = context.sandbox_with(&["--deliver-to", &target]);
        Self { context, sandbox, dovecot }
    }

    fn command(&self, args: &[&str]) -> Invocation {
        let command = self.context.onramp(args.iter().copied()).env("ONRAMP_BASE_URL", &self.sandbox.base_url);
        command.env("ONRAMP_MAILBOX_URL", self.dovecot.url())
    }

    fn run(&self, workflow: PathBuf) -> Invocation {
        let inputs = ["-i", "email=ada+signup@onramp.test", "-i", "team=lin@onramp.test"];
        let command = self.command(&["run", "--json", "--settle", "50ms", "--log", "trace"]).args(inputs);
        command.arg(workflow)
    }

    fn trusting(&self, command: Invocation) -> Invocation {
        command.env("SSL_CERT_FILE", self.dovecot.ca())
    }

    #[track_caller]
    fn done_once(&self) {
        let ledger = self.sandbox.ledger();
        let account = ledger.account(EMAIL);
        let found = (account.accounts(), account.usable_keys("production").len(), account.invites("lin@onramp.test"));
        assert_eq!(found, (1, 1, 1), "{}", account.story());
        let found = leaks(PASSWORD, self.context.dir());
        assert!(found.is_empty(), "the mailbox's password lies in the open: {}", found.join("\n"));
    }
}

#[test]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
fn the_workflow_reads_its_code_from_a_real_mail_server() {
    let scene = Scene::new();
    scene.sandbox.set_faults(json!([
        { "on": "signup", "fault": "mail-old-first" },
        { "on": "signup", "fault": "mail-late", "ms": 700 },
    ]));
    // As shipped: a busy mail server may take longer than a hurried test would wait.
    let workflow = adapted(&scene.context, &[]);
    let document = scene.trusting(scene.run(workflow)).run().expect_code(0).json();
    assert_eq!(document["status"], "succeeded");
    assert_eq!(document["steps"]["code"]["attempts"], 1, "the late mail was waited for");
    scene.done_once();
}

#[test]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
fn a_run_killed_while_it_waits_at_a_real_mail_server_goes_on() {
    let scene = Scene::new();
    scene.sandbox.set_faults(json!([{ "on": "signup", "fault": "mail-lost" }]));
    let mut process = scene.trusting(scene.run(quick(&scene.context))).start();
    process.until_it_says("code         started");
    process.signal(Signal::KILL);
    assert_eq!(process.wait(LONG).unwrap().code, None);
    scene.trusting(scene.command(&["resume", "last"])).run().expect_code(0);
    scene.done_once();
}

#[test]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
fn a_mail_server_that_nobody_vouches_for_gets_no_password() {
    let scene = Scene::new();
    let document = scene.run(quick(&scene.context)).run().expect_code(1).json();
    assert_eq!(document["steps"]["inbox"]["error"]["code"], "mail.tls", "{document}");
    assert_eq!(document["steps"]["signup"]["status"], "skipped");
    assert_eq!(scene.sandbox.ledger().list("requests").len(), 0, "nothing was begun without an inbox");
}
