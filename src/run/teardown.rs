//! Takes back what a run made: one thing at a time, what ended last first.

use super::decide;
use super::ending;
use super::entry::Fact;
use super::outcome::Happened;
use super::pace::{self, Room};
use super::state::RunState;
use super::target::{Source, Target};
use super::task_state::{Phase, TaskState};
use super::undoing::TeardownStatus;
use super::unit::Unit;
use super::words::{RunStatus, SkipReason};
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

fn cannot(why: &str) -> Turn {
    Turn::Leave(SkipReason::CannotUndo { why: why.to_owned() })
}

/// What is to be done about what a task made in its last round.
pub(super) fn turn(step: &PlanStep, task: &TaskState) -> Turn {
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
        // It is found by other means than its outputs.
        (Undo::Call(_), _) if !step.is_undone_by_outputs() => Turn::Undo,
        // What it would be undone by is not there.
        (_, Phase::Failed) => cannot("it failed, and what came of it is not known"),
        _ => cannot("it was to run again, and what it had made before is not known any more"),
    }
}

/// Every attempt was refused, or somebody looked and found nothing. What earlier rounds did is undone by round, or else
/// together with this one.
fn nothing_happened(step: &PlanStep, task: &TaskState) -> bool {
    // An action that knows its own is asked all the same: a request may have landed late.
    let looked = task.probes > 0 && task.phase == Phase::Failed && !matches!(step.undo, Undo::BuiltIn);
    let by_round = step.is_undone_by_outputs();
    let refused = match &task.phase {
        Phase::Failed => task.answer.as_ref().is_none_or(|answer| answer.happened == Happened::None),
        // Failed before a resume that came to nothing; what takes effect again and again leaves no answer behind then.
        Phase::Waiting | Phase::Skipped(_) => by_round || step.call.effect != Effect::Repeat,
        _ => false,
    };
    refused && (looked || !task.unsure) && (by_round || task.occurrence == 0) && task.kept.is_none()
}

/// The same of any target. What a round in doubt was given up with is not known.
pub(super) fn turn_of(plan: &Plan, state: &RunState, target: Target) -> Turn {
    match state.source(target) {
        Source::Last(task) => turn(&plan.steps[target.step], task),
        Source::Earlier(made) if made.doubtful => cannot("it may have taken place, and what came of it is not known"),
        Source::Earlier(_) => Turn::Undo,
    }
}

/// What is open, in the order in which it ended. What a step in doubt was made with stays until somebody knows: its own undo
/// may need it.
pub(super) fn open(plan: &Plan, state: &RunState) -> Vec<Target> {
    let mut held = vec![false; plan.steps.len()];
    for (index, step) in plan.steps.iter().enumerate() {
        let tasks = &state.steps[index].tasks;
        if tasks.iter().any(|task| task.is_of_effect() && turn(step, task) == Turn::Doubt) {
            let needed = plan.ancestors(index).into_iter().take(index);
            needed.zip(&mut held).for_each(|(needed, held)| *held |= needed);
        }
    }
    let waits = |target: &Target| match turn_of(plan, state, *target) {
        Turn::Doubt => true,
        Turn::Undo => held[target.step],
        Turn::Leave(_) => false,
    };
    let open = state.targets(plan).filter(|target| !state.source(*target).is_settled() && !waits(target));
    let mut order: Vec<_> =
        open.map(|target| (state.source(target).ended().map_or(0, |at| at.as_millis()), target)).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, target)| target).collect()
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
    let target = *state.agenda.undo.last()?;
    let fresh = TaskState::default();
    let undo = state.undo_of(target).unwrap_or(&fresh);
    if undo.phase == Phase::Waiting
        && let Turn::Leave(reason) = turn_of(plan, state, target)
    {
        return Some(Fact::Skipped { task: state.undo_path(plan, target), reason });
    }
    decide::go_on(&Unit::of_undo(plan, state, target, &fresh)?)
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
    let is_stale = |target: &Target| {
        state.undo_of(*target).is_some_and(|undo| match &undo.phase {
            Phase::Failed => true,
            Phase::Skipped(reason) => {
                undo.attempts == 0 && turn_of(plan, state, *target) != Turn::Leave(reason.clone())
            }
            _ => false,
        })
    };
    let stale: Vec<Target> = state.targets(plan).filter(is_stale).collect();
    for target in stale {
        let undo = state.undo_begun(target);
        // The same occurrence: a service that knows its idempotency key still does it once.
        let (item, attempts, occurrence) = (undo.item.take(), undo.attempts, undo.occurrence);
        let (first_sent, unsure) = (undo.first_sent, undo.unsure);
        *undo = TaskState { item, attempts, occurrence, first_sent, unsure, ..TaskState::default() };
    }
}
