//! What edits took out of a workflow comes back for its undo: each step as it stood when it was last in the text.

use super::state::{Recorded, RunState};
use super::step_state::StepState;
use super::stopping::{forgo_retries, stand_as_done};
use crate::id::StepId;
use crate::plan::Plan;

/// A text of the workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub version: u32,
    /// Its digest, if it is not the one that the run was started with.
    pub digest: Option<String>,
}

/// `plan` has these steps behind all others, those of the latest text first, and with them the ends of calls that had not ended.
pub(super) fn recall(plan: &Plan, state: &mut RunState, steps: &[StepId]) -> Result<(), String> {
    if !state.teardown {
        return Err("steps that were taken out come back only to be undone".into());
    }
    let behind = plan.steps.get(state.steps.len()..).unwrap_or_default();
    if behind.is_empty() || !behind.iter().map(|step| &step.id).eq(steps) {
        return Err("these are not the steps that come back".into());
    }
    let run = &mut state.recorded;
    for planned in behind {
        let removed = run.removed.iter().position(|step| step.id == planned.id);
        let fresh = || StepState::new(planned.id.clone(), planned.matrix.is_some(), false);
        let mut step = removed.map_or_else(fresh, |at| run.removed.remove(at));
        step.remedy = None;
        stand_as_done(&mut step);
        run.steps.push(step);
    }
    forgo_retries(state);
    state.reindex(plan);
    Ok(())
}

impl Recorded {
    /// The steps that edits took out, each with the text in which it last stood: those that came back for their undo, or those
    /// that did not.
    pub fn taken_out(&self, came_back: bool) -> Vec<(&Text, &StepId)> {
        let away = |id: &StepId| self.removed.iter().any(|step| step.id == *id);
        self.last_stood.iter().filter(|(id, _)| away(id) != came_back).map(|(id, text)| (text, id)).collect()
    }
}
