//! One run, the processes that work on it one after the other, and what the service must say of it in the end.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{Invocation, Journal, LONG, Ledger, SandboxProcess, TestContext, eventually, post};

/// The seed of all that is drawn here.
pub const SEED: u64 = 20_261_122;

const TEAM: [&str; 3] = ["ada@onramp.test", "lin@onramp.test", "kay@onramp.test"];

/// No run needs more processes than this to end, once nobody kills them.
const MAX_PROCESSES: usize = 12;

/// When a process is killed.
#[derive(Debug, Clone, Copy)]
pub enum Moment {
    /// The journal has so many lines more than when the process started.
    Commit(usize),
    /// So long after that.
    After(usize, Duration),
}

/// One run with a store of its own, and the processes that work on it one after the other.
pub struct Victim<'a> {
    context: &'a TestContext,
    sandbox: &'a SandboxProcess,
    workflow: &'a Path,
    email: String,
    store: PathBuf,
    /// So far.
    pub kills: usize,
}

impl<'a> Victim<'a> {
    pub fn new(context: &'a TestContext, sandbox: &'a SandboxProcess, workflow: &'a Path, name: &str) -> Self {
        let email = format!("{name}@onramp.test");
        Self { context, sandbox, workflow, email, store: context.path(name), kills: 0 }
    }

    pub fn journal(&self) -> Journal {
        Journal::in_store(&self.store)
    }

    /// The next process: it goes on with the run, or begins it if no earlier one came so far.
    fn next_process(&self) -> Invocation {
        let command = match self.journal().run_dir() {
            Some(_) => self.context.onramp(["resume", "last"]),
            None => {
                let team = serde_json::to_string(&TEAM).unwrap();
                let inputs = [format!("email={}", self.email), format!("team={team}")];
                let command = self.context.onramp(["run", "--settle", "50ms"]).arg(self.workflow);
                command.args(["-i", &inputs[0], "-i", &inputs[1]])
            }
        };
        command.arg("--json").store(&self.store).against(self.sandbox)
    }

    /// Starts a process and kills it at `moment`. `true` if the run has succeeded before that.
    pub fn strike(&mut self, moment: Moment) -> bool {
        let journal = self.journal();
        let before = journal.lines();
        let mut process = self.next_process().start();
        let (lines, rest) = match moment {
            Moment::Commit(lines) => (lines, Duration::ZERO),
            Moment::After(lines, rest) => (lines, rest),
        };
        eventually(LONG, || (journal.lines() >= before + lines || process.has_ended()).then_some(()));
        eventually(rest, || process.has_ended().then_some(()));
        if process.kill() {
            self.kills += 1;
            return false;
        }
        process.wait(LONG).unwrap().code == Some(0)
    }

    /// Lets processes end by themselves until one ends in success.
    pub fn finish(&self) {
        for _ in 0..MAX_PROCESSES {
            let output = self.next_process().run();
            match output.code {
                Some(0) => return,
                // A step used up its tries, or nobody could look: whoever resumes tries again.
                Some(1 | 3) => self.only_the_service_is_to_blame(&output.json()),
                _ => panic!("{}\n{output:#?}", self.story(&self.sandbox.ledger())),
            }
        }
        panic!("the run does not end\n{}", self.story(&self.sandbox.ledger()));
    }

    fn only_the_service_is_to_blame(&self, document: &Value) {
        let transient = ["service.5xx", "service.429", "network.broken", "network.unreachable", "network.timeout"];
        for (id, step) in document["steps"].as_object().unwrap() {
            let code = step["error"]["code"].as_str();
            let known =
                code.is_none_or(|code| transient.contains(&code) || code == "mail.timeout" || code == "interrupted");
            assert!(known, "{id}: {step}\n{}", self.story(&self.sandbox.ledger()));
        }
    }

    /// Exactly one account, one key of the asked name, which is the one printed, and one invite for each member.
    pub fn check(&self, ledger: &Ledger) {
        let account = ledger.account(&self.email);
        let found = (account.accounts(), account.verifications(), account.usable_keys("production").len());
        assert_eq!(found, (1, 1, 1), "accounts, verifications, keys\n{}", self.story(ledger));
        for member in TEAM {
            assert_eq!(account.invites(member), 1, "invites of {member}\n{}", self.story(ledger));
        }
        let shown = self.context.onramp(["show", "last", "--json", "--reveal"]).store(&self.store).run();
        let shown = shown.expect_code(0).json();
        assert_eq!(shown["status"], "succeeded");
        let key = shown["outputs"]["api_key"].as_str().unwrap();
        let fingerprint: String = Sha256::digest(key)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(account.usable_keys("production")[0]["fingerprint"], fingerprint, "{}", self.story(ledger));
        let image = shown["outputs"]["image"].as_str().unwrap();
        assert!(image.starts_with(&self.sandbox.base_url), "{image}");
        assert!(account.images() >= 1);
        self.works(key);
    }

    /// The key is good for a generation.
    fn works(&self, key: &str) {
        let request = json!({ "key": key, "model_id": "flux", "prompt": "a lamp" });
        let (status, body) = post(&format!("{}/api/v6/images/text2img", self.sandbox.base_url), &request);
        let answer: Value = serde_json::from_str(&body).unwrap();
        assert!(status == 200 && answer["status"] != "error", "{status} {body}");
    }

    fn story(&self, ledger: &Ledger) -> String {
        let journal = self.journal().path();
        let requests = ledger.account(&self.email).story();
        format!("seed {SEED}, {} after {} kills\njournal {journal:?}\n{requests}", self.email, self.kills)
    }
}
