//! A task or a remedy with all that its decisions need: the two go through the same attempts, doubts and tries.

use std::time::Duration;

use super::derive;
use super::entry::{AttemptStarted, Fact, Timer};
use super::outcome::{ErrorKind, StepError};
use super::scope::RunScope;
use super::state::{RunState, TaskState};
use crate::clock::Timestamp;
use crate::id::TaskPath;
use crate::plan::{Parameters, Plan, PlanStep, Remedy};
use crate::secret::{Data, Datum};
use crate::workflow::{Effect, RetryPolicy};

pub(super) struct Unit<'a> {
    pub plan: &'a Plan,
    pub state: &'a RunState,
    pub index: usize,
    pub step: &'a PlanStep,
    pub task: &'a TaskState,
    /// Set if this is the remedy of the step and not the step itself.
    pub remedy: Option<&'a Remedy>,
    pub path: TaskPath,
}

impl<'a> Unit<'a> {
    pub fn of_task(plan: &'a Plan, state: &'a RunState, index: usize, position: usize) -> Self {
        let task = &state.steps[index].tasks[position];
        let path = task.path(&plan.steps[index].id);
        Self { plan, state, index, step: &plan.steps[index], task, remedy: None, path }
    }

    pub fn of_remedy(plan: &'a Plan, state: &'a RunState, index: usize) -> Option<Self> {
        let task = state.steps[index].remedy.as_deref()?;
        let step = &plan.steps[index];
        let path = TaskPath::remedy(step.id.clone());
        Some(Self { plan, state, index, step, task, remedy: Some(step.on_error.as_ref()?), path })
    }

    pub fn action(&self) -> &'static str {
        self.remedy.map_or(self.step.action, |remedy| remedy.action)
    }

    pub fn effect(&self) -> Effect {
        self.remedy.map_or(self.step.effect, |remedy| remedy.effect)
    }

    pub fn retry(&self) -> RetryPolicy {
        if self.remedy.is_some() { RetryPolicy::default() } else { self.step.retry.clone() }
    }

    fn parameters(&self) -> &'a Parameters {
        self.remedy.map_or(&self.step.with, |remedy| &remedy.with)
    }

    pub fn settle(&self) -> Duration {
        self.step.settle.unwrap_or(self.state.started.settings.settle)
    }

    pub fn scope(&self) -> RunScope<'a> {
        RunScope::of_step(self.plan, self.state, self.index).with_matrix(&self.task.values)
    }

    /// When the step's time is over; a remedy has no time of its own.
    pub fn deadline(&self) -> Option<Timestamp> {
        let timeout = self.step.timeout.filter(|_| self.remedy.is_none())?;
        Some(self.task.since.unwrap_or(self.state.now).plus(timeout))
    }

    /// The intent of the next attempt, or the failure to say what it would send.
    pub fn start(&self) -> Fact {
        let input = match self.render() {
            Ok(input) => input,
            Err(error) => return Fact::Failed { task: self.path.clone(), error },
        };
        let run = &self.state.started;
        Fact::AttemptStarted(Box::new(AttemptStarted {
            task: self.path.clone(),
            attempt: self.task.attempts + 1,
            occurrence: self.task.occurrence,
            effect: self.effect(),
            idempotency_key: derive::idempotency_key(run, &self.path, self.task.occurrence),
            digest: derive::input_digest(run, &input),
            input,
        }))
    }

    fn render(&self) -> Result<Data, StepError> {
        let scope = self.scope();
        let mut input = Data::new();
        for (name, template, secret) in self.parameters() {
            let datum = template.evaluate(&scope).map_err(|error| {
                let (line, column) = self.plan.workflow.source.position(error.span.start);
                let place = format!("{}:{line}:{column}", self.plan.workflow.source.path);
                let message = format!("`{name}` of `{}` has no value ({place}): {}", self.path, error.message);
                StepError::new(ErrorKind::Config, "config.expression", message)
            })?;
            let datum = if *secret { Datum::secret(datum.expose().clone()) } else { datum };
            input.insert(name.clone(), datum);
        }
        Ok(input)
    }

    pub fn timer(&self, timer: Timer, after: Duration) -> Fact {
        Fact::TimerSet { task: self.path.clone(), timer, due: self.state.now.plus(after) }
    }

    pub fn failed(&self, error: StepError) -> Fact {
        Fact::Failed { task: self.path.clone(), error }
    }
}
