//! The transition table of a task. A pair of phase and fact that is not listed here is an error.

use std::sync::Arc;

use super::entry::{AttemptStarted, Fact};
use super::outcome::{Happened, Outcome, ProbeAnswer, StepError};
use super::task_state::{Phase, TaskState};
use super::words::{Resolution, SkipReason, Timer};
use crate::clock::Timestamp;
use crate::secret::Data;

/// The table: phase and fact give the next phase; everything else is refused with the phase's name.
pub(super) fn advance(task: &mut TaskState, fact: &Fact, at: Timestamp) -> Result<(), &'static str> {
    use Phase::*;
    let phase = std::mem::take(&mut task.phase);
    let name = phase.name();
    task.phase = match (phase, fact) {
        (Waiting | Due(Timer::Retry) | Ended(_) | Probed(_), Fact::AttemptStarted(started))
            if started.attempt == task.attempts + 1 && started.occurrence == occurrence(task, &started.digest) =>
        {
            begin_attempt(task, started, at)
        }
        (Running, Fact::AttemptEnded { attempt, outcome, .. }) if *attempt == task.attempts => {
            end_attempt(task, outcome.clone(), at)
        }
        (Ended(_), Fact::TimerSet { timer: timer @ (Timer::Retry | Timer::Settle), due, .. })
        | (Probed(_), Fact::TimerSet { timer: timer @ (Timer::Retry | Timer::Reprobe), due, .. }) => {
            Delayed { timer: *timer, due: *due }
        }
        (Delayed { timer, .. }, Fact::TimerFired { .. }) => Due(timer),
        (Due(Timer::Settle | Timer::Reprobe), Fact::ProbeStarted { probe, input: None, .. })
            if *probe == task.probes + 1 =>
        {
            task.probes = *probe;
            task.cleared = true;
            Probing
        }
        (Waiting | Due(Timer::Retry) | Ended(_) | Probed(_), Fact::ProbeStarted { probe, input: Some(input), .. })
            if *probe == task.probes + 1 && !task.cleared =>
        {
            look_first(task, *probe, input, at)
        }
        (Probing, Fact::ProbeEnded { probe, answer: ProbeAnswer::CutOff, .. }) if *probe == task.probes => {
            task.probes -= 1;
            Due(Timer::Reprobe)
        }
        (Probing, Fact::ProbeEnded { probe, answer, .. }) if *probe == task.probes => Probed(answer.clone()),
        (Ended(outcome), Fact::Succeeded { outputs, warning, .. }) => {
            task.warning = warning.clone();
            succeed(task, outputs.as_ref().unwrap_or(&outcome.data), at)
        }
        (Probed(_), Fact::Succeeded { outputs: Some(outputs), warning, .. }) => {
            task.warning = warning.clone();
            succeed(task, outputs, at)
        }
        (Ended(outcome), Fact::Failed { error, .. }) => {
            fail(task, error, at, (outcome.happened == Happened::Done).then_some(outcome))
        }
        (Remedying, Fact::Failed { error, .. }) => {
            let answer = task.answer.take();
            fail(task, error, at, answer)
        }
        (Waiting | Due(Timer::Retry) | Probed(_), Fact::Failed { error, .. }) => fail(task, error, at, None),
        (Waiting, Fact::Skipped { reason, .. })
        | (
            Ended(_),
            Fact::Skipped { reason: reason @ (SkipReason::CannotUndo { .. } | SkipReason::NothingToUndo), .. },
        ) => Skipped(reason.clone()),
        (Waiting, Fact::Kept { outputs, .. }) if task.kept.is_some() => {
            let kept = task.kept.take().map(|kept| *kept).unwrap_or_default();
            // It may have been done for an item that had another name.
            let (item, values) = (task.item.take(), std::mem::take(&mut task.values));
            *task = TaskState { item, values, ..kept };
            let ended = task.ended.unwrap_or(at);
            succeed(task, outputs, ended)
        }
        (Waiting | Due(_) | Ended(_) | Probed(_), Fact::HeldInDoubt { doubt, question, .. }) => {
            InDoubt { doubt: *doubt, question: question.clone() }
        }
        (phase, Fact::Resolved { resolution, .. }) if phase != Succeeded && phase != Remedying => {
            resolve(task, resolution, at)
        }
        (other, _) => {
            task.phase = other;
            return Err(name);
        }
    };
    Ok(())
}

/// The table of a step that stands for a call: it is decided, and nothing is done for it.
pub(super) fn pass(task: &mut TaskState, fact: &Fact, at: Timestamp) -> Result<(), &'static str> {
    match (&task.phase, fact) {
        (Phase::Waiting, Fact::Succeeded { outputs: Some(outputs), warning, .. }) => {
            task.kept = None;
            task.since = Some(at);
            task.warning = warning.clone();
            task.phase = succeed(task, outputs, at);
            Ok(())
        }
        (Phase::Waiting, Fact::Failed { error, .. }) => {
            task.since = Some(at);
            task.phase = fail(task, error, at, None);
            Ok(())
        }
        (phase, _) => Err(phase.name()),
    }
}

/// That of the next attempt. Under one idempotency key there goes one input: with another it is another occurrence.
pub(super) fn occurrence(task: &TaskState, digest: &str) -> u32 {
    let another = !task.digest.is_empty() && *task.digest != *digest;
    task.occurrence + u32::from(another)
}

fn begin_attempt(task: &mut TaskState, started: &AttemptStarted, at: Timestamp) -> Phase {
    task.attempts = started.attempt;
    task.occurrence = started.occurrence;
    task.tries += 1;
    task.since.get_or_insert(at);
    task.first_sent.get_or_insert(at);
    task.not_before = None;
    task.input = started.input.clone();
    task.digest = started.digest.clone();
    task.kept = None;
    task.stands = false;
    Phase::Running
}

/// A look before anything was sent from here.
fn look_first(task: &mut TaskState, probe: u32, input: &Data, at: Timestamp) -> Phase {
    task.probes = probe;
    task.cleared = true;
    // Should an attempt be refused, then perhaps because of what a copy sent since.
    task.unsure = true;
    task.since.get_or_insert(at);
    task.input = input.clone();
    Phase::Probing
}

pub(super) fn end_attempt(task: &mut TaskState, outcome: Arc<Outcome>, at: Timestamp) -> Phase {
    if outcome.error.as_ref().is_some_and(StepError::is_interrupted) {
        // What cut the attempt off was on our side: the policy's tries are for what the service does.
        task.tries = task.tries.saturating_sub(1);
    }
    task.error = outcome.error.clone();
    task.not_before = outcome.retry_after.map(|asked| at.plus(asked));
    task.waited = task.waited.saturating_add(outcome.waited);
    task.probes = 0;
    task.unsure |= outcome.happened == Happened::Unknown;
    Phase::Ended(outcome)
}

fn succeed(task: &mut TaskState, outputs: &Data, at: Timestamp) -> Phase {
    task.ended = Some(at);
    task.outputs = outputs.clone();
    forget_attempt(task);
    Phase::Succeeded
}

fn fail(task: &mut TaskState, error: &StepError, at: Timestamp, answer: Option<Arc<Outcome>>) -> Phase {
    task.ended = Some(at);
    forget_attempt(task);
    task.error = Some(error.clone());
    task.answer = answer;
    Phase::Failed
}

/// A person knows better, whatever the phase; only a success stands.
fn resolve(task: &mut TaskState, resolution: &Resolution, at: Timestamp) -> Phase {
    match resolution {
        Resolution::Done(outputs) => {
            if let Some(kept) = task.kept.take() {
                task.digest = kept.digest;
            }
            task.stands = false;
            task.since.get_or_insert(at);
            succeed(task, outputs, at)
        }
        Resolution::Redo => {
            // Also where nothing was sent from here: a copy may have used the key of this occurrence.
            *task = TaskState { cleared: true, occurrence: task.occurrence + 1, ..task.again() };
            Phase::Waiting
        }
    }
}

fn forget_attempt(task: &mut TaskState) {
    task.input = Data::new();
    task.error = None;
    task.answer = None;
}
