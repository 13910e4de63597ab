//! The two steps that stand for a call of a file: one takes its inputs in, one hands its outputs out. Both are decided from
//! the state; nothing is asked of the world for them.

use serde_json::Value;

use super::entry::Fact;
use super::outcome::{ErrorKind, StepError};
use super::scope::RunScope;
use super::state::RunState;
use super::step_state::StepStatus;
use super::task_state::Phase;
use super::words::SkipReason;
use crate::clock::Timestamp;
use crate::expr::EvalError;
use crate::id::TaskPath;
use crate::plan::{FileCall, Plan, PlanStep, StepKind};
use crate::secret::{Data, Datum};
use crate::workflow::{InputError, accept, accept_secret};

/// Takes the inputs of a call in, or says what is wrong with them.
pub(super) fn enter(plan: &Plan, state: &RunState, step: usize, call: &FileCall) -> Fact {
    let task = TaskPath::step(plan.steps[step].id.clone());
    match inputs(plan, state, step, call) {
        Ok(outputs) => Fact::Succeeded { task, outputs: Some(outputs), warning: None },
        Err(error) => Fact::Failed { task, error },
    }
}

fn inputs(plan: &Plan, state: &RunState, step: usize, call: &FileCall) -> Result<Data, StepError> {
    let planned = &plan.steps[step];
    let scope = RunScope::of_step(plan, state, step);
    let mut given = Data::new();
    for (name, template, _) in &planned.call.with {
        let value = template.evaluate(&scope).map_err(|error| {
            let message = format!("`{name}` of the call `{}` has no value {}", call.id, place(plan, planned, &error));
            StepError::new(ErrorKind::Config, "config.expression", message)
        })?;
        given.insert(name.clone(), value);
    }
    let sandbox = state.started.settings.sandbox;
    let mut taken = Data::new();
    for (name, secret) in &planned.outputs {
        let value = given.get(name);
        let accepted = match name.split_once('.') {
            Some(("inputs", name)) => call
                .file
                .inputs
                .iter()
                .find(|input| input.name.as_str() == name)
                .map(|input| accept(input, value.map(Datum::expose), sandbox)),
            Some((_, name)) => call
                .file
                .secrets
                .iter()
                .find(|known| known.name.as_str() == name)
                .map(|known| accept_secret(known, value.map(Datum::expose), sandbox)),
            None => None,
        };
        let accepted = accepted.unwrap_or(Ok(Value::Null)).map_err(|error| wrong(call, &error))?;
        let secret = *secret || value.is_some_and(Datum::is_secret);
        taken.insert(name.clone(), Datum::new(accepted, secret));
    }
    Ok(taken)
}

fn wrong(call: &FileCall, error: &InputError) -> StepError {
    let message = format!("the call `{}` of {}: {error}", call.id, call.file.source.path);
    StepError::new(ErrorKind::Config, "config.input", message)
}

/// Where an expression stands that has no value, and why it has none.
pub(super) fn place(plan: &Plan, step: &PlanStep, error: &EvalError) -> String {
    let source = plan.source(step.within);
    let (line, column) = source.position(error.span.start);
    format!("({}:{line}:{column}): {}", source.path, error.message)
}

/// Hands the outputs of a call out, once all inside has ended; or ends as what is inside has ended.
pub(super) fn leave(plan: &Plan, state: &RunState, step: usize, index: usize) -> Fact {
    let (planned, call) = (&plan.steps[step], &plan.calls[index]);
    let task = TaskPath::step(planned.id.clone());
    let entry = &state.recorded.steps[call.entry];
    if let Some(reason) = &entry.skipped {
        return Fact::Skipped { task, reason: reason.clone() };
    }
    if let Some(error) = entry.tasks.first().and_then(|task| task.error.clone()) {
        return Fact::Failed { task, error };
    }
    for inner in planned.needs.iter().filter(|inner| **inner != call.entry) {
        if let Some(fact) = unsuccessful(plan, state, *inner, &task) {
            return fact;
        }
    }
    let (outputs, warning) = outputs(plan, state, planned, index);
    Fact::Succeeded { task, outputs: Some(outputs), warning }
}

/// What a step inside that did not succeed means for the call.
fn unsuccessful(plan: &Plan, state: &RunState, inner: usize, call: &TaskPath) -> Option<Fact> {
    let (planned, step) = (&plan.steps[inner], &state.recorded.steps[inner]);
    // A call within is told of by the step that ends it.
    if matches!(planned.kind, StepKind::Entry(_)) {
        return None;
    }
    if let Some(reason) = step.skipped.as_ref().filter(|reason| reason.is_failure()) {
        // Where it was for a failure, that one is found as well, and counts.
        let is_end = matches!(reason, SkipReason::Cancelled | SkipReason::TimedOut);
        return is_end.then(|| Fact::Skipped { task: call.clone(), reason: reason.clone() });
    }
    if step.status() != StepStatus::Failed || planned.continue_on_error {
        return None;
    }
    let failed = step.tasks.iter().find(|task| task.phase == Phase::Failed);
    if let Some((task, error)) = failed.and_then(|task| Some((task, task.error.clone()?))) {
        // An inner call names its own step already.
        let message = match planned.kind {
            StepKind::Exit(_) => error.message,
            _ => format!("`{}` failed: {}", task.path(&planned.id), error.message),
        };
        return Some(Fact::Failed { task: call.clone(), error: StepError { message, class: None, ..error } });
    }
    let reason = step.tasks.iter().find_map(|task| match &task.phase {
        Phase::Skipped(reason) => Some(reason.clone()),
        _ => None,
    });
    reason.map(|reason| Fact::Skipped { task: call.clone(), reason })
}

/// As at the end of a run: what has no value is null, and somebody is told.
fn outputs(plan: &Plan, state: &RunState, planned: &PlanStep, call: usize) -> (Data, Option<String>) {
    let scope = RunScope::new(plan, state).inside(call);
    let (mut outputs, mut warnings) = (Data::new(), Vec::new());
    let declared = plan.calls[call].file.outputs.iter().zip(&planned.outputs);
    for (output, (name, secret)) in declared {
        let value = output.value.evaluate(&scope).unwrap_or_else(|error| {
            warnings.push(format!("output `{name}` is null: {}", error.message));
            Datum::Public(Value::Null)
        });
        outputs.insert(name.clone(), Datum::new(value.expose().clone(), *secret || value.is_secret()));
    }
    (outputs, (!warnings.is_empty()).then(|| warnings.join("; ")))
}

/// Why a step inside of a call must not begin: the call itself did not.
pub(super) fn barred(plan: &Plan, state: &RunState, step: usize) -> Option<SkipReason> {
    let call = &plan.calls[plan.steps[step].within?];
    let entry = &state.recorded.steps[call.entry];
    match entry.status() {
        StepStatus::Skipped => entry.skipped.clone(),
        StepStatus::Failed => Some(SkipReason::Upstream { step: call.id.to_string() }),
        _ => None,
    }
}

/// When the first of the steps began that `step` needs. A call has begun when it took its inputs in; what is first in a file
/// needs what its call needs.
pub(super) fn needs_began(plan: &Plan, state: &RunState, step: &PlanStep) -> Option<Timestamp> {
    let began = |need: &usize| {
        let tasks = &state.recorded.steps[*need].tasks;
        match plan.steps[*need].kind {
            StepKind::Action => tasks.iter().filter_map(|task| task.first_sent).min(),
            StepKind::Entry(_) => needs_began(plan, state, &plan.steps[*need]),
            StepKind::Exit(call) => {
                state.recorded.steps[plan.calls[call].entry].tasks.iter().find_map(|task| task.since)
            }
        }
    };
    step.needs.iter().filter_map(began).min()
}
