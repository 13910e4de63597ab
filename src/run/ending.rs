//! How a run ends: its status and its outputs.

use serde_json::Value;

use super::entry::Fact;
use super::scope::RunScope;
use super::state::RunState;
use super::step_state::{StepState, StepStatus};
use super::task_state::Phase;
use super::teardown;
use super::words::{RunStatus, SkipReason, Stop};
use crate::plan::{Plan, PlanStep};
use crate::secret::{Data, Datum};

/// The end of a run in which nothing is under way and nothing can be decided.
pub fn end(plan: &Plan, state: &RunState) -> Fact {
    let scope = RunScope::new(plan, state);
    let mut outputs = Data::new();
    let mut notes = Vec::new();
    let by_steps = status(plan, state);
    let status = if state.teardown { teardown::end_status(plan, state, by_steps) } else { by_steps };
    notes.extend(remark(plan, state));
    for output in &plan.workflow.outputs {
        let name = output.name.as_str().to_owned();
        let value = match output.value.evaluate(&scope) {
            Ok(datum) => Datum::new(datum.expose().clone(), output.secret || datum.is_secret()),
            Err(error) => {
                if status == RunStatus::Succeeded {
                    notes.push(format!("output `{name}` is null: {}", error.message));
                }
                Datum::Public(Value::Null)
            }
        };
        outputs.insert(name, value);
    }
    Fact::RunEnded { status, outputs, notes }
}

/// How its steps say that the run stands.
pub(super) fn status(plan: &Plan, state: &RunState) -> RunStatus {
    let doubt = |phase: &Phase| matches!(phase, Phase::InDoubt { .. });
    // What came back for its undo is no part of how the run went.
    let own = &state.steps[..plan.own().min(state.steps.len())];
    let all: Vec<StepStatus> = own.iter().map(|step| step.status()).collect();
    // What fails inside of a call is for the call to count.
    let counts = |(step, status): (&PlanStep, &StepStatus)| {
        *status == StepStatus::Failed && step.within.is_none() && !step.continue_on_error
    };
    let failed = plan.steps.iter().zip(&all).any(counts);
    // A run that was told to end when nothing was left to do has ended as it would have. Where a step failed, `continue-on-error`
    // or not, it may have failed since it was cut off, or had no further try.
    let all_ran = all.iter().all(|status| matches!(status, StepStatus::Succeeded | StepStatus::Skipped))
        && !state.steps.iter().any(was_left_out);
    let in_doubt = state.steps.iter().any(|step| {
        step.tasks.iter().any(|task| doubt(&task.phase)) || step.remedy.as_ref().is_some_and(|r| doubt(&r.phase))
    });
    if in_doubt {
        RunStatus::InDoubt
    } else if let (Some(stop @ (Stop::Cancel | Stop::Timeout)), false) = (state.stopping, all_ran) {
        if stop == Stop::Cancel { RunStatus::Cancelled } else { RunStatus::Failed }
    } else if !all.iter().all(|status| status.is_terminal()) {
        if state.has_reached(plan) && failed_on_the_way(plan, state) {
            RunStatus::Failed
        } else {
            RunStatus::Interrupted
        }
    } else if failed {
        RunStatus::Failed
    } else {
        RunStatus::Succeeded
    }
}

fn was_left_out(step: &StepState) -> bool {
    matches!(step.skipped, Some(SkipReason::Cancelled | SkipReason::TimedOut))
}

/// Whether a step failed that a run with an `until` was to take.
fn failed_on_the_way(plan: &Plan, state: &RunState) -> bool {
    let goal = state.agenda.goal.iter().flatten();
    let mut steps = plan.steps.iter().zip(&state.steps).zip(goal);
    steps.any(|((step, now), wanted)| *wanted && now.status() == StepStatus::Failed && !step.continue_on_error)
}

/// What the status alone does not tell.
fn remark(plan: &Plan, state: &RunState) -> Option<String> {
    match state.stopping {
        Some(Stop::Timeout) => return Some("the run's time was over (`timeout` of the workflow)".to_owned()),
        Some(Stop::Cancel) => return Some("it was cancelled (`onramp cancel`)".to_owned()),
        Some(Stop::Interrupt) if state.teardown => return Some("its teardown was paused".to_owned()),
        Some(Stop::Interrupt) => return Some("it was paused by a signal (Ctrl-C or SIGTERM)".to_owned()),
        None => {}
    }
    let until = state.until.as_ref().filter(|_| state.has_reached(plan))?;
    let left = state.steps.iter().any(|step| !step.status().is_terminal());
    left.then(|| format!("it went as far as `{until}`, as asked; a resume goes on"))
}
