//! Another text of the workflow takes over: what each step did is carried along, and held against it where it may differ.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::outcome::{Happened, ProbeAnswer};
use super::recall::Text;
use super::resume::resume_step;
use super::started::Replanned;
use super::state::RunState;
use super::step_state::{StepState, StepStatus};
use super::task_state::{Phase, TaskState};
use super::words::{Doubt, Timer};
use crate::clock::Timestamp;
use crate::id::StepId;
use crate::plan::{Plan, PlanStep};
use crate::workflow::Effect;

/// `plan` is the new one. Of the steps to be looked at again, what has ended waits, and knows how it stood.
pub(super) fn replan(plan: &Plan, state: &mut RunState, replanned: &Replanned, at: Timestamp) -> Result<(), String> {
    let Replanned { version, workflow, recheck, succession, .. } = replanned;
    if *version != state.version + 1 {
        return Err(format!("the last one was version {}", state.version));
    }
    if state.agenda.in_flight > 0 {
        return Err("something is under way".into());
    }
    let recheck: BTreeSet<&StepId> = recheck.iter().collect();
    let succession: BTreeSet<&StepId> = succession.iter().collect();
    let run = &mut state.recorded;
    let mut before: HashMap<StepId, StepState> = std::mem::take(&mut run.steps).into_iter().map(by_id).collect();
    let mut removed: HashMap<StepId, StepState> = std::mem::take(&mut run.removed).into_iter().map(by_id).collect();
    run.steps = plan
        .steps
        .iter()
        .map(|planned| match (before.remove(&planned.id), removed.remove(&planned.id)) {
            (Some(step), _) => {
                let recheck = recheck.contains(&planned.id);
                let succession = succession.contains(&planned.id);
                carried_over(planned, step, &Edit { recheck, succession, version: *version, at })
            }
            // It was taken out and comes back: what it did is not done again.
            (None, Some(step)) => {
                carried_over(planned, step, &Edit { recheck: true, succession: true, version: *version, at })
            }
            (None, None) => fresh(planned, 0),
        })
        .collect();
    let text = Text { version: run.version, digest: run.workflow.clone() };
    run.last_stood.retain(|id, _| removed.contains_key(id));
    run.last_stood.extend(before.values().filter(|step| has_begun(step)).map(|step| (step.id.clone(), text.clone())));
    run.removed = removed.into_values().chain(before.into_values().filter(has_begun)).collect();
    run.removed.sort_by(|a, b| a.id.cmp(&b.id));
    run.version = *version;
    run.workflow = Some(workflow.clone());
    run.started = Arc::new(replanned.onto(&run.started));
    state.reindex(plan);
    Ok(())
}

fn by_id(step: StepState) -> (StepId, StepState) {
    (step.id.clone(), step)
}

fn has_begun(step: &StepState) -> bool {
    !step.made.is_empty()
        || step.tasks.iter().any(|task| task.attempts > 0 || task.kept.is_some() || task.phase.is_terminal())
}

fn fresh(planned: &PlanStep, occurrence: u32) -> StepState {
    let mut step = StepState::new(planned.id.clone(), planned.matrix.is_some(), planned.on_error.is_some());
    step.tasks.iter_mut().for_each(|task| task.occurrence = occurrence);
    step
}

/// What is to be done about one step.
struct Edit {
    recheck: bool,
    succession: bool,
    version: u32,
    at: Timestamp,
}

fn carried_over(planned: &PlanStep, mut step: StepState, edit: &Edit) -> StepState {
    let was_matrix = step.is_matrix();
    match (&step.remedy, &planned.on_error) {
        (None, Some(_)) => step.remedy = Some(Box::default()),
        (Some(_), None) => {
            step.remedy = None;
            let remedying = step.tasks.iter_mut().filter(|task| task.phase == Phase::Remedying);
            // The verdict that called for the remedy is passed again; what took effect is still known.
            remedying.for_each(|task| task.phase = task.answer.take().map_or(Phase::Waiting, Phase::Ended));
        }
        _ => {}
    }
    if was_matrix != planned.matrix.is_some() {
        // Nothing says which item it was. Its keys must not be those of an earlier time.
        let occurrence = edit.version.max(step.next_occurrence());
        step.remember_all(planned, edit.at);
        return StepState { remedy: step.remedy, made: step.made, ..fresh(planned, occurrence) };
    }
    if !edit.recheck {
        return step;
    }
    step.skipped = None;
    if step.status() == StepStatus::Failed {
        // It was let pass; as it is now, it is tried.
        resume_step(planned, &mut step, edit.at);
    }
    for task in &mut step.tasks {
        // Which new item stands for which old one is found anew.
        step.succession |= task.abdicate();
        gain_sight(planned, task);
        hold(task, planned.call.effect);
    }
    step.former.iter_mut().for_each(|task| hold(task, planned.call.effect));
    if planned.matrix.is_some() && step.tasks.iter().all(|task| task.phase == Phase::Waiting) {
        step.expanded = false;
        step.succession |= edit.succession;
    }
    step
}

/// Nobody could look whether it took place; the step says how from now on.
fn gain_sight(planned: &PlanStep, task: &mut TaskState) {
    let Phase::InDoubt { doubt: Doubt::NoWay, question } = &mut task.phase else { return };
    if planned.probe.is_some() {
        let reason = std::mem::take(question);
        task.probes = 0;
        task.phase = Phase::Probed(ProbeAnswer::CannotTell { reason, again: Some(Duration::ZERO) });
    }
}

/// What took effect is remembered, what did nothing is forgotten, and what nobody knows of is looked into as it was sent.
fn hold(task: &mut TaskState, effect: Effect) {
    let stood = match &task.phase {
        Phase::Succeeded => true,
        Phase::Ended(outcome) => outcome.happened == Happened::Done,
        _ => false,
    };
    if stood {
        let held = TaskState { values: task.values.clone(), stands: task.stands, ..task.again() };
        let before = std::mem::replace(task, held);
        task.kept = Some(Box::new(TaskState { stands: false, kept: None, ..before }));
    } else if !is_open(task, effect) {
        *task = task.anew();
    }
}

/// Whether something was sent of which nobody knows what came of it.
pub(super) fn is_open(task: &TaskState, effect: Effect) -> bool {
    let looked_into = match &task.phase {
        Phase::Running | Phase::Probing | Phase::Remedying => return true,
        Phase::InDoubt { doubt, .. } => *doubt != Doubt::Changed,
        Phase::Delayed { timer, .. } | Phase::Due(timer) => *timer != Timer::Retry,
        Phase::Probed(answer) => *answer != ProbeAnswer::NotDone,
        Phase::Ended(outcome) => outcome.happened == Happened::Unknown,
        Phase::Waiting | Phase::Succeeded | Phase::Failed | Phase::Skipped(_) => false,
    };
    matches!(effect, Effect::Once | Effect::Keyed) && (looked_into || task.unsure)
}
