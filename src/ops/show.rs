//! Reads runs back: one, or all.

use super::stored::{Stored, restore, sealing_key};
use super::{OpError, RunOutcome, Workspace};
use crate::clock::Timestamp;
use crate::engine::learn_state;
use crate::id::RunId;
use crate::run::{Entry, RunState, RunStatus};
use crate::secret::{Datum, Mask};
use crate::store::{Key, PRUNED};

/// A run as it is stored, to be looked at.
pub struct Shown {
    pub outcome: RunOutcome,
    /// All of its entries; empty where only the state was asked for.
    pub entries: Vec<Entry>,
    pub warnings: Vec<String>,
    /// When the run's secrets were made unreadable, if they were.
    pub secrets_pruned: Option<Timestamp>,
    /// Knows the run's secrets.
    pub mask: Mask,
}

/// One run with its history, as it is now; also while it is being written. One whose process is gone is interrupted.
pub fn show(workspace: &Workspace, wanted: &str) -> Result<Shown, OpError> {
    let run = workspace.find(wanted)?;
    let key = sealing_key(workspace)?;
    let shown = read(workspace, &run, &key)?.for_showing();
    Ok(Shown { entries: workspace.history(&run, &key)?, ..shown })
}

/// All that happened in a run so far.
pub fn history(workspace: &Workspace, run: &RunId) -> Result<Vec<Entry>, OpError> {
    workspace.history(run, &sealing_key(workspace)?)
}

/// A run of a list, or why it cannot be read.
pub type Listed = (RunId, Result<Shown, OpError>);

/// All runs, the newest first.
pub fn runs(workspace: &Workspace) -> Result<Vec<Listed>, OpError> {
    let listed = workspace.open().list()?;
    if listed.is_empty() {
        return Ok(Vec::new());
    }
    let key = sealing_key(workspace)?;
    let shown = |run: RunId| {
        let shown = read(workspace, &run, &key).map(Shown::for_showing);
        (run, shown)
    };
    Ok(listed.into_iter().map(|listed| shown(listed.run)).collect())
}

impl Shown {
    /// Of an output whose value nothing opens any more, there is nothing left to hide.
    fn for_showing(self) -> Self {
        if self.secrets_pruned.is_none() {
            return self;
        }
        let mut recorded = self.outcome.state.recorded().clone();
        let outputs = recorded.outputs.values_mut().filter(|datum| datum.is_secret());
        outputs.for_each(|datum| *datum = Datum::Public(PRUNED.into()));
        let state = RunState::restore(&self.outcome.plan, recorded);
        Self { outcome: RunOutcome { state, ..self.outcome }, ..self }
    }
}

/// A run as it is now, without its history.
pub(super) fn read(workspace: &Workspace, run: &RunId, key: &Key) -> Result<Shown, OpError> {
    let as_stored = || restore(workspace, workspace.load(run, key)?);
    let mut stored = as_stored()?;
    if stored.state.status == RunStatus::Running && !workspace.is_locked(run)? {
        // Nobody writes it. It may have ended since it was read, so what is read now is the last word.
        stored = as_stored()?;
        if stored.state.status == RunStatus::Running {
            stored.state = stored.state.abandoned();
        }
    }
    let Stored { plan, state, secrets_pruned, warnings, .. } = stored;
    let mask = Mask::default();
    if secrets_pruned.is_none() {
        learn_state(&mask, &workspace.registry, &plan, &state);
    }
    let outcome = RunOutcome { plan, state, dir: workspace.run_dir(run) };
    Ok(Shown { outcome, entries: Vec::new(), warnings, secrets_pruned, mask })
}
