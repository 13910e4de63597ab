//! What follows on the end of an attempt or of a probe: success, another try, a look, a remedy, or failure.

use std::time::Duration;

use super::capture;
use super::delay::{MAX_RETRY_AFTER, backoff};
use super::derive::fraction;
use super::entry::{Fact, Timer};
use super::outcome::{Happened, Outcome, ProbeAnswer, StepError};
use super::unit::Unit;
use crate::workflow::{Effect, RetryPolicy};

/// After this an idempotency key may have been forgotten by the service, and `keyed` is as `once`.
pub(super) const KEY_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// How often a probe looks before a person is asked.
const MAX_PROBES: u32 = 6;

pub(super) fn after_attempt(unit: &Unit<'_>, outcome: &Outcome) -> Fact {
    let judged = if unit.remedy.is_some() {
        outcome.error.clone().map_or(Ok(outcome.data.clone()), Err)
    } else {
        capture::judge(unit.step, outcome, unit.scope())
    };
    let error = match judged {
        Ok(outputs) => {
            let warning = outcome.warning.clone();
            return Fact::Succeeded { task: unit.path.clone(), outputs, warning };
        }
        Err(error) => error,
    };
    match outcome.happened {
        Happened::Unknown if must_look(unit) => unit.timer(Timer::Settle, unit.settle()),
        // "Already taken" may be said of our own earlier request, which landed after somebody looked for it.
        Happened::None if unit.task.unsure && must_look(unit) && error.class.is_none() => {
            unit.timer(Timer::Settle, unit.settle())
        }
        // It took place; to do it again is not what a verdict on the answer asks for.
        Happened::Done if matches!(unit.effect(), Effect::Once | Effect::Keyed) => give_up(unit, error),
        _ if error.is_interrupted() => unit.start(),
        _ => try_again(unit, error, outcome.retry_after),
    }
}

pub(super) fn after_probe(unit: &Unit<'_>, answer: &ProbeAnswer) -> Fact {
    match answer {
        ProbeAnswer::Done(outputs) => {
            Fact::Succeeded { task: unit.path.clone(), outputs: capture::declared(unit.step, outputs), warning: None }
        }
        ProbeAnswer::NotDone => match &unit.task.error {
            Some(error) if !error.is_interrupted() => try_again(unit, error.clone(), None),
            _ => unit.start(),
        },
        ProbeAnswer::CannotTell { again: Some(asked), .. } if unit.task.probes < MAX_PROBES => {
            let draw = fraction(&unit.state.started, &unit.path, unit.task.probes);
            // Never at once: what made this look fail needs time to pass.
            let pause = backoff(&RetryPolicy::default(), unit.task.probes.max(1), 0.5 + draw / 2.0);
            unit.timer(Timer::Reprobe, pause.max((*asked).min(MAX_RETRY_AFTER)))
        }
        ProbeAnswer::CannotTell { reason, .. } => {
            Fact::HeldInDoubt { task: unit.path.clone(), question: question(unit, reason) }
        }
    }
}

fn question(unit: &Unit<'_>, reason: &str) -> String {
    format!("nobody knows whether attempt {} of `{}` took place: {reason}", unit.task.attempts, unit.path)
}

/// Whether an attempt with unknown effect must be looked for before it is sent again.
fn must_look(unit: &Unit<'_>) -> bool {
    match unit.effect() {
        Effect::Read | Effect::Repeat => false,
        Effect::Keyed => unit.task.first_sent.is_some_and(|sent| unit.state.now.since(sent) > KEY_LIFETIME),
        Effect::Once => true,
    }
}

/// Another try if the policy has one left, and there is time for it; no sleep after the last.
fn try_again(unit: &Unit<'_>, error: StepError, retry_after: Option<Duration>) -> Fact {
    let policy = unit.retry();
    let tries = unit.task.tries;
    let named = error.class.is_some_and(|class| policy.when.contains(&class));
    if !named || tries >= policy.max_attempts {
        return give_up(unit, error);
    }
    if let Some(asked) = retry_after.filter(|asked| *asked > MAX_RETRY_AFTER) {
        let message = format!(
            "{}; the service asks to wait {} s, which is more than {} s: resume the run after that time",
            error.message,
            asked.as_secs(),
            MAX_RETRY_AFTER.as_secs()
        );
        return give_up(unit, StepError { message, ..error });
    }
    let draw = fraction(&unit.state.started, &unit.path, unit.task.attempts);
    let delay = retry_after.unwrap_or_else(|| backoff(&policy, tries.max(1), draw));
    let due = unit.state.now.plus(delay);
    let began = unit.task.since.unwrap_or(unit.state.now);
    let in_budget = policy.max_elapsed.is_none_or(|budget| due.since(began) <= budget);
    if in_budget && unit.deadline().is_none_or(|deadline| due < deadline) {
        unit.timer(Timer::Retry, delay)
    } else {
        let message = format!("{}; no time is left for another try", error.message);
        give_up(unit, StepError { message, ..error })
    }
}

/// The step has failed, unless its `on-error` knows the error and may go round once more.
fn give_up(unit: &Unit<'_>, error: StepError) -> Fact {
    let rounds = unit.state.steps[unit.index].rounds;
    let remedy = unit.step.on_error.as_ref().filter(|_| unit.remedy.is_none());
    match remedy {
        Some(remedy) if rounds < remedy.max && remedy.when.contains(&error.code) => {
            Fact::RemedyDue { step: unit.step.id.clone(), error }
        }
        _ => unit.failed(error),
    }
}
