//! A stored run, read back into its plan and state.

use std::path::PathBuf;
use std::sync::Arc;

use super::{OpError, Workspace, validate};
use crate::clock::Timestamp;
use crate::diagnostic::Source;
use crate::plan::Plan;
use crate::run::{Fact, RunState, apply};
use crate::store::{Key, Loaded, Origin, Suspicion};

/// A run as it is stored.
pub(super) struct Stored {
    /// Of the workflow as the run has it, whatever became of its file.
    pub plan: Arc<Plan>,
    pub state: RunState,
    pub origin: Origin,
    /// When the run's secrets were made unreadable, if they were.
    pub secrets_pruned: Option<Timestamp>,
    pub warnings: Vec<String>,
    /// Why the folder may be a copy.
    pub suspicion: Option<Suspicion>,
}

impl Stored {
    /// The file that the workflow came from.
    pub fn file(&self) -> PathBuf {
        let Origin { workflow_path, workflow_file } = &self.origin;
        workflow_file.as_ref().unwrap_or(workflow_path).into()
    }
}

/// Folds what was loaded, each entry with the text that the workflow had then.
pub(super) fn restore(workspace: &Workspace, loaded: Loaded) -> Result<Stored, OpError> {
    let Loaded { run, origin, workflow, edits, snapshot, entries, secrets_pruned, warnings, suspicion, .. } = loaded;
    let plan_of = |text: &str| {
        let source = Source::new(&origin.workflow_path, text);
        Ok::<_, OpError>(validate::check(workspace, source).into_plan()?.1)
    };
    let mut plan = plan_of(&workflow)?;
    let mut edits = edits.iter();
    let mut entries = entries.into_iter();
    let mut state = match snapshot {
        Some(recorded) => RunState::restore(&plan, recorded),
        None => match entries.next().map(|entry| (entry.at, entry.fact)) {
            Some((at, Fact::RunStarted(started))) => RunState::new(&plan, *started, at),
            _ => return Err(OpError::Usage(format!("run {run} has no beginning"))),
        },
    };
    for entry in entries {
        if matches!(entry.fact, Fact::Replanned(_))
            && let Some(text) = edits.next()
        {
            plan = plan_of(text)?;
        }
        apply(&plan, &mut state, &entry)?;
    }
    Ok(Stored { plan, state, origin, secrets_pruned, warnings, suspicion })
}

/// The key of an existing run is never made anew.
pub(super) fn sealing_key(workspace: &Workspace) -> Result<Key, OpError> {
    Ok(workspace.key.load()?)
}
