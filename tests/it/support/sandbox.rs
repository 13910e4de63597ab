use std::path::{Path, PathBuf};

use serde_json::Value;

use super::process::Running;
use super::{Invocation, LONG, Ledger, TestContext, eventually, get_json, post};

/// `onramp sandbox` as a process of its own; it ends with the value.
pub struct SandboxProcess {
    /// Killed with the value.
    _process: Running,
    pub base_url: String,
    pub mailbox: String,
    /// `HOST:PORT`
    pub smtp: String,
    /// With `--tls`: the inbox over TLS, and the CA.
    pub imaps: Option<String>,
    pub ca: Option<PathBuf>,
    ledger: String,
    pub state: PathBuf,
}

impl TestContext {
    /// A sandbox without faults, with its state kept.
    pub fn sandbox(&self) -> SandboxProcess {
        self.sandbox_with(&[])
    }

    /// The same with further arguments.
    pub fn sandbox_with(&self, args: &[&str]) -> SandboxProcess {
        self.sandbox_at(&self.path("service"), args)
    }

    /// A sandbox whose rate limits bother nobody, on this state.
    pub fn sandbox_at(&self, state: &Path, args: &[&str]) -> SandboxProcess {
        let command = self.onramp(["sandbox", "--rate-scale", "10000", "--state"]).arg(state);
        SandboxProcess::start(command.args(args.iter().copied()), state.to_owned())
    }
}

impl SandboxProcess {
    fn start(command: Invocation, state: PathBuf) -> Self {
        let mut running = command.start();
        let line = eventually(LONG, || {
            let ended = running.has_ended();
            let stdout = running.stdout();
            (ended || stdout.ends_with('\n')).then_some(stdout)
        });
        let ready: Value = serde_json::from_str(&line.unwrap_or_default())
            .unwrap_or_else(|error| panic!("the sandbox is not ready: {error}\n{}", running.stderr()));
        let text = |name: &str| ready[name].as_str().unwrap().to_owned();
        Self {
            base_url: text("base_url"),
            mailbox: text("mailbox"),
            smtp: text("smtp").trim_start_matches("smtp://").to_owned(),
            imaps: ready["imaps"].as_str().map(str::to_owned),
            ca: ready["ca"].as_str().map(PathBuf::from),
            ledger: text("ledger"),
            _process: running,
            state,
        }
    }

    /// Other fault rules than those before.
    pub fn set_faults(&self, rules: Value) {
        let (status, body) = post(&format!("{}/_sandbox/faults", self.base_url), &rules);
        assert_eq!(status, 200, "{body}");
    }

    /// A person pays on every page that is open for `email`.
    pub fn pay(&self, email: &str) {
        for page in self.ledger().account(email).open_pages() {
            let (status, body) = post(&format!("{}/pay/{page}", self.base_url), &Value::Null);
            assert_eq!(status, 200, "{body}");
        }
    }

    pub fn ledger(&self) -> Ledger {
        Ledger::new(get_json(&self.ledger))
    }
}
