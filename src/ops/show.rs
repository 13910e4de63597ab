//! Reads runs back: one, or all.

use super::attach::learn;
use super::stored::{Stored, restore, sealing_key};
use super::{OpError, RunOutcome, Workspace};
use crate::id::RunId;
use crate::run::{Entry, RunStatus};
use crate::secret::Mask;
use crate::store::Key;

/// A run as it is stored, to be looked at.
pub struct Shown {
    pub outcome: RunOutcome,
    /// All of its entries; empty where only the state was asked for.
    pub entries: Vec<Entry>,
    pub warnings: Vec<String>,
    /// Knows the run's secrets.
    pub mask: Mask,
}

/// One run with its history, as it is now; also while it is being written. One whose process is gone is interrupted.
pub fn show(workspace: &Workspace, wanted: &str) -> Result<Shown, OpError> {
    let store = workspace.open();
    let run = store.find(wanted)?;
    let key = sealing_key(workspace)?;
    let shown = read(workspace, &run, &key)?;
    Ok(Shown { entries: store.history(&run, &key)?, ..shown })
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
    Ok(listed.into_iter().map(|listed| (listed.run.clone(), read(workspace, &listed.run, &key))).collect())
}

fn read(workspace: &Workspace, run: &RunId, key: &Key) -> Result<Shown, OpError> {
    let store = workspace.open();
    let as_stored = || restore(workspace, store.read(run, key)?);
    let mut stored = as_stored()?;
    if stored.state.status == RunStatus::Running && !store.is_locked(run)? {
        // Nobody writes it. It may have ended since it was read, so what is read now is the last word.
        stored = as_stored()?;
        if stored.state.status == RunStatus::Running {
            stored.state = stored.state.abandoned();
        }
    }
    let Stored { plan, state, warnings } = stored;
    let mask = Mask::default();
    learn(&mask, &workspace.registry, &plan, &state);
    let outcome = RunOutcome { plan, state, dir: store.run_dir(run) };
    Ok(Shown { outcome, entries: Vec::new(), warnings, mask })
}
