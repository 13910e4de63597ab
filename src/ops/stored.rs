//! A stored run, read back into its plan and state.

use std::path::PathBuf;
use std::sync::Arc;

use super::recall::{Earlier, owned, recalling};
use super::{OpError, Workspace, call, validate};
use crate::clock::Timestamp;
use crate::plan::Plan;
use crate::run::{Fact, RunState, apply};
use crate::store::{Key, Loaded, Origin, Suspicion};
use crate::workflow::{Sources, Texts};

/// A run as it is stored.
pub(super) struct Stored {
    /// Of the workflow as the run has it, whatever became of its file.
    pub plan: Arc<Plan>,
    /// What the plan was made from.
    pub texts: Texts,
    pub state: RunState,
    pub origin: Origin,
    /// The texts in which steps stood that edits took out, and more.
    pub earlier: Earlier,
    /// When the run's secrets were made unreadable, if they were.
    pub secrets_pruned: Option<Timestamp>,
    pub warnings: Vec<String>,
    /// Why the folder may be a copy.
    pub suspicion: Option<Suspicion>,
}

impl Stored {
    /// The file that the workflow came from; none for a call.
    pub fn file(&self) -> Option<PathBuf> {
        call::file(&self.origin)
    }
}

/// Folds what was loaded, each entry with the text that the workflow had then.
pub(super) fn restore(workspace: &Workspace, loaded: Loaded) -> Result<Stored, OpError> {
    restore_with(workspace, loaded, &mut |origin, texts| plan_of(workspace, origin, texts))
}

/// From a text that a run had to its plan.
pub(super) type Planner<'a> = &'a mut dyn FnMut(&Origin, &Texts) -> Result<Arc<Plan>, OpError>;

/// The same with plans that may be there already.
pub(super) fn restore_with(workspace: &Workspace, loaded: Loaded, planner: Planner<'_>) -> Result<Stored, OpError> {
    let Loaded {
        run,
        origin,
        mut texts,
        edits,
        mut earlier,
        snapshot,
        entries,
        secrets_pruned,
        warnings,
        suspicion,
        ..
    } = loaded;
    let came_back = snapshot.as_ref().map(|recorded| owned(recorded.taken_out(true))).unwrap_or_default();
    let plan = planner(&origin, &texts)?;
    let mut plan = recalling(workspace, &origin, &earlier, plan, came_back)?;
    let mut edits = edits.into_iter();
    let mut entries = entries.into_iter();
    let mut state = match snapshot {
        Some(recorded) => RunState::restore(&plan, recorded),
        None => match entries.next().map(|entry| (entry.at, entry.fact)) {
            Some((at, Fact::RunStarted(started))) => RunState::new(&plan, *started, at),
            _ => return Err(OpError::Usage(format!("run {run} has no beginning"))),
        },
    };
    for entry in entries {
        match &entry.fact {
            Fact::Replanned(_) => {
                if let Some(newer) = edits.next() {
                    earlier.insert(state.version, std::mem::replace(&mut texts, newer));
                    plan = planner(&origin, &texts)?;
                }
            }
            Fact::Recalled { steps } => {
                let back = owned(state.taken_out(false)).into_iter().filter(|(_, id)| steps.contains(id));
                plan = recalling(workspace, &origin, &earlier, plan, back)?;
            }
            _ => {}
        }
        apply(&plan, &mut state, &entry)?;
    }
    Ok(Stored { plan, texts, state, origin, earlier, secrets_pruned, warnings, suspicion })
}

/// The plan of a text that a run has.
pub(super) fn plan_of(workspace: &Workspace, origin: &Origin, texts: &Texts) -> Result<Arc<Plan>, OpError> {
    let sources = Sources::kept(&origin.workflow_path, texts);
    Ok(validate::check(workspace, sources).into_plan()?.1)
}

/// The key of an existing run is never made anew.
pub(super) fn sealing_key(workspace: &Workspace) -> Result<Key, OpError> {
    Ok(workspace.key.load()?)
}
