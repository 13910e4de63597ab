//! Takes back what a run made: one thing at a time, what ended last first.

use super::decide;
use super::entry::{Fact, SkipReason};
use super::outcome::Happened;
use super::state::{Phase, RunState, TaskState};
use super::unit::Unit;
use crate::id::Role;
use crate::plan::{Plan, Undo};

/// What follows for the undo whose turn it is; `None` if it is under way or nothing is left.
pub(super) fn next(plan: &Plan, state: &RunState) -> Option<Fact> {
    let (step, position) = *state.agenda.undo.last()?;
    let (planned, task) = (&plan.steps[step], &state.recorded.steps[step].tasks[position]);
    let fresh = TaskState::default();
    let undo = task.undo.as_deref().unwrap_or(&fresh);
    if undo.phase == Phase::Waiting
        && let Some(reason) = left_alone(task, &planned.undo)
    {
        let path = task.path(&planned.id).with_role(Role::Undo);
        return Some(Fact::Skipped { task: path, reason });
    }
    decide::go_on(&Unit::of_undo(plan, state, step, position, &fresh)?)
}

/// Why there is nothing to do about a task.
fn left_alone(task: &TaskState, undo: &Undo) -> Option<SkipReason> {
    let cannot = |why: &str| Some(SkipReason::CannotUndo { why: why.to_owned() });
    let nothing_happened = match &task.phase {
        Phase::Failed => task.answer.as_ref().is_none_or(|answer| answer.happened == Happened::None) && !task.unsure,
        _ => false,
    };
    match (&task.phase, undo) {
        _ if nothing_happened => Some(SkipReason::NothingToUndo),
        (_, Undo::Nothing) => Some(SkipReason::NothingToUndo),
        (_, Undo::Never(why)) => cannot(why),
        (Phase::Succeeded, _) => None,
        // The outputs that it is undone by are not there.
        (Phase::Failed, _) => cannot("it failed, and what came of it is not known"),
        _ => cannot("nobody knows whether it took place: resolve it first"),
    }
}
