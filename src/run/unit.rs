//! A task, a remedy or an undo with all that its decisions need: they go through the same attempts, doubts and tries.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::capture;
use super::entry::{AttemptStarted, Fact};
use super::order::Limit;
use super::outcome::{ErrorKind, ProbeAnswer, StepError};
use super::scope::RunScope;
use super::state::RunState;
use super::target::{Source, Target};
use super::task_state::{Phase, TaskState};
use super::verdict::KEY_LIFETIME;
use super::words::{Doubt, Timer};
use super::{call, derive, spend};
use crate::clock::Timestamp;
use crate::expr::Template;
use crate::id::{Role, TaskPath};
use crate::plan::{Call, Plan, PlanStep, Undo};
use crate::secret::{Data, Datum};
use crate::workflow::{Effect, RetryPolicy};

pub(super) struct Unit<'a> {
    pub plan: &'a Plan,
    pub state: &'a RunState,
    pub index: usize,
    pub step: &'a PlanStep,
    pub task: &'a TaskState,
    /// The values of the matrix item.
    values: &'a Data,
    /// What it asks for.
    pub call: &'a Call,
    pub path: TaskPath,
    /// What an undo is about.
    undone: Option<Source<'a>>,
}

impl<'a> Unit<'a> {
    pub fn of_task(plan: &'a Plan, state: &'a RunState, index: usize, position: usize) -> Self {
        let task = &state.recorded.steps[index].tasks[position];
        let step = &plan.steps[index];
        let path = task.path(&step.id);
        Self { plan, state, index, step, task, values: &task.values, call: &step.call, path, undone: None }
    }

    pub fn of_remedy(plan: &'a Plan, state: &'a RunState, index: usize) -> Option<Self> {
        let task = state.recorded.steps[index].remedy.as_deref()?;
        let step = &plan.steps[index];
        let path = TaskPath::remedy(step.id.clone());
        let call = &step.on_error.as_ref()?.call;
        Some(Self { plan, state, index, step, task, values: &task.values, call, path, undone: None })
    }

    /// `None` if there is nothing that could be asked for. An undo that has not begun is `fresh`.
    pub fn of_undo(plan: &'a Plan, state: &'a RunState, target: Target, fresh: &'a TaskState) -> Option<Self> {
        let index = target.step;
        let step = &plan.steps[index];
        let source = state.source(target);
        let call = match &step.undo {
            Undo::Call(call) => call,
            Undo::BuiltIn => &step.call,
            Undo::Nothing | Undo::Never(_) => return None,
        };
        let values = match source {
            Source::Earlier(made) => &made.values,
            Source::Last(task) => &task.values,
        };
        let (path, task) = (state.undo_path(plan, target), source.undo().unwrap_or(fresh));
        Some(Self { plan, state, index, step, task, values, call, path, undone: Some(source) })
    }

    /// What an undo is about, if that is the last round of a task.
    pub fn undone_task(&self) -> Option<&'a TaskState> {
        match self.undone? {
            Source::Last(task) => Some(task.kept.as_deref().unwrap_or(task)),
            Source::Earlier(_) => None,
        }
    }

    /// The outputs of what is undone, as far as they are known.
    pub fn undone(&self) -> Data {
        let (answer, outputs) = match (self.undone, self.undone_task()) {
            (Some(Source::Earlier(made)), _) => (&made.answer, &made.outputs),
            (_, Some(task)) => (&task.answer, &task.outputs),
            _ => return Data::new(),
        };
        match answer {
            Some(answer) => {
                let scope = RunScope::of_step(self.plan, self.state, self.index).with_matrix(self.values);
                capture::salvage(self.step, answer, scope)
            }
            None => outputs.clone(),
        }
    }

    pub fn role(&self) -> Role {
        self.path.role
    }

    /// The action's own way to undo may be gone twice.
    pub fn effect(&self) -> Effect {
        match (self.role(), &self.step.undo) {
            (Role::Undo, Undo::BuiltIn) => Effect::Repeat,
            _ => self.call.effect,
        }
    }

    pub fn retry(&self) -> RetryPolicy {
        if self.role() == Role::Step { self.step.retry_policy() } else { RetryPolicy::default() }
    }

    pub fn settle(&self) -> Duration {
        self.step.settle.unwrap_or(self.state.started.settings.settle)
    }

    pub fn scope(&self) -> RunScope<'a> {
        let scope = RunScope::of_step(self.plan, self.state, self.index).with_matrix(self.values);
        match self.undone {
            Some(source) => scope.with_own(self.index, self.undone()).at(source.ended()),
            None => scope,
        }
    }

    /// When the step's time is over; a remedy or an undo has no time of its own.
    pub fn deadline(&self) -> Option<Timestamp> {
        let timeout = self.step.timeout.filter(|_| self.role() == Role::Step)?;
        Some(self.began().plus(timeout))
    }

    /// Since when its time is used up: what was waited for turns is none of it.
    pub fn began(&self) -> Timestamp {
        self.task.since.unwrap_or(self.state.now).plus(self.task.waited)
    }

    /// When an attempt that begins now is over, and what says so.
    pub fn attempt_deadline(&self) -> Option<(Timestamp, Limit)> {
        let limit = |setting| move |value| Limit { setting, value };
        let own = self.step.attempt_timeout.filter(|_| self.role() == Role::Step);
        let own = own.map(|timeout| self.state.now.plus(timeout)).zip(own.map(limit("attempt-timeout")));
        let whole = self.deadline().zip(self.step.timeout.map(limit("timeout")));
        [own, whole].into_iter().flatten().min()
    }

    /// The intent of the next attempt, or the failure to say what it would send. What stands since before an edit is kept
    /// if it would be the same again; in a run that may be a copy, a look comes first.
    pub fn start(&self) -> Fact {
        let input = match self.render(&self.call.with) {
            Ok(input) => input,
            Err(error) => return Fact::Failed { task: self.path.clone(), error },
        };
        let digest = self.digest(&input);
        if let Some(kept) = &self.task.kept {
            if self.task.stands || kept.digest == digest {
                return super::verdict::keep(self, kept);
            }
            if matches!(self.effect(), Effect::Once | Effect::Keyed) {
                return self.changed(&match self.task.predecessor() {
                    Some(item) => format!("may be what took place for `{item}`, which the edited matrix does not have"),
                    None => "took place, and its input is another since".to_owned(),
                });
            }
        }
        // The service takes a repetition under the same key for one request, but not with another input.
        let another = !self.task.digest.is_empty() && self.task.digest != digest;
        if another && self.task.unsure && self.effect() == Effect::Keyed && !self.was_not_done() {
            return self.changed("may have taken place, and its input is another since");
        }
        if self.must_look_first() {
            return Fact::ProbeStarted { task: self.path.clone(), probe: self.task.probes + 1, input: Some(input) };
        }
        self.attempt(input, digest)
    }

    /// What is never stored counts by its secret's name. A digest of the value would be something of it that is stored.
    fn digest(&self, input: &Data) -> Arc<str> {
        let digest = |input: &Data| derive::input_digest(&self.state.started, self.call.action, input).into();
        if self.call.unstored.is_empty() {
            return digest(input);
        }
        let named = self.call.unstored.iter().map(|(name, secret)| (name.clone(), secret.as_str().into()));
        let named = named.map(|(name, secret): (String, Value)| (name, Datum::Public(secret)));
        digest(&input.clone().into_iter().chain(named).collect())
    }

    fn changed(&self, what: &str) -> Fact {
        let question = format!("`{}` {what}", self.path);
        Fact::HeldInDoubt { task: self.path.clone(), doubt: Doubt::Changed, question }
    }

    fn was_not_done(&self) -> bool {
        self.task.phase == Phase::Probed(ProbeAnswer::NotDone)
    }

    /// A copy of the run may have done it, or the service has forgotten the key under which it may have been done.
    fn must_look_first(&self) -> bool {
        if self.task.cleared || self.role() == Role::Undo {
            return false;
        }
        let expired = |since: Timestamp| self.state.now.since(since) > KEY_LIFETIME;
        match self.effect() {
            Effect::Read | Effect::Repeat => false,
            Effect::Keyed if self.state.wary && expired(self.state.began) => true,
            Effect::Keyed => self.task.unsure && self.task.first_sent.is_some_and(expired),
            Effect::Once => self.state.wary,
        }
    }

    fn attempt(&self, input: Data, digest: Arc<str>) -> Fact {
        let spends = match spend::cost(self, &input) {
            Ok(spends) => spends,
            Err(error) => return self.failed(error),
        };
        let effect = self.effect();
        let occurrence = super::table::occurrence(self.task, &digest);
        Fact::AttemptStarted(Box::new(AttemptStarted {
            task: self.path.clone(),
            attempt: self.task.attempts + 1,
            occurrence,
            effect,
            idempotency_key: self.idempotency_key(occurrence),
            digest,
            input,
            spends,
        }))
    }

    /// What it is sent under; a read needs none.
    pub fn idempotency_key(&self, occurrence: u32) -> String {
        match self.effect() {
            Effect::Read => String::new(),
            _ => derive::idempotency_key(&self.state.started, &self.path, occurrence),
        }
    }

    /// A look at an attempt of which nobody knows; `None` is one that the action makes itself.
    pub fn look(&self) -> Fact {
        let probe = self.step.probe.as_ref().filter(|_| self.role() == Role::Step);
        match probe.map(|probe| self.render(&probe.call.with)).transpose() {
            Ok(_) => Fact::ProbeStarted { task: self.path.clone(), probe: self.task.probes + 1, input: None },
            Err(error) => Fact::HeldInDoubt {
                task: self.path.clone(),
                doubt: Doubt::Unclear,
                question: format!("the look at `{}` cannot be made: {}", self.path, error.message),
            },
        }
    }

    /// The values of `with`.
    pub fn render(&self, with: &[(String, Template, bool)]) -> Result<Data, StepError> {
        let scope = self.scope();
        let mut input = Data::with_capacity(with.len());
        for (name, template, secret) in with {
            let datum = template.evaluate(&scope).map_err(|error| {
                let place = call::place(self.plan, self.step, &error);
                let message = format!("`{name}` of `{}` has no value {place}", self.path);
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
