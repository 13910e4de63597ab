//! What follows on the end of an attempt or of a probe: success, another try, a look, a remedy, or failure.

use std::time::Duration;

use super::capture;
use super::delay::{MAX_RETRY_AFTER, backoff};
use super::derive::fraction;
use super::entry::Fact;
use super::outcome::{Happened, Outcome, ProbeAnswer, StepError};
use super::task_state::{Phase, TaskState};
use super::unit::Unit;
use super::words::{Doubt, SkipReason, Timer};
use crate::clock::Timestamp;
use crate::id::Role;
use crate::secret::Data;
use crate::workflow::{Effect, RetryPolicy};

/// After this an idempotency key may have been forgotten by the service, and `keyed` is as `once`.
pub(super) const KEY_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// How often a probe looks before a person is asked.
const MAX_PROBES: u32 = 6;

pub(super) fn after_attempt(unit: &Unit<'_>, outcome: &Outcome) -> Fact {
    let judged = match unit.role() {
        Role::Step => capture::judge(unit.step, &unit.step.captures, outcome, unit.scope()),
        Role::Remedy | Role::Undo => outcome.error.clone().map_or(Ok(outcome.data.clone()), Err),
    };
    let error = match judged {
        Ok(outputs) => {
            // Nothing refers to what an undo answered.
            let outputs = if unit.role() == Role::Undo { Data::new() } else { outputs };
            let outputs = (outputs != outcome.data).then_some(outputs);
            let warning = outcome.warning.clone();
            return Fact::Succeeded { task: unit.path.clone(), outputs, warning };
        }
        Err(error) => error,
    };
    if unit.role() == Role::Undo {
        return after_undo(unit, outcome, error);
    }
    match outcome.happened {
        Happened::Unknown if must_look(unit) => unit.timer(Timer::Settle, unit.settle()),
        // "Already taken" may be said of our own earlier request, which landed after somebody looked for it.
        Happened::None if unit.task.unsure && must_look(unit) && error.class.is_none() => {
            unit.timer(Timer::Settle, unit.settle())
        }
        // It took place; to do it again is not what a verdict on the answer asks for.
        Happened::Done if matches!(unit.effect(), Effect::Once | Effect::Keyed) => give_up(unit, error),
        _ if error.is_interrupted() => begin_again(unit, error),
        _ => try_again(unit, error),
    }
}

/// Nobody looks at an undo; a person sees that it failed and why.
fn after_undo(unit: &Unit<'_>, outcome: &Outcome, error: StepError) -> Fact {
    let left = |reason| Fact::Skipped { task: unit.path.clone(), reason };
    match outcome.happened {
        _ if error.code == StepError::CANNOT_UNDO => left(SkipReason::CannotUndo { why: error.message }),
        _ if error.code == StepError::NOTHING_TO_UNDO => left(SkipReason::NothingToUndo),
        Happened::Unknown if must_look(unit) => unit.failed(error),
        Happened::Done if unit.effect() != Effect::Repeat => unit.failed(error),
        _ if error.is_interrupted() => unit.start(),
        _ => try_again(unit, error),
    }
}

/// An attempt that was cut off on our side did not use up a try.
fn begin_again(unit: &Unit<'_>, error: StepError) -> Fact {
    if is_closing(unit) { unit.failed(error) } else { unit.start() }
}

/// The run comes to an end: no further tries.
fn is_closing(unit: &Unit<'_>) -> bool {
    match unit.role() {
        Role::Undo => false,
        Role::Step | Role::Remedy => unit.state.is_closing(),
    }
}

pub(super) fn after_probe(unit: &Unit<'_>, answer: &ProbeAnswer) -> Fact {
    match answer {
        ProbeAnswer::Done(outputs) => took_place(unit, capture::declared(unit.step, outputs)),
        ProbeAnswer::NotDone => not_done(unit),
        ProbeAnswer::Seen(outcome) => after_look(unit, outcome),
        ProbeAnswer::CannotTell { reason, again: Some(asked) } => look_again(unit, reason, *asked),
        ProbeAnswer::CannotTell { reason, again: None } => in_doubt(unit, Doubt::Unclear, reason),
        ProbeAnswer::NoWay => no_way(unit),
        ProbeAnswer::CutOff => unit.look(),
    }
}

fn took_place(unit: &Unit<'_>, outputs: Data) -> Fact {
    Fact::Succeeded { task: unit.path.clone(), outputs: Some(outputs), warning: None }
}

fn not_done(unit: &Unit<'_>) -> Fact {
    match &unit.task.error {
        Some(error) if !error.is_interrupted() => try_again(unit, error.clone()),
        error if is_closing(unit) => unit.failed(error.clone().unwrap_or_else(StepError::interrupted)),
        _ => unit.start(),
    }
}

fn no_way(unit: &Unit<'_>) -> Fact {
    let can_have_one = unit.role() == Role::Step && unit.call.action == "http";
    let way =
        if can_have_one { "; with a `probe` in the workflow it has one next time (docs/in-doubt.md)" } else { "" };
    in_doubt(unit, Doubt::NoWay, &format!("it has no way to look{way}"))
}

/// What the step's own `probe` brought.
fn after_look(unit: &Unit<'_>, outcome: &Outcome) -> Fact {
    let Some(probe) = &unit.step.probe else { return no_way(unit) };
    match &outcome.error {
        Some(error) if error.class.is_some() => {
            return look_again(unit, &error.message, outcome.retry_after.unwrap_or_default());
        }
        Some(error) if outcome.data.is_empty() => return in_doubt(unit, Doubt::Unclear, &error.message),
        // Any other answer, of whatever status, is one that `done-if` can judge.
        _ => {}
    }
    match probe.done_if.holds(&unit.scope().with_response(&outcome.data)) {
        Ok(false) if shows_nothing(&outcome.data) => {
            let message = outcome.error.as_ref().map_or("the answer shows nothing", |error| &error.message);
            in_doubt(unit, Doubt::Unclear, &format!("the look was not let through: {message}"))
        }
        Ok(false) => not_done(unit),
        Ok(true) => {
            let seen = Outcome { error: None, ..outcome.clone() };
            match capture::judge_captures(unit.step, &probe.captures, &seen, unit.scope()) {
                Ok(outputs) => took_place(unit, outputs),
                Err(error) => in_doubt(unit, Doubt::Unclear, &format!("it did, but {}", error.message)),
            }
        }
        Err(error) => in_doubt(unit, Doubt::Unclear, &format!("`done-if`: {}", error.message)),
    }
}

/// Sent elsewhere, or not allowed to see: whether something is there remains open.
fn shows_nothing(data: &Data) -> bool {
    let status = data.get("status").and_then(|status| status.expose().as_u64());
    matches!(status, Some(300..=399 | 401 | 403 | 407))
}

fn look_again(unit: &Unit<'_>, reason: &str, asked: Duration) -> Fact {
    if unit.task.probes >= MAX_PROBES {
        return in_doubt(unit, Doubt::Unclear, reason);
    }
    let draw = fraction(&unit.state.started, &unit.path, unit.task.probes);
    // Never at once: what made this look fail needs time to pass.
    let pause = backoff(&RetryPolicy::default(), unit.task.probes.max(1), 0.5 + draw / 2.0);
    unit.timer(Timer::Reprobe, pause.max(asked.min(MAX_RETRY_AFTER)))
}

fn in_doubt(unit: &Unit<'_>, doubt: Doubt, reason: &str) -> Fact {
    let what = match unit.task.attempts {
        0 => format!("another copy of this run may have done `{}`", unit.path),
        attempts => format!("nobody knows whether attempt {attempts} of `{}` took place", unit.path),
    };
    Fact::HeldInDoubt { task: unit.path.clone(), doubt, question: format!("{what}: {reason}") }
}

/// What took place before an edit and would be the same again. Its captures are taken anew from the answer.
pub(super) fn keep(unit: &Unit<'_>, kept: &TaskState) -> Fact {
    match outputs_of(unit, kept) {
        Ok(outputs) => Fact::Kept { task: unit.path.clone(), outputs },
        Err(error) => unit.failed(error),
    }
}

fn outputs_of(unit: &Unit<'_>, kept: &TaskState) -> Result<Data, StepError> {
    if let Phase::Ended(outcome) = &kept.phase {
        return capture::judge(unit.step, &unit.step.captures, outcome, unit.scope());
    }
    let answered = kept.outputs.get("status").is_some_and(|status| !status.expose().is_null());
    let answer = Outcome::succeeded(kept.outputs.clone());
    match &unit.step.probe {
        // There is no answer: the action has none, or a person gave the outputs.
        _ if unit.step.captures.is_empty() || !answered => capture::carried_over(unit.step, &kept.outputs),
        // A success that a look found has the look's answer: no attempt ended after it.
        Some(probe) if kept.probes > 0 => capture::judge_captures(unit.step, &probe.captures, &answer, unit.scope()),
        _ => capture::judge(unit.step, &unit.step.captures, &answer, unit.scope()),
    }
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
fn try_again(unit: &Unit<'_>, error: StepError) -> Fact {
    if is_closing(unit) {
        return unit.failed(error);
    }
    let retry_after = unit.task.not_before.map(|moment| moment.since(unit.state.now));
    let policy = unit.retry();
    let tries = unit.task.tries;
    let named = error.class.is_some_and(|class| policy.when.contains(&class));
    if !named || tries >= policy.max_attempts {
        return give_up(unit, error);
    }
    if let Some(asked) = retry_after.filter(|asked| *asked > MAX_RETRY_AFTER) {
        let more = format!(
            "; the service asks to wait {} s, which is more than {} s: {} after that time",
            asked.as_secs(),
            MAX_RETRY_AFTER.as_secs(),
            if unit.role() == Role::Undo { "tear the run down again" } else { "resume the run" }
        );
        return give_up(unit, error.add(&more));
    }
    let draw = fraction(&unit.state.started, &unit.path, unit.task.attempts);
    let delay = retry_after.unwrap_or_else(|| backoff(&policy, tries.max(1), draw));
    if has_time(unit, unit.state.now.plus(delay)) { unit.timer(Timer::Retry, delay) } else { out_of_time(unit, error) }
}

/// A try that is due begins, unless something else, as the workflow's `rate`, kept it waiting until its time was over.
pub(super) fn try_now(unit: &Unit<'_>) -> Fact {
    match &unit.task.error {
        Some(error) if !has_time(unit, unit.state.now) => out_of_time(unit, error.clone()),
        _ => unit.start(),
    }
}

/// Whether a try may begin at `moment`.
fn has_time(unit: &Unit<'_>, moment: Timestamp) -> bool {
    let in_budget = unit.retry().max_elapsed.is_none_or(|budget| moment.since(unit.began()) <= budget);
    in_budget && unit.deadline().is_none_or(|deadline| moment < deadline)
}

fn out_of_time(unit: &Unit<'_>, error: StepError) -> Fact {
    give_up(unit, error.add("; no time is left for another try"))
}

/// The step has failed, unless its `on-error` knows the error and may go round once more.
fn give_up(unit: &Unit<'_>, error: StepError) -> Fact {
    let rounds = unit.state.steps[unit.index].rounds;
    let remedy = unit.step.on_error.as_ref().filter(|_| unit.role() == Role::Step && !is_closing(unit));
    match remedy {
        Some(remedy) if rounds < remedy.max && remedy.when.contains(&error.code) => {
            Fact::RemedyDue { step: unit.step.id.clone(), error }
        }
        _ => unit.failed(error),
    }
}
