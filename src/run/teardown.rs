//! Takes back what a run made: one thing at a time, what ended last first.

use super::decide;
use super::ending;
use super::entry::{Fact, RunStatus, SkipReason};
use super::outcome::Happened;
use super::pace::{self, Room};
use super::state::{Phase, RunState, TaskState};
use super::undoing::TeardownStatus;
use super::unit::Unit;
use crate::id::Role;
use crate::plan::{Plan, PlanStep, Undo};
use crate::workflow::Effect;

/// What is to be done about a task.
#[derive(Debug, PartialEq)]
pub(super) enum Turn {
    Undo,
    Leave(SkipReason),
    /// Somebody must find out first whether it took place.
    Doubt,
}

pub(super) fn turn(step: &PlanStep, task: &TaskState) -> Turn {
    let cannot = |why: &str| Turn::Leave(SkipReason::CannotUndo { why: why.to_owned() });
    if matches!(step.undo, Undo::Nothing) || nothing_happened(step, task) {
        return Turn::Leave(SkipReason::NothingToUndo);
    }
    let phase = if task.kept.is_some() { &Phase::Succeeded } else { &task.phase };
    if !phase.is_terminal() && *phase != Phase::Waiting {
        return Turn::Doubt;
    }
    match (&step.undo, phase) {
        (Undo::Never(_), _) => cannot(step.remains().unwrap_or_default()),
        (Undo::BuiltIn, _) | (_, Phase::Succeeded) => Turn::Undo,
        (_, Phase::Failed) if task.answer.is_some() => Turn::Undo,
        // What it would be undone by is not there.
        (_, Phase::Failed) => cannot("it failed, and what came of it is not known"),
        _ => cannot("it was to run again, and what it had made before is not known any more"),
    }
}

/// Every attempt was refused, or somebody looked and found nothing. What an earlier occurrence did is not known any more.
fn nothing_happened(step: &PlanStep, task: &TaskState) -> bool {
    // An action that knows its own is asked all the same: a request may have landed late.
    let looked = task.probes > 0 && task.phase == Phase::Failed && !matches!(step.undo, Undo::BuiltIn);
    let refused = match &task.phase {
        Phase::Failed => task.answer.as_ref().is_none_or(|answer| answer.happened == Happened::None),
        // Failed before a resume that came to nothing; what takes effect again and again leaves no answer behind then.
        Phase::Waiting | Phase::Skipped(_) => step.call.effect != Effect::Repeat,
        _ => false,
    };
    refused && (looked || !task.unsure) && task.occurrence == 0 && task.kept.is_none()
}

/// What is open, as steps and tasks, in the order in which it ended. What a step in doubt was made with stays until somebody
/// knows: its own undo may need it.
pub(super) fn open(plan: &Plan, state: &RunState) -> Vec<(usize, usize)> {
    let mut held = vec![false; plan.steps.len()];
    for (index, step) in plan.steps.iter().enumerate() {
        let tasks = &state.steps[index].tasks;
        if tasks.iter().any(|task| task.is_of_effect() && turn(step, task) == Turn::Doubt) {
            let needed = plan.ancestors(index).into_iter().take(index);
            needed.zip(&mut held).for_each(|(needed, held)| *held |= needed);
        }
    }
    let mut order: Vec<_> = Vec::new();
    for (index, step) in plan.steps.iter().enumerate() {
        for (position, task) in state.steps[index].tasks.iter().enumerate() {
            let ended = task.undo.as_ref().is_some_and(|undo| undo.phase.is_terminal());
            let waits = || match turn(step, task) {
                Turn::Doubt => true,
                Turn::Undo => held[index],
                Turn::Leave(_) => false,
            };
            if task.is_of_effect() && !ended && !waits() {
                let made = task.kept.as_deref().unwrap_or(task);
                order.push((made.ended.map_or(0, |at| at.as_millis()), index, position));
            }
        }
    }
    order.sort_unstable();
    order.into_iter().map(|(_, step, position)| (step, position)).collect()
}

/// What follows in a run that is torn down and in which nothing is under way.
pub(super) fn facts(plan: &Plan, state: &RunState) -> Vec<Fact> {
    match next(plan, state) {
        Some(fact) if state.stopping.is_some() && !decide::concludes(&fact) => vec![ending::end(plan, state)],
        Some(Fact::AttemptStarted(_)) if Room::of(plan, state).rate == 0 => {
            let mut facts = Vec::new();
            pace::wait(plan, state, &mut facts);
            facts
        }
        Some(fact) => vec![fact],
        None => vec![ending::end(plan, state)],
    }
}

/// What follows for the undo whose turn it is; `None` if nothing is left.
fn next(plan: &Plan, state: &RunState) -> Option<Fact> {
    let (step, position) = *state.agenda.undo.last()?;
    let (planned, task) = (&plan.steps[step], &state.recorded.steps[step].tasks[position]);
    let fresh = TaskState::default();
    let undo = task.undo.as_deref().unwrap_or(&fresh);
    if undo.phase == Phase::Waiting
        && let Turn::Leave(reason) = turn(planned, task)
    {
        let path = task.path(&planned.id).with_role(Role::Undo);
        return Some(Fact::Skipped { task: path, reason });
    }
    decide::go_on(&Unit::of_undo(plan, state, step, position, &fresh)?)
}

/// How the run stands when its teardown ends: as its steps do, unless the teardown itself has to go on.
pub(super) fn end_status(plan: &Plan, state: &RunState, by_steps: RunStatus) -> RunStatus {
    match state.recorded_teardown(plan) {
        TeardownStatus::Interrupted => RunStatus::Interrupted,
        TeardownStatus::InDoubt => RunStatus::InDoubt,
        // Since then nothing began; but looks may have answered what was open.
        _ => match state.before_teardown {
            Some(stood @ (RunStatus::Succeeded | RunStatus::Failed | RunStatus::Cancelled)) => stood,
            _ => by_steps,
        },
    }
}

/// A failed undo is tried again, and what was left alone is decided anew: somebody may have answered a question since.
pub(super) fn try_again(plan: &Plan, state: &mut RunState) {
    for (step, planned) in state.recorded.steps.iter_mut().zip(&plan.steps) {
        for task in &mut step.tasks {
            let stale = task.undo.as_ref().is_some_and(|undo| match &undo.phase {
                Phase::Failed => true,
                Phase::Skipped(reason) => undo.attempts == 0 && turn(planned, task) != Turn::Leave(reason.clone()),
                _ => false,
            });
            if let Some(undo) = task.undo.as_mut().filter(|_| stale) {
                // The same occurrence: a service that knows its idempotency key still does it once.
                let (item, attempts, occurrence) = (undo.item.clone(), undo.attempts, undo.occurrence);
                let (first_sent, unsure) = (undo.first_sent, undo.unsure);
                **undo = TaskState { item, attempts, occurrence, first_sent, unsure, ..TaskState::default() };
            }
        }
    }
}
