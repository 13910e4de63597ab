//! How a run ends: its status and its outputs.

use serde_json::Value;

use super::entry::{Fact, RunStatus};
use super::scope::RunScope;
use super::state::{Phase, RunState, StepStatus};
use crate::plan::Plan;
use crate::secret::{Data, Datum};

/// The end of a run in which nothing is under way and nothing can be decided.
pub(super) fn end(plan: &Plan, state: &RunState) -> Fact {
    let scope = RunScope::new(plan, state);
    let mut outputs = Data::new();
    let mut notes = Vec::new();
    let status = status(state);
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

fn status(state: &RunState) -> RunStatus {
    let doubt = |phase: &Phase| matches!(phase, Phase::InDoubt { .. });
    let all: Vec<StepStatus> = state.steps.iter().map(|step| step.status()).collect();
    let in_doubt = state.steps.iter().any(|step| {
        step.tasks.iter().any(|task| doubt(&task.phase)) || step.remedy.as_ref().is_some_and(|r| doubt(&r.phase))
    });
    if in_doubt {
        RunStatus::InDoubt
    } else if !all.iter().all(|status| status.is_terminal()) {
        RunStatus::Interrupted
    } else if all.contains(&StepStatus::Failed) {
        RunStatus::Failed
    } else {
        RunStatus::Succeeded
    }
}
