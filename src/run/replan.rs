//! Another text of the workflow takes over: what each step did is carried along, and held against it where it may differ.

use std::collections::{BTreeSet, HashMap};

use super::state::{Phase, RunState, StepState, TaskState};
use crate::id::StepId;
use crate::plan::{Plan, PlanStep};

/// `plan` is the new one. Of the steps in `recheck` what has ended waits again, and knows how it stood.
pub(super) fn replan(plan: &Plan, state: &mut RunState, version: u32, recheck: &[StepId]) -> Result<(), String> {
    if version != state.version + 1 {
        return Err(format!("the last one was version {}", state.version));
    }
    if state.agenda.in_flight > 0 {
        return Err("something is under way".into());
    }
    let recheck: BTreeSet<&StepId> = recheck.iter().collect();
    let before = std::mem::take(&mut state.recorded.steps);
    let mut before: HashMap<StepId, StepState> = before.into_iter().map(|step| (step.id.clone(), step)).collect();
    state.recorded.steps = plan
        .steps
        .iter()
        .map(|planned| match before.remove(&planned.id) {
            Some(step) => carried_over(planned, step, recheck.contains(&planned.id)),
            None => StepState::new(planned.id.clone(), planned.matrix.is_some(), planned.on_error.is_some()),
        })
        .collect();
    state.recorded.version = version;
    state.reindex(plan);
    Ok(())
}

fn carried_over(planned: &PlanStep, mut step: StepState, recheck: bool) -> StepState {
    let was_matrix = step.tasks.iter().any(|task| task.item.is_some()) || !step.expanded;
    match (&step.remedy, &planned.on_error) {
        (None, Some(_)) => step.remedy = Some(Box::default()),
        (Some(_), None) => {
            step.remedy = None;
            let remedying = step.tasks.iter_mut().filter(|task| task.phase == Phase::Remedying);
            remedying.for_each(|task| *task = task.again());
        }
        _ => {}
    }
    if !recheck {
        return step;
    }
    step.skipped = None;
    if was_matrix != planned.matrix.is_some() {
        let fresh = StepState::new(planned.id.clone(), planned.matrix.is_some(), planned.on_error.is_some());
        return StepState { remedy: step.remedy, ..fresh };
    }
    // What is in doubt stays so: it is looked into as it was sent.
    step.tasks.iter_mut().filter(|task| task.phase.is_terminal()).for_each(hold);
    if planned.matrix.is_some() && step.tasks.iter().all(|task| task.phase == Phase::Waiting) {
        step.expanded = false;
    }
    step
}

fn hold(task: &mut TaskState) {
    let mut held = TaskState { values: task.values.clone(), ..task.again() };
    held.kept = match task.phase {
        Phase::Succeeded => Some(Box::new(std::mem::take(task))),
        _ => task.kept.take(),
    };
    *task = held;
}
