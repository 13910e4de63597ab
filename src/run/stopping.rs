//! What stops a run changes in its state: a request to end, and the beginning of its teardown.

use super::ending;
use super::state::RunState;
use super::step_state::StepState;
use super::task_state::{Phase, TaskState};
use super::teardown;
use super::words::{RunStatus, Stop, Timer};
use crate::plan::Plan;

/// Retries that wait are not waited for when the run is to end.
pub(super) fn stop_requested(plan: &Plan, state: &mut RunState, stop: Stop) -> Result<(), String> {
    if !state.heeds(stop) {
        return Err("the run is stopping already".into());
    }
    // To take back half of what a run made is no end: a teardown is only ever paused.
    let stop = if state.teardown { Stop::Interrupt } else { stop };
    state.recorded.stopping = Some(stop);
    if stop != Stop::Interrupt {
        forgo_retries(state);
        state.reindex(plan);
    }
    Ok(())
}

pub(super) fn forgo_retries(state: &mut RunState) {
    let steps = &mut state.recorded.steps;
    let tasks = steps.iter_mut().flat_map(|step| step.tasks.iter_mut().chain(step.remedy.as_deref_mut()));
    for task in tasks.filter(|task| matches!(task.phase, Phase::Delayed { timer: Timer::Retry, .. })) {
        task.phase = Phase::Due(Timer::Retry);
    }
}

/// From here on only what is in doubt is looked into, and then all is undone. What an earlier process left under way is cut
/// off by the resumption that follows.
pub(super) fn teardown_started(plan: &Plan, state: &mut RunState) -> Result<(), String> {
    let stood = ending::status(plan, state);
    let run = &mut state.recorded;
    run.before_teardown.get_or_insert(if run.status == RunStatus::Running { stood } else { run.status });
    run.status = RunStatus::Running;
    run.teardown = true;
    run.stopping = None;
    run.alarms.clear();
    run.steps.iter_mut().for_each(stand_as_done);
    teardown::try_again(plan, state);
    forgo_retries(state);
    state.reindex(plan);
    Ok(())
}

/// What stood before an edit has taken place, whatever the step waits for now.
pub(super) fn stand_as_done(step: &mut StepState) {
    step.tasks.append(&mut step.former);
    step.tasks.iter_mut().for_each(TaskState::stand_again);
}
