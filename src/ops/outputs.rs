//! The outputs of a run that is over, as the use cases that hand them on need them.

use serde_json::Value;

use super::show::{Shown, read};
use super::stored::sealing_key;
use super::{OpError, Workspace};
use crate::id::RunId;
use crate::plan::Plan;
use crate::run::{RunState, RunStatus};
use crate::secret::{Datum, Mask};

pub(super) struct Outputs {
    pub run: RunId,
    pub status: RunStatus,
    /// What the run made was undone, or is being.
    pub torn_down: bool,
    /// Secret values cannot be had any more.
    pub secrets_pruned: bool,
    /// In the order of the workflow.
    pub list: Vec<RunOutput>,
}

pub(super) struct RunOutput {
    pub name: String,
    /// `env:` of the output.
    pub env: Option<String>,
    /// Secret if it is declared so, if it was made of something secret, or if a secret of the run turns up in it.
    pub value: Datum,
}

/// The outputs of the run that `wanted` means. Refused while it runs, and if it ended with none of those it declares.
pub(super) fn outputs(workspace: &Workspace, wanted: &str) -> Result<Outputs, OpError> {
    let run = workspace.find(wanted)?;
    let Shown { outcome, mask, secrets_pruned, .. } = read(workspace, &run, &sealing_key(workspace)?)?;
    let status = outcome.state.status;
    if status == RunStatus::Running {
        let message = format!("run {run} is running; it has outputs when it has ended");
        return Err(OpError::Usage(message));
    }
    let torn_down = outcome.state.teardown;
    let list = listed(&outcome.plan, &outcome.state, &mask);
    let nothing = list.iter().all(|output| output.value.expose().is_null());
    if status != RunStatus::Succeeded && nothing && !list.is_empty() {
        return Err(OpError::Usage(match torn_down {
            true => format!("run {run} was torn down and has no outputs"),
            false => format!("run {run} {} before it had outputs. {}", ended(status), way_on(workspace, &run)),
        }));
    }
    Ok(Outputs { run, status, torn_down, secrets_pruned: secrets_pruned.is_some(), list })
}

/// All outputs that the workflow declares, as the run has them.
pub(super) fn listed(plan: &Plan, state: &RunState, mask: &Mask) -> Vec<RunOutput> {
    let listed = plan.workflow.outputs.iter().map(|output| {
        let known = state.outputs.get(output.name.as_str()).cloned();
        let datum = known.unwrap_or(Datum::Public(Value::Null));
        let secret = output.secret || datum.is_secret() || holds_secret(datum.expose(), mask);
        let value = Datum::new(datum.expose().clone(), secret);
        RunOutput { name: output.name.to_string(), env: output.env.clone(), value }
    });
    listed.collect()
}

fn way_on(workspace: &Workspace, run: &RunId) -> String {
    format!("`{}` goes on", workspace.command_line("resume", run))
}

impl Outputs {
    /// What whoever uses the outputs should know: that what they name was undone, or, if the run did not succeed, which of those
    /// that the workflow declares are not there.
    pub fn caveat(&self, workspace: &Workspace) -> Option<String> {
        let absent = self.list.iter().filter(|output| output.value.expose().is_null());
        let absent: Vec<String> = absent.map(|output| format!("`{}`", output.name)).collect();
        let run = &self.run;
        if self.torn_down {
            return Some(format!("run {run} was torn down: what its outputs name was undone, as far as that can be"));
        }
        let what = match absent.is_empty() {
            true => "all of its outputs are there".to_owned(),
            false => format!("not there yet: {}", absent.join(", ")),
        };
        let way_on = way_on(workspace, run);
        (self.status != RunStatus::Succeeded).then(|| format!("run {run} {}; {what}. {way_on}", ended(self.status)))
    }
}

const fn ended(status: RunStatus) -> &'static str {
    match status {
        RunStatus::InDoubt => "stopped in doubt",
        RunStatus::Interrupted => "was interrupted",
        RunStatus::Failed => "failed",
        RunStatus::Cancelled => "was cancelled",
        _ => "ended",
    }
}

fn holds_secret(value: &Value, mask: &Mask) -> bool {
    match value {
        Value::String(text) => mask.apply(text) != *text,
        Value::Array(items) => items.iter().any(|item| holds_secret(item, mask)),
        Value::Object(fields) => fields.values().any(|field| holds_secret(field, mask)),
        _ => false,
    }
}
