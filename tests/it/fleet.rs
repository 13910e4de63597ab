//! Fleets, as a user runs them: the same workflow for many rows, by the real program.

mod answers;
mod as_run;
mod chain;
mod flow;
mod handing;
mod kill;
mod rows;
mod steering;

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Invocation, Output, SandboxProcess, TestContext};

/// A fleet's commands: in a store, at a sandbox whose limits are scaled up, as ours then are.
struct Fleet<'a> {
    context: &'a TestContext,
    sandbox: &'a SandboxProcess,
    config: PathBuf,
    name: &'static str,
    /// A mailbox that is not the sandbox's, and the authority that vouches for its server.
    mailbox: Option<(String, PathBuf)>,
}

impl<'a> Fleet<'a> {
    fn new(context: &'a TestContext, sandbox: &'a SandboxProcess, name: &'static str) -> Self {
        let config = context.write("scaled.toml", "[defaults]\nrate-scale = 1000000\n");
        Self { context, sandbox, config, name, mailbox: None }
    }

    /// `onramp fleet VERB`, with the fleet's service and mailbox.
    fn command(&self, verb: &str) -> Invocation {
        let command = self.context.onramp(["fleet", verb, "--config"]).arg(&self.config);
        let command = command.against(self.sandbox);
        match &self.mailbox {
            Some((url, ca)) => command.env("ONRAMP_MAILBOX_URL", url).env("SSL_CERT_FILE", ca),
            None => command,
        }
    }

    /// `onramp fleet run` of a workflow.
    fn run(&self, workflow: &Path) -> Invocation {
        let command = self.command("run").arg(workflow).args(["--name", self.name, "--settle", "50ms"]);
        command.args(["--key", "email", "--json"])
    }

    fn resume(&self) -> Invocation {
        self.command("resume").args([self.name, "--json"])
    }

    fn shown(&self) -> Value {
        let shown = self.context.onramp(["fleet", "show", self.name, "--json", "--rows"]).run();
        shown.expect_code(0).json()
    }

    fn journal(&self) -> PathBuf {
        self.context.store().join("fleets").join(self.name).join("journal.jsonl")
    }
}

/// Rows as a CSV file has them.
fn csv(emails: impl IntoIterator<Item = String>) -> String {
    let rows = emails.into_iter().map(|email| format!("{email}\n"));
    std::iter::once("email\n".to_owned()).chain(rows).collect()
}

fn email(number: usize) -> String {
    format!("agent+{number}@onramp.test")
}

/// How many rows ended so, in what a command printed.
fn count(output: &Output, status: &str) -> u64 {
    output.json()["rows"][status].as_u64().unwrap()
}
