//! A person has answered for a step. Nobody works on the run then; what follows is for a resume.

use super::entry::Fact;
use super::outcome::{ErrorKind, StepError};
use super::resume::let_downtime_pass;
use super::state::RunState;
use super::task_state::Phase;
use super::transition::transition;
use super::words::{Resolution, RunStatus};
use crate::clock::Timestamp;
use crate::id::{Role, TaskPath};
use crate::plan::Plan;

pub(super) fn answered(
    plan: &Plan,
    state: &mut RunState,
    task: &TaskPath,
    fact: &Fact,
    at: Timestamp,
) -> Result<(), String> {
    let before = state.task(plan, task).map_or(0, |task| task.occurrence);
    transition(plan, state, task, fact, at)?;
    if state.teardown && matches!(fact, Fact::Resolved { resolution: Resolution::Redo, .. }) {
        did_not_take_place(plan, state, task, before);
    }
    let_downtime_pass(&mut state.recorded, at);
    state.recorded.status = RunStatus::Interrupted;
    state.reindex(plan);
    Ok(())
}

/// In a run that is torn down nothing is done again: to say so of a step is to say that there is nothing to take back.
fn did_not_take_place(plan: &Plan, state: &mut RunState, path: &TaskPath, occurrence: u32) {
    let Some(step) = plan.index(&path.step).filter(|_| path.role == Role::Step) else { return };
    let Some(position) = state.position(step, path.item.as_ref()) else { return };
    let task = &mut state.recorded.steps[step].tasks[position];
    let error = StepError::new(ErrorKind::Config, "resolved", "somebody said that it did not take place");
    (task.phase, task.error, task.occurrence, task.unsure) = (Phase::Failed, Some(error), occurrence, false);
}
