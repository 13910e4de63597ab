//! A run that was given a name: started, resumed, or shown, whichever it takes.

use std::collections::BTreeMap;

use super::attach::Console;
use super::base_url::base_url_of;
use super::go_on::{go_on, open};
use super::resume::{ResumeRequest, Talk};
use super::run::{RunOutcome, RunRequest};
use super::stored::{Stored, restore, sealing_key};
use super::surroundings::same_kind_of_service;
use super::{OpError, Workspace};
use crate::id::RunId;
use crate::run::{RunState, RunStatus};
use crate::secret::Data;
use crate::workflow::{Given, Workflow, bind};

pub(super) fn id(name: &str) -> Result<RunId, OpError> {
    RunId::new(name).map_err(|error| OpError::Usage(error.to_string()))
}

/// The run of the name that was asked for, if there is one.
pub(super) fn existing(workspace: &Workspace, request: &RunRequest<'_>) -> Result<Option<RunId>, OpError> {
    let Some(name) = &request.id else { return Ok(None) };
    let id = id(name)?;
    if let Some(fleet) = workspace.fleet_of(&id) {
        let message = format!("{id} is a row of fleet {fleet}; give this run another `--id`");
        return Err(OpError::Usage(message));
    }
    Ok(workspace.open().ids()?.into_iter().find(|run| *run == id))
}

/// Goes on with `run`, unless it is done. It must be the run that the same request would start.
pub(super) async fn again(
    workspace: &Workspace,
    run: &RunId,
    workflow: &Workflow,
    given: &BTreeMap<String, Given>,
    request: RunRequest<'_>,
    console: Console,
    talk: &mut dyn Talk,
) -> Result<RunOutcome, OpError> {
    let store = workspace.open();
    let Stored { plan, state, .. } = restore(workspace, store.read(run, &sealing_key(workspace)?)?)?;
    // Before the inputs are looked at: those of a sandbox run may have no other values.
    same_kind_of_service(&state.started, ("run", "--id"), request.sandbox)?;
    let inputs = bind(workflow, given, request.sandbox).map_err(OpError::Inputs)?;
    is_same(workflow, &inputs, &request, &state)?;
    if state.status == RunStatus::Succeeded {
        talk.say(&format!("run {run} has succeeded already; this is what came of it"));
        return Ok(RunOutcome { plan, state, dir: store.run_dir(run) });
    }
    let (run, writer, stored) = open(workspace, run.as_str(), talk)?;
    let resume = ResumeRequest {
        until: request.until,
        allow_spend: request.allow_spend,
        file: request.file,
        inject: request.inject,
        ..ResumeRequest::new(run.to_string(), request.environment)
    };
    go_on(workspace, &run, (writer, stored), &resume, None, console, talk).await
}

/// What a run is of: its workflow, its inputs and its service. Says what differs, and never a value.
fn is_same(workflow: &Workflow, inputs: &Data, request: &RunRequest<'_>, state: &RunState) -> Result<(), OpError> {
    let started = &state.started;
    let settings = &started.settings;
    let mut differ: Vec<String> = Vec::new();
    if workflow.name != started.workflow {
        differ.push(format!("the workflow (`{}`, not `{}`)", started.workflow, workflow.name));
    }
    let other = |(name, value): &(&String, &crate::secret::Datum)| {
        started.inputs.get(name).is_some_and(|then| then.expose() != value.expose())
    };
    differ.extend(inputs.iter().filter(other).map(|(name, _)| format!("the input `{name}`")));
    if !settings.sandbox && base_url_of(request.base_url.as_deref())? != settings.base_url {
        differ.push(format!("the base URL ({} then)", settings.base_url));
    }
    if differ.is_empty() {
        return Ok(());
    }
    let message = format!(
        "there is a run {} already, and it is another: {} differ{}. Give this one another `--id`, or ask for the same again",
        started.run,
        differ.join(", "),
        if differ.len() == 1 { "s" } else { "" }
    );
    Err(OpError::Usage(message))
}
