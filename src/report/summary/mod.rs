//! What there is to say of a run: a fold of plan and state into values that are made for showing. No secret is in it,
//! unless it was asked to be revealed.

mod step;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde_json::Value;

use super::call;
use super::history::History;
use crate::clock::Timestamp;
use crate::plan::Plan;
use crate::run::{RunState, RunStatus, Stop, TeardownStatus};
use crate::secret::{Data, Datum, Mask};
use crate::workflow::{Cents, Money};

pub use step::{ErrorView, StepView, TaskView};

/// Whether secret outputs are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    Masked,
    /// The user asked for it (`--reveal`).
    Revealed,
}

impl Secrets {
    fn show(self, datum: &Datum, mask: &Mask) -> Value {
        match self {
            Self::Masked => masked(datum, mask),
            Self::Revealed => datum.expose().clone(),
        }
    }
}

/// A value as it may be shown; of a public one, each text in which a secret turns up is masked there.
pub(super) fn masked(datum: &Datum, mask: &Mask) -> Value {
    fn inside(value: Value, mask: &Mask) -> Value {
        match value {
            Value::String(text) => Value::String(mask.apply(&text)),
            Value::Array(items) => items.into_iter().map(|item| inside(item, mask)).collect(),
            Value::Object(fields) => fields.into_iter().map(|(name, field)| (name, inside(field, mask))).collect(),
            other => other,
        }
    }
    inside(datum.masked(), mask)
}

/// Where a run's files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The run's own folder.
    pub run_dir: String,
    /// The store, if a command that is to find the run again must name it.
    pub store: Option<String>,
}

/// A run, ready to be shown. Texts are as they came: who shows them makes them inert.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    pub run: String,
    pub workflow: String,
    pub status: RunStatus,
    /// How far its teardown came; `None` if there was none.
    pub teardown: Option<TeardownStatus>,
    /// When it began.
    pub began: Timestamp,
    /// The time of its last entry.
    pub last: Timestamp,
    /// Without the times in which no process worked on it, once its history is known.
    pub worked: Option<Duration>,
    pub base_url: String,
    pub sandbox: bool,
    /// What it may spend beside credits, and what it was asked to so far.
    pub allow_spend: Option<Money>,
    pub spent: Cents,
    /// In the order of the plan; a call stands before what is inside of it.
    pub steps: Vec<StepView>,
    pub outputs: Vec<OutputView>,
    pub notes: Vec<String>,
    /// What made it stop before its end.
    pub stopped: Option<Stop>,
    pub place: Place,
}

#[derive(Debug, Clone, PartialEq)]
pub struct OutputView {
    pub name: String,
    pub value: Value,
    pub secret: bool,
    /// The name under which it is exported to an environment.
    pub env: Option<String>,
}

impl Summary {
    /// `mask` knows the run's secrets, in case a text repeats one.
    pub fn new(plan: &Plan, state: &RunState, place: Place, secrets: Secrets, mask: &Mask) -> Self {
        let running = state.status == RunStatus::Running;
        let views = (0..plan.steps.len()).map(|step| StepView::new(plan, state, step, mask)).collect();
        Self {
            run: state.started.run.to_string(),
            workflow: state.started.workflow.clone(),
            status: state.status,
            teardown: state.teardown_status(plan),
            began: state.began,
            last: state.now,
            worked: None,
            base_url: mask.apply(&state.started.settings.base_url),
            sandbox: state.started.settings.sandbox,
            allow_spend: state.started.settings.allow_spend,
            spent: state.spent(),
            steps: call::outline(plan, state, views, running),
            outputs: outputs(plan, &state.outputs, secrets, mask),
            stopped: state.stopping,
            notes: state.notes.iter().map(|note| mask.apply(note)).collect(),
            place,
        }
    }

    /// Knows for how long processes worked on it.
    pub fn with_history(self, history: &History) -> Self {
        Self { worked: (!history.pauses.is_empty()).then(|| history.worked(history.length)), ..self }
    }

    /// From its first entry to its last, times in which no process worked on it included.
    pub fn span(&self) -> Duration {
        self.last.since(self.began)
    }

    /// Some output is masked.
    pub fn hides_something(&self) -> bool {
        let masked = Value::from(crate::secret::MASKED);
        self.outputs.iter().any(|output| output.secret && output.value == masked)
    }
}

/// In the order of the workflow, as far as the workflow knows them.
fn outputs(plan: &Plan, data: &Data, secrets: Secrets, mask: &Mask) -> Vec<OutputView> {
    let declared = &plan.workflow.outputs;
    let mut views: Vec<OutputView> = data
        .iter()
        .map(|(name, datum)| OutputView {
            name: name.clone(),
            value: secrets.show(datum, mask),
            secret: datum.is_secret(),
            env: declared.iter().find(|output| output.name.as_str() == name).and_then(|output| output.env.clone()),
        })
        .collect();
    let place = |view: &OutputView| declared.iter().position(|output| output.name.as_str() == view.name);
    views.sort_by_key(|view| place(view).unwrap_or(usize::MAX));
    views
}
