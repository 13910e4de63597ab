//! Going round: a step fails with an error that its `on-error` knows, the remedy works, and steps run again.

use super::agenda::Standing;
use super::outcome::{Happened, StepError};
use super::state::RunState;
use super::task_state::{Phase, TaskState};
use super::transition::ready;
use super::words::Timer;
use crate::clock::Timestamp;
use crate::id::StepId;
use crate::plan::Plan;

pub(super) fn remedy_due(plan: &Plan, state: &mut RunState, id: &StepId, error: &StepError) -> Result<(), String> {
    let index = plan.index(id).ok_or_else(|| format!("there is no step `{id}`"))?;
    ready(state, index, id)?;
    let step = &mut state.recorded.steps[index];
    let (Some(task), Some(remedy)) = (step.tasks.first_mut(), step.remedy.as_deref_mut()) else {
        return Err(format!("`{id}` has no on-error"));
    };
    if !matches!(task.phase, Phase::Ended(_) | Phase::Probed(_) | Phase::Due(Timer::Retry)) {
        return Err(format!("`{id}` is {}", task.phase.name()));
    }
    let before = Standing::from(&task.phase);
    // Should the remedy fail, then what took effect is still known.
    task.answer = match std::mem::replace(&mut task.phase, Phase::Remedying) {
        Phase::Ended(outcome) if outcome.happened == Happened::Done => Some(outcome),
        _ => None,
    };
    task.error = Some(error.clone());
    step.rounds += 1;
    let (occurrence, attempts) = (remedy.occurrence + 1, remedy.attempts);
    *remedy = TaskState { occurrence, attempts, ..TaskState::default() };
    state.moved(plan, index, 0, before);
    Ok(())
}

pub(super) fn rewind(
    plan: &Plan,
    state: &mut RunState,
    id: &StepId,
    steps: &[StepId],
    at: Timestamp,
) -> Result<(), String> {
    let failed = plan.index(id).ok_or_else(|| format!("there is no step `{id}`"))?;
    ready(state, failed, id)?;
    let remedied = state.steps[failed].tasks.iter().any(|task| task.phase == Phase::Remedying)
        && state.steps[failed].remedy.as_ref().is_some_and(|remedy| remedy.phase == Phase::Succeeded);
    if !remedied {
        return Err(format!("`{id}` does not go round"));
    }
    let rerun = plan.steps[failed].on_error.iter().flat_map(|remedy| remedy.rerun.iter().copied());
    if !rerun.clone().map(|index| &plan.steps[index].id).eq(steps) {
        return Err(format!("these are not the steps that `{id}` sends round"));
    }
    for index in rerun {
        let step = &mut state.recorded.steps[index];
        step.skipped = None;
        step.remember_all(&plan.steps[index], at);
        if plan.steps[index].matrix.is_some() {
            // Its items may be others by then.
            step.expanded = false;
            step.tasks.retain(|task| task.item.is_some());
        }
        for task in &mut step.tasks {
            *task = task.again();
        }
    }
    state.reindex(plan);
    Ok(())
}
