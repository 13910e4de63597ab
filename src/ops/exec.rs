//! Runs a command with a run's outputs in its environment.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus};

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::mpsc::UnboundedReceiver;

use super::outputs::{Outputs, RunOutput, outputs};
use super::variables::is_obeyed;
use super::{OpError, Workspace};
use crate::id::RunId;
use crate::report::export::text;
use crate::run::RunStatus;
use crate::secret::Secret;

pub struct ExecRequest {
    /// An id, the beginning of one, or `last`.
    pub run: String,
    pub command: UserCommand,
}

/// A command of the user's. There is no shell in between.
#[derive(Clone)]
pub struct UserCommand {
    pub program: OsString,
    pub arguments: Vec<OsString>,
    /// Variables of our own environment that the command must not see.
    pub withheld: Vec<OsString>,
}

impl UserCommand {
    /// Ready to be run, with these in its environment.
    pub(super) fn with(&self, variables: &[Variable]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        for name in &self.withheld {
            command.env_remove(name);
        }
        for (name, value) in variables {
            match value {
                Some(value) => command.env(name, value.expose()),
                None => command.env_remove(name),
            };
        }
        command
    }
}

/// How the command ended, or why it did not start.
pub enum ExecOutcome {
    Ended(ExitStatus),
    NotStarted(io::Error),
}

impl ExecOutcome {
    /// As a shell would say it: the command's own code, or 128 and the signal; 127 not found, 126 not to be run.
    pub fn code(&self) -> u8 {
        let code = match self {
            Self::Ended(status) => status.code().or(status.signal().map(|signal| 128 + signal)).unwrap_or(1),
            Self::NotStarted(error) if error.kind() == io::ErrorKind::NotFound => 127,
            Self::NotStarted(_) => 126,
        };
        u8::try_from(code).unwrap_or(u8::MAX)
    }
}

/// Waits for the command; `signals` are passed on to it. A command that is given what was undone
/// may be the one that cleans up after it: it is run, and the user is told.
pub async fn exec(
    workspace: &Workspace,
    request: ExecRequest,
    mut signals: UnboundedReceiver<Signal>,
    say: &mut (dyn FnMut(&str) + Send),
) -> Result<ExecOutcome, OpError> {
    let outputs = outputs(workspace, &request.run)?;
    let variables = variables(workspace, &outputs)?;
    outputs.caveat(workspace).filter(|_| outputs.torn_down).iter().for_each(|caveat| say(caveat));
    let mut child = match request.command.with(&variables).spawn() {
        Ok(child) => child,
        Err(error) => return Ok(ExecOutcome::NotStarted(error)),
    };
    let pid = Pid::from_child(&child);
    let mut ended = tokio::task::spawn_blocking(move || child.wait());
    loop {
        tokio::select! {
            ended = &mut ended => {
                let lost = |error: String| OpError::Usage(format!("lost sight of the command: {error}"));
                let status = ended.map_err(|error| lost(error.to_string()))?;
                return Ok(ExecOutcome::Ended(status.map_err(|error| lost(error.to_string()))?));
            }
            Some(signal) = signals.recv() => drop(kill_process(pid, signal)),
        }
    }
}

pub(super) type Variable = (String, Option<Secret<String>>);

fn variables(workspace: &Workspace, outputs: &Outputs) -> Result<Vec<Variable>, OpError> {
    let hidden = |output: &&RunOutput| outputs.secrets_pruned && output.env.is_some() && is_hidden(output);
    if let Some(output) = outputs.list.iter().find(hidden) {
        let message = format!(
            "the output `{}` of run {} was secret, and the secrets of this run were pruned",
            output.name, outputs.run
        );
        return Err(OpError::Usage(message));
    }
    let missing = |output: &RunOutput| output.env.is_some() && output.value.expose().is_null();
    if outputs.status != RunStatus::Succeeded && outputs.list.iter().any(missing) {
        return Err(OpError::Usage(outputs.caveat(workspace).unwrap_or_default()));
    }
    variables_of(&outputs.run, &outputs.list).map_err(OpError::Usage)
}

/// Each output with an `env` of its own. What is null is taken out of the environment, so that nothing older stands in.
pub(super) fn variables_of(run: &RunId, outputs: &[RunOutput]) -> Result<Vec<Variable>, String> {
    let mut variables: Vec<Variable> = Vec::new();
    for output in outputs {
        let Some(name) = &output.env else { continue };
        let refuse = |why: &str| Err(format!("the output `{}` of run {run} {why}", output.name));
        if is_obeyed(name) {
            return refuse(&format!("would be {name}, by which other programs are commanded; give it another `env`"));
        }
        if variables.iter().any(|(other, _)| other == name) {
            return refuse(&format!("would be {name}, as is another one; give it another `env`"));
        }
        let value = output.value.expose();
        let value = (!value.is_null()).then(|| Secret::new(text(value)));
        if value.as_ref().is_some_and(|value| value.expose().contains('\0')) {
            return refuse("holds a NUL, which no variable can");
        }
        variables.push((name.clone(), value));
    }
    if variables.is_empty() {
        return Err(format!("no output of run {run} has an `env`, so there is nothing to give to the command"));
    }
    Ok(variables)
}

fn is_hidden(output: &RunOutput) -> bool {
    output.value.is_secret() && !output.value.expose().is_null()
}
