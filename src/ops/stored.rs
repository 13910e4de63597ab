//! A stored run, read back into its plan and state.

use std::sync::Arc;

use super::{OpError, Workspace, validate};
use crate::clock::Timestamp;
use crate::diagnostic::Source;
use crate::plan::Plan;
use crate::run::{Fact, RunState, apply};
use crate::store::{Key, Loaded};

/// A run as it is stored.
pub(super) struct Stored {
    pub plan: Arc<Plan>,
    pub state: RunState,
    /// When the run's secrets were made unreadable, if they were.
    pub secrets_pruned: Option<Timestamp>,
    pub warnings: Vec<String>,
}

/// Folds what was loaded. The workflow is the one that the run was started with, whatever became of its file.
pub(super) fn restore(workspace: &Workspace, loaded: Loaded) -> Result<Stored, OpError> {
    let source = Source::new(&loaded.origin.workflow_path, &loaded.workflow);
    let (_, plan) = validate::check(workspace, source).into_plan()?;
    let mut entries = loaded.entries.into_iter();
    let mut state = match loaded.snapshot {
        Some(recorded) => RunState::restore(&plan, recorded),
        None => match entries.next().map(|entry| (entry.at, entry.fact)) {
            Some((at, Fact::RunStarted(started))) => RunState::new(&plan, *started, at),
            _ => return Err(OpError::Usage(format!("run {} has no beginning", loaded.run))),
        },
    };
    for entry in entries {
        apply(&plan, &mut state, &entry)?;
    }
    Ok(Stored { plan, state, secrets_pruned: loaded.secrets_pruned, warnings: loaded.warnings })
}

/// The key of an existing run is never made anew.
pub(super) fn sealing_key(workspace: &Workspace) -> Result<Key, OpError> {
    Ok(workspace.key.load()?)
}
