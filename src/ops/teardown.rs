//! Takes back what a run made.

use std::path::PathBuf;
use std::sync::Arc;

use super::attach::{Console, host};
use super::go_on::sandboxed;
use super::recall::recalling_all;
use super::stored::{Stored, restore};
use super::surroundings::{revive, same_surroundings};
use super::takeover::takeover;
use super::{OpError, ResumeRequest, RunOutcome, Talk, Workspace};
use crate::engine;
use crate::fleet::FleetState;
use crate::plan::Plan;
use crate::run::{Entry, Fact, Prospect, Resumption, RunState, RunStatus, TeardownStatus, Undoing, apply};
use crate::store::EntryWriter;

/// A run that nobody else works on, about to be torn down. Nothing has been written yet.
pub struct Teardown {
    /// As the run has it, and with what edits took out.
    plan: Arc<Plan>,
    full: Arc<Plan>,
    state: RunState,
    /// The state from which all is undone.
    ahead: RunState,
    writer: EntryWriter,
    dir: PathBuf,
    how: Resumption,
}

impl Teardown {
    /// Takes hold of a run. One that another process works on is refused.
    pub fn prepare(workspace: &Workspace, request: &ResumeRequest<'_>, talk: &mut dyn Talk) -> Result<Self, OpError> {
        let run = workspace.find(&request.run)?;
        let (writer, loaded) = workspace.take(&run)?;
        let stored = restore(workspace, loaded)?;
        let full = recalling_all(workspace, &stored);
        let Stored { plan, state, secrets_pruned, warnings, suspicion, .. } = stored;
        warnings.iter().for_each(|warning| talk.say(warning));
        if secrets_pruned.is_some() {
            let message = format!("the secrets of run {run} were pruned: what it made can only be removed by hand");
            return Err(OpError::Usage(message));
        }
        let secrets = same_surroundings(&plan, &state.started, request)?;
        let trust = request.trust_checkpoint;
        let how = takeover(workspace, &run, suspicion.as_ref(), trust, &mut |text| talk.say(text))?;
        let how = Resumption { secrets, ..how };
        let ahead = begun(&plan, &full, state.clone())?;
        Ok(Self { plan, full, state, ahead, writer, dir: workspace.run_dir(&run), how })
    }

    /// What it would do, in the order in which it would.
    pub fn prospects(&self) -> Vec<Prospect> {
        self.ahead.prospects(&self.full)
    }

    /// Whether an earlier teardown has done all that there is to do.
    pub fn is_over(&self) -> bool {
        let open = |prospect: &Prospect| matches!(prospect.undoing, Undoing::Waiting | Undoing::InDoubt);
        self.state.teardown && self.state.status != RunStatus::Running && !self.prospects().iter().any(open)
    }

    /// The run as it stands.
    pub fn leave(self, workspace: &Workspace) -> Result<RunOutcome, OpError> {
        let Self { plan, full, state, writer, dir, .. } = self;
        note_torn_down(workspace, writer, &full, &state)?;
        Ok(RunOutcome { plan, state, dir })
    }

    /// Undoes until the run stands still again.
    pub async fn carry_out(self, workspace: &Workspace, console: Console) -> Result<RunOutcome, OpError> {
        let Self { plan, full, mut state, ahead, writer, dir, how } = self;
        let sandbox = revive(workspace, sandboxed(&writer, &state)).await?;
        engine::learn_named(&console.mask, &how.secrets);
        let mut host = host(workspace, full.clone(), &ahead, writer, console, None)?;
        engine::tear_down(&plan, &full, &mut state, how, &mut host).await?;
        note_torn_down(workspace, host.into_log().0, &full, &state)?;
        if let Some(sandbox) = sandbox {
            sandbox.stop().await;
        }
        Ok(RunOutcome { plan: full, state, dir })
    }
}

/// The fleet of a row counts it as torn down.
fn note_torn_down(
    workspace: &Workspace,
    mut writer: EntryWriter,
    full: &Plan,
    state: &RunState,
) -> Result<(), OpError> {
    match state.teardown_status(full) {
        Some(TeardownStatus::Done) => Ok(writer.torn_down(workspace.clock.now())?),
        _ => Ok(()),
    }
}

/// The run as it is when its teardown has begun, and nothing was done yet.
pub(super) fn begun(plan: &Plan, full: &Plan, mut state: RunState) -> Result<RunState, OpError> {
    let recalled = engine::recalled(plan, full).map(|recalled| (full, recalled));
    for (plan, fact) in [(plan, Fact::TeardownStarted)].into_iter().chain(recalled) {
        let entry = Entry { seq: state.seq + 1, at: state.now, fact };
        apply(plan, &mut state, &entry)?;
    }
    Ok(state)
}

/// A run that was torn down does not go on: what it would go on from is gone.
pub(super) fn refuse_torn_down(workspace: &Workspace, plan: &Plan, state: &RunState) -> Result<(), OpError> {
    let run = &state.started.run;
    match state.teardown_status(plan) {
        None => Ok(()),
        Some(TeardownStatus::Done) => {
            Err(OpError::Usage(format!("run {run} was torn down and cannot go on; start a new one")))
        }
        Some(_) => Err(OpError::Usage(format!(
            "a teardown of run {run} has begun, and it cannot go on any more; `{}` undoes what is left",
            workspace.command_line("teardown", run)
        ))),
    }
}

/// Neither does a fleet, nor any of its rows.
pub(super) fn refuse_torn_down_fleet(workspace: &Workspace, fleet: &FleetState) -> Result<(), OpError> {
    if !fleet.teardown {
        return Ok(());
    }
    let id = fleet.id();
    let teardown = workspace.command_line("fleet teardown", id);
    Err(OpError::Usage(format!("fleet {id} was torn down and cannot go on; `{teardown}` undoes what is left")))
}
