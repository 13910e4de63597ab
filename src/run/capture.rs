//! From an answer to outputs: `expect` and captures. Evaluated again from the kept answer, never by asking again.

use serde_json::Value;

use super::outcome::{ErrorKind, Outcome, StepError};
use super::scope::RunScope;
use super::task_state::{Phase, TaskState};
use crate::plan::PlanStep;
use crate::secret::{Data, Datum};
use crate::workflow::{Capture, CaptureFrom, Expect};

/// The verdict on an answer: the step's outputs, or why it failed.
pub(super) fn judge(
    step: &PlanStep,
    captures: &[Capture],
    outcome: &Outcome,
    scope: RunScope<'_>,
) -> Result<Data, StepError> {
    match (&step.expect, status(&outcome.data)) {
        (Some(expect), Some(status)) => expected(step, expect, status, outcome)?,
        _ => outcome.error.clone().map_or(Ok(()), Err)?,
    }
    judge_captures(step, captures, outcome, scope)
}

/// The step's outputs from an answer that is as it should be.
pub(super) fn judge_captures(
    step: &PlanStep,
    captures: &[Capture],
    outcome: &Outcome,
    scope: RunScope<'_>,
) -> Result<Data, StepError> {
    let scope = scope.with_response(&outcome.data);
    let mut outputs = declared(step, &outcome.data);
    for capture in captures {
        let value = take(capture, &outcome.data, &scope).map_err(|why| {
            let message = format!("output `{}` of `{}`: {why}", capture.name, step.id);
            StepError::new(ErrorKind::Assertion, "assertion.capture", message)
        })?;
        outputs.insert(capture.name.as_str().to_owned(), value);
    }
    Ok(outputs)
}

/// What can still be taken from an answer that was not as it should be.
pub(super) fn salvage(step: &PlanStep, outcome: &Outcome, scope: RunScope<'_>) -> Data {
    let scope = scope.with_response(&outcome.data);
    let mut outputs = declared(step, &outcome.data);
    for capture in &step.captures {
        if let Ok(value) = take(capture, &outcome.data, &scope) {
            outputs.insert(capture.name.as_str().to_owned(), value);
        }
    }
    outputs
}

/// Exactly the outputs that the step declares, each as secret as it is declared; what is missing is null.
pub(super) fn declared(step: &PlanStep, data: &Data) -> Data {
    let is_as_declared =
        |(name, secret): &(String, bool)| data.get(name).is_some_and(|datum| datum.is_secret() == *secret);
    if data.len() == step.outputs.len() && step.outputs.iter().all(is_as_declared) {
        return data.clone();
    }
    let reclassified = |(name, secret): &(String, bool)| {
        let value = data.get(name).map_or(Value::Null, |datum| datum.expose().clone());
        (name.clone(), Datum::new(value, *secret))
    };
    step.outputs.iter().map(reclassified).collect()
}

/// The outputs of a step that has no answer to take them from, under the names that it has now.
pub(super) fn carried_over(step: &PlanStep, data: &Data) -> Result<Data, StepError> {
    match step.captures.iter().find(|capture| !data.contains_key(capture.name.as_str())) {
        None => Ok(declared(step, data)),
        Some(capture) => {
            let (name, id) = (&capture.name, &step.id);
            let message = format!(
                "output `{name}` of `{id}` is new, and there is no answer to take it from: `onramp resolve RUN {id} --done \
                 --output {name}=VALUE` says what it is"
            );
            Err(StepError::new(ErrorKind::Assertion, "assertion.capture", message))
        }
    }
}

fn status(data: &Data) -> Option<u64> {
    data.get("status")?.expose().as_u64()
}

fn expected(step: &PlanStep, expect: &Expect, status: u64, outcome: &Outcome) -> Result<(), StepError> {
    if expect.status.iter().any(|wanted| u64::from(*wanted) == status) {
        return Ok(());
    }
    let wanted: Vec<String> = expect.status.iter().map(u16::to_string).collect();
    let message = format!("`{}` expects status {}, the answer has {status}", step.id, wanted.join(" or "));
    let class = outcome.error.as_ref().and_then(|error| error.class);
    Err(StepError { class, ..StepError::new(ErrorKind::Assertion, "assertion.status", message) })
}

fn take(capture: &Capture, data: &Data, scope: &RunScope<'_>) -> Result<Datum, String> {
    let body = data.get("body").map_or(&Value::Null, Datum::expose);
    let value = match &capture.from {
        CaptureFrom::JsonPath(path) => {
            let found = path.query(body).all();
            match found.as_slice() {
                [] => return Err(format!("`{path}` matches nothing in the body")),
                [one] => (*one).clone(),
                many => Value::Array(many.iter().map(|value| (*value).clone()).collect()),
            }
        }
        CaptureFrom::Header(name) => header(data, name).ok_or_else(|| format!("the answer has no header `{name}`"))?,
        CaptureFrom::Regex(pattern) => {
            let text = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
            let found = pattern.captures(&text).ok_or_else(|| format!("`{pattern}` matches nothing in the body"))?;
            found.get(1).or(found.get(0)).map_or(Value::Null, |group| group.as_str().into())
        }
        CaptureFrom::Expression(template) => {
            let datum = template.evaluate(scope).map_err(|error| error.message)?;
            return Ok(Datum::new(datum.expose().clone(), capture.secret || datum.is_secret()));
        }
    };
    Ok(Datum::new(value, capture.secret))
}

fn header(data: &Data, name: &str) -> Option<Value> {
    let headers = data.get("headers")?.expose().as_object()?;
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
}

/// The outputs of a whole step: those of its only task, or each output of all items in a list.
pub(super) fn collect(step: &PlanStep, tasks: &[TaskState]) -> Data {
    if let [task] = tasks
        && task.item.is_none()
    {
        return task.outputs.clone();
    }
    let list = |name: &str| -> Value {
        let of = |task: &TaskState| task.outputs.get(name).map_or(Value::Null, |datum| datum.expose().clone());
        tasks.iter().filter(|task| task.phase == Phase::Succeeded).map(of).collect()
    };
    step.outputs.iter().map(|(name, secret)| (name.clone(), Datum::new(list(name), *secret))).collect()
}
