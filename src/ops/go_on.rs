//! A run that exists goes on, once it is clear how.

use std::sync::Arc;

use super::asked::Retry;
use super::attach::{Console, host_of};
use super::edit::{Edit, File, look};
use super::inject::injection;
use super::prepare::{Prepared, prepare};
use super::resume::{ResumeRequest, Talk};
use super::run::RunOutcome;
use super::stored::{Stored, restore};
use super::surroundings::{MAILBOX_VARIABLE, revive, same_surroundings};
use super::takeover::takeover;
use super::teardown::{refuse_torn_down, refuse_torn_down_fleet};
use super::{OpError, Workspace};
use crate::engine::{self, Injection};
use crate::id::RunId;
use crate::plan::Plan;
use crate::run::{Resumption, RunStarted, RunState, RunStatus};
use crate::secret::Data;
use crate::store::EntryWriter;

/// Takes hold of the run that `wanted` means.
pub(super) fn open(
    workspace: &Workspace,
    wanted: &str,
    talk: &mut dyn Talk,
) -> Result<(RunId, EntryWriter, Stored), OpError> {
    let run = workspace.find(wanted)?;
    let (writer, loaded) = workspace.take(&run)?;
    let stored = restore(workspace, loaded)?;
    stored.warnings.iter().for_each(|warning| talk.say(warning));
    Ok((run, writer, stored))
}

/// Goes on until the run stands still again. One that has succeeded goes on only for a retry.
pub(super) async fn go_on(
    workspace: &Workspace,
    run: &RunId,
    (writer, stored): (EntryWriter, Stored),
    request: &ResumeRequest<'_>,
    retry: Option<&Retry>,
    console: Console,
    talk: &mut dyn Talk,
) -> Result<RunOutcome, OpError> {
    refuse_torn_down(workspace, &stored.plan, &stored.state)?;
    writer.fleet().map_or(Ok(()), |fleet| refuse_torn_down_fleet(workspace, fleet))?;
    if retry.is_none() && is_done(workspace, &stored, request)? {
        say_done(workspace, &stored, request, talk);
        return Ok(RunOutcome { plan: stored.plan, state: stored.state, dir: workspace.run_dir(run) });
    }
    let ready = make_ready(workspace, run, &stored, request, retry, talk)?;
    carry_out(workspace, run, (writer, stored), ready, console).await
}

/// Whether nothing is left to do in a run, and nothing was asked of it that would be.
pub(super) fn is_done(workspace: &Workspace, stored: &Stored, request: &ResumeRequest<'_>) -> Result<bool, OpError> {
    let done = stored.state.status == RunStatus::Succeeded;
    if done && !(request.keep.is_empty() && request.redo.is_empty()) {
        let run = &stored.state.started.run;
        let message = format!("run {run} has succeeded: `{}` runs steps again", retry(workspace, run));
        return Err(OpError::Usage(message));
    }
    Ok(done)
}

fn retry(workspace: &Workspace, run: &RunId) -> String {
    workspace.command_line_with("retry", run, " --step STEP")
}

/// Says so; whether the workflow was edited since.
pub(super) fn say_done(
    workspace: &Workspace,
    stored: &Stored,
    request: &ResumeRequest<'_>,
    talk: &mut dyn Talk,
) -> bool {
    let run = &stored.state.started.run;
    talk.say(&format!("run {run} has succeeded already; nothing is left to do"));
    let edited = is_edited(workspace, stored, request);
    if edited {
        talk.say(&format!("its workflow was edited since: `{}` runs steps again", retry(workspace, run)));
    }
    edited
}

/// The troubles that the user asked for.
pub(super) fn troubles(
    plan: &Plan,
    state: &RunState,
    request: &ResumeRequest<'_>,
    talk: &mut dyn Talk,
) -> Result<Injection, OpError> {
    let settings = &state.started.settings;
    injection(plan, settings.sandbox, &settings.base_url, &request.inject, &mut |text| talk.say(text))
}

/// Nothing stands in the way, and the user was told what comes. Nothing has been written yet.
pub(super) struct Ready {
    pub how: Resumption,
    pub edit: Option<Edit>,
    pub injection: Injection,
    pub unstored: Data,
}

pub(super) fn make_ready(
    workspace: &Workspace,
    run: &RunId,
    stored: &Stored,
    request: &ResumeRequest<'_>,
    retry: Option<&Retry>,
    talk: &mut dyn Talk,
) -> Result<Ready, OpError> {
    let Prepared { how, edit, rerun, unstored, refusal } = prepare(workspace, stored, request, retry, talk)?;
    if edit.is_some() || retry.is_some() || refusal.is_some() {
        talk.announce(&rerun);
    }
    if let Some(refusal) = refusal {
        return Err(refusal);
    }
    let Stored { plan, state, suspicion, .. } = stored;
    let secrets = same_surroundings(plan, &state.started, request)?;
    if !secrets.is_empty() {
        talk.say(&format!(
            "the mailbox is read with the password in {MAILBOX_VARIABLE}, which the run did not have before"
        ));
    }
    let trust = request.trust_checkpoint;
    let Resumption { epoch, wary, trusted, .. } =
        takeover(workspace, run, suspicion.as_ref(), trust, &mut |text| talk.say(text))?;
    let how = Resumption { epoch, wary, trusted, secrets, ..how };
    let going_on = edit.as_ref().map_or(plan, |edit| &edit.plan);
    let injection = troubles(going_on, state, request, talk)?;
    Ok(Ready { how, edit, injection, unstored })
}

async fn carry_out(
    workspace: &Workspace,
    run: &RunId,
    (mut writer, stored): (EntryWriter, Stored),
    Ready { how, edit, injection, unstored }: Ready,
    console: Console,
) -> Result<RunOutcome, OpError> {
    let file = stored.file();
    let Stored { plan, mut state, .. } = stored;
    let sandbox = revive(workspace, sandboxed(&writer, &state)).await?;
    engine::learn_named(&console.mask, &how.secrets);
    engine::learn_state(&console.mask, &workspace.registry, &plan, &state);
    let plan = match edit {
        None => {
            let mut host = host_of(workspace, plan.clone(), (&state.started, state.now), writer, console, file)?;
            host.inject(injection);
            host.give(unstored);
            engine::resume(&plan, &mut state, how, &mut host).await?;
            plan
        }
        Some(edit) => {
            let Edit { texts, plan: newer, mut replanned, .. } = edit;
            replanned.workflow = writer.keep_workflow(replanned.version, &texts)?;
            let started = replanned.onto(&state.started);
            let mut host = host_of(workspace, newer.clone(), (&started, state.now), writer, console, file)?;
            host.inject(injection);
            host.give(unstored);
            engine::resume_edited(&plan, &newer, &mut state, how, replanned, &mut host).await?;
            Arc::clone(&newer)
        }
    };
    if let Some(sandbox) = sandbox {
        sandbox.stop().await;
    }
    Ok(RunOutcome { plan, state, dir: workspace.run_dir(run) })
}

/// Whose sandbox it is: all rows of a fleet share one.
pub(super) fn sandboxed<'a>(writer: &'a EntryWriter, state: &'a RunState) -> &'a RunStarted {
    writer.fleet().map_or(&state.started, |fleet| &fleet.started)
}

/// Whether the run's file has another text, with errors or without.
fn is_edited(workspace: &Workspace, stored: &Stored, request: &ResumeRequest<'_>) -> bool {
    let Some(file) = request.file.clone().or_else(|| stored.file()) else { return false };
    let found = look(workspace, stored, &file, request.environment);
    !request.as_stored && !matches!(found, Ok(File::Unchanged | File::Gone(_)))
}
