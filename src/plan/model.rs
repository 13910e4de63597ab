//! What a run needs to know of its workflow, resolved once: indices instead of names, classes instead of rules.

use std::collections::HashMap;
use std::time::Duration;

use crate::expr::Template;
use crate::id::{StepId, TaskPath};
use crate::workflow::{Capture, Effect, Expect, Matrix, RetryPolicy, Workflow};

/// A checked workflow. Steps stand in topological order: every need has a smaller index.
#[derive(Debug, Clone)]
pub struct Plan {
    pub workflow: Workflow,
    pub steps: Vec<PlanStep>,
    pub(super) by_id: HashMap<StepId, usize>,
}

impl Plan {
    /// Puts a plan together from steps that stand in topological order.
    pub fn assemble(workflow: Workflow, steps: Vec<PlanStep>) -> Self {
        let by_id = steps.iter().enumerate().map(|(index, step)| (step.id.clone(), index)).collect();
        Self { workflow, steps, by_id }
    }

    pub fn index(&self, id: &StepId) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The class of a task's effect, or of a remedy's.
    pub fn effect(&self, task: &TaskPath) -> Option<Effect> {
        let step = &self.steps[self.index(&task.step)?];
        if task.remedy { step.on_error.as_ref().map(|remedy| remedy.effect) } else { Some(step.effect) }
    }
}

/// The rendered side of `with:`: name, value, and whether the parameter is secret by declaration.
pub type Parameters = Vec<(String, Template, bool)>;

#[derive(Debug, Clone)]
pub struct PlanStep {
    pub id: StepId,
    /// The action's name, as registered.
    pub action: &'static str,
    pub effect: Effect,
    pub with: Parameters,
    /// The names of all outputs, and which are secret: those of the action, then those captured.
    pub outputs: Vec<(String, bool)>,
    /// Indices of the steps that must be terminal first: `needs` and references.
    pub needs: Vec<usize>,
    /// Indices of the steps that wait for this one.
    pub dependants: Vec<usize>,
    pub condition: Option<Template>,
    pub matrix: Option<Matrix>,
    pub retry: RetryPolicy,
    pub timeout: Option<Duration>,
    pub settle: Option<Duration>,
    pub expect: Option<Expect>,
    pub captures: Vec<Capture>,
    pub on_error: Option<Remedy>,
}

/// `on-error`, resolved.
#[derive(Debug, Clone)]
pub struct Remedy {
    pub when: Vec<String>,
    pub action: &'static str,
    pub effect: Effect,
    pub with: Parameters,
    /// The steps that run again, in topological order: from `rerun-from` to the step that failed.
    pub rerun: Vec<usize>,
    pub max: u32,
}
