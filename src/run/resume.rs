//! Another process goes on with a run.

use std::time::Duration;

use super::entry::{RunStatus, SkipReason, Timer};
use super::outcome::{Happened, Outcome, ProbeAnswer};
use super::state::{Phase, RunState, TaskState};
use super::table::end_attempt;
use super::verdict::KEY_LIFETIME;
use crate::clock::Timestamp;
use crate::plan::Plan;
use crate::secret::Data;
use crate::workflow::Effect;

/// What another process takes over: running attempts are cut off, failed steps begin anew, budgets do not count the
/// time in between.
pub(super) fn resume(plan: &Plan, state: &mut RunState, at: Timestamp) -> Result<(), String> {
    if state.status == RunStatus::Succeeded {
        return Err("the run has succeeded".into());
    }
    let downtime = at.since(state.now);
    state.status = RunStatus::Running;
    state.stopping = false;
    state.outputs = Data::new();
    state.notes.clear();
    for (index, step) in state.steps.iter_mut().enumerate() {
        if matches!(step.skipped, Some(SkipReason::Upstream { .. })) {
            step.skipped = None;
        }
        if step.tasks.iter().any(|task| task.phase == Phase::Failed) {
            step.rounds = 0;
        }
        // Items that could not be found, or of which none has begun, are found again.
        let pristine = step.tasks.iter().all(|task| task.phase == Phase::Waiting && task.attempts == 0);
        if plan.steps[index].matrix.is_some() && (pristine || step.tasks.iter().any(|task| task.item.is_none())) {
            step.tasks.clear();
            step.expanded = false;
        }
        for task in &mut step.tasks {
            let effect = plan.steps[index].effect;
            resume_task(task, at, downtime, effect);
        }
        if let (Some(remedy), Some(spec)) = (&mut step.remedy, &plan.steps[index].on_error) {
            resume_task(remedy, at, downtime, spec.effect);
        }
    }
    state.reindex(plan);
    Ok(())
}

fn resume_task(task: &mut TaskState, at: Timestamp, downtime: Duration, effect: Effect) {
    if !task.phase.is_terminal() {
        task.since = task.since.map(|since| since.plus(downtime));
    }
    let phase = std::mem::take(&mut task.phase);
    task.phase = match phase {
        Phase::Running => {
            let happened = if effect == Effect::Read { Happened::None } else { Happened::Unknown };
            end_attempt(task, &Outcome::interrupted(happened))
        }
        // The look itself was cut off; it changes nothing, so the same is made again.
        Phase::Probing => {
            task.probes = task.probes.saturating_sub(1);
            Phase::Due(Timer::Reprobe)
        }
        Phase::InDoubt { question } => {
            task.probes = 0;
            Phase::Probed(ProbeAnswer::CannotTell { reason: question, again: Some(Duration::ZERO) })
        }
        Phase::Failed => {
            task.tries = 0;
            task.since = None;
            task.ended = None;
            task.error = None;
            match (effect, task.answer.take()) {
                // Its effect took place: the answer is judged again, nothing is sent again.
                (Effect::Once | Effect::Keyed, Some(answer)) => Phase::Ended(answer),
                // The service may have forgotten the key by now.
                (Effect::Keyed, None) if task.first_sent.is_some_and(|sent| at.since(sent) > KEY_LIFETIME) => {
                    end_attempt(task, &Outcome::interrupted(Happened::Unknown))
                }
                _ => Phase::Waiting,
            }
        }
        other => other,
    };
}
