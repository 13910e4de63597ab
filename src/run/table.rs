//! The transition table of a task. A pair of phase and fact that is not listed here is an error.

use super::entry::{AttemptStarted, Fact, Timer};
use super::outcome::{Happened, Outcome, StepError};
use super::state::{Phase, TaskState};
use crate::clock::Timestamp;
use crate::secret::Data;

/// The table: phase and fact give the next phase; everything else is refused with the phase's name.
pub(super) fn advance(task: &mut TaskState, fact: &Fact, at: Timestamp) -> Result<(), &'static str> {
    use Phase::*;
    let phase = std::mem::take(&mut task.phase);
    let name = phase.name();
    task.phase = match (phase, fact) {
        (Waiting | Due(Timer::Retry) | Ended(_) | Probed(_), Fact::AttemptStarted(started))
            if started.attempt == task.attempts + 1 && started.occurrence == task.occurrence =>
        {
            begin_attempt(task, started, at)
        }
        (Running, Fact::AttemptEnded { attempt, outcome, .. }) if *attempt == task.attempts => {
            end_attempt(task, outcome)
        }
        (Ended(_), Fact::TimerSet { timer: timer @ (Timer::Retry | Timer::Settle), due, .. })
        | (Probed(_), Fact::TimerSet { timer: timer @ (Timer::Retry | Timer::Reprobe), due, .. }) => {
            Delayed { timer: *timer, due: *due }
        }
        (Delayed { timer, .. }, Fact::TimerFired { .. }) => Due(timer),
        (Due(Timer::Settle | Timer::Reprobe), Fact::ProbeStarted { probe, .. }) if *probe == task.probes + 1 => {
            task.probes = *probe;
            Probing
        }
        (Probing, Fact::ProbeEnded { probe, answer, .. }) if *probe == task.probes => Probed(answer.clone()),
        (Ended(_) | Probed(_), Fact::Succeeded { outputs, warning, .. }) => {
            task.ended = Some(at);
            task.outputs = outputs.clone();
            task.warning = warning.clone();
            forget_attempt(task);
            Succeeded
        }
        (Ended(outcome), Fact::Failed { error, .. }) => {
            fail(task, error, at, (outcome.happened == Happened::Done).then_some(outcome))
        }
        (Remedying, Fact::Failed { error, .. }) => {
            let answer = task.answer.take();
            fail(task, error, at, answer)
        }
        (Waiting | Due(Timer::Retry) | Probed(_), Fact::Failed { error, .. }) => fail(task, error, at, None),
        (Probed(_), Fact::HeldInDoubt { question, .. }) => InDoubt { question: question.clone() },
        (other, _) => {
            task.phase = other;
            return Err(name);
        }
    };
    Ok(())
}

fn begin_attempt(task: &mut TaskState, started: &AttemptStarted, at: Timestamp) -> Phase {
    task.attempts = started.attempt;
    task.tries += 1;
    task.since.get_or_insert(at);
    task.first_sent.get_or_insert(at);
    task.input = started.input.clone();
    Phase::Running
}

pub(super) fn end_attempt(task: &mut TaskState, outcome: &Outcome) -> Phase {
    if outcome.error.as_ref().is_some_and(StepError::is_interrupted) {
        // What cut the attempt off was on our side: the policy's tries are for what the service does.
        task.tries = task.tries.saturating_sub(1);
    }
    task.error = outcome.error.clone();
    task.probes = 0;
    task.unsure |= outcome.happened == Happened::Unknown;
    Phase::Ended(Box::new(outcome.clone()))
}

fn fail(task: &mut TaskState, error: &StepError, at: Timestamp, answer: Option<Box<Outcome>>) -> Phase {
    task.ended = Some(at);
    forget_attempt(task);
    task.error = Some(error.clone());
    task.answer = answer;
    Phase::Failed
}

fn forget_attempt(task: &mut TaskState) {
    task.input = Data::new();
    task.error = None;
    task.answer = None;
}
