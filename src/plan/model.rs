//! What a run needs to know of its workflow, resolved once: indices instead of names, classes instead of rules.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use crate::diagnostic::Source;
use crate::expr::{Reference, Template};
use crate::id::{Name, Role, StepId, TaskPath};
use crate::workflow::{Bound, Capture, Effect, Expect, Matrix, RetryPolicy, Workflow};

/// In a plan of more steps, needs are told that follow from others: to find these out takes time that grows with the square
/// of the steps.
const MOST_REDUCED: usize = 1_000;

/// A checked workflow. Steps stand in topological order: every need has a smaller index.
#[derive(Debug, Clone)]
pub struct Plan {
    pub workflow: Workflow,
    pub steps: Vec<PlanStep>,
    /// The files that steps call. One that is called twice stands here twice.
    pub calls: Vec<FileCall>,
    pub(super) by_id: HashMap<StepId, usize>,
    /// So many steps at the end are not in the workflow any more, and are there for their undo.
    pub(super) recalled: usize,
}

impl Plan {
    /// Puts a plan together from steps that stand in topological order.
    pub fn assemble(workflow: Workflow, steps: Vec<PlanStep>) -> Self {
        let by_id = steps.iter().enumerate().map(|(index, step)| (step.id.clone(), index)).collect();
        Self { workflow, steps, calls: Vec::new(), by_id, recalled: 0 }
    }

    /// How many steps are those of the workflow. All that edits took out stands behind them.
    pub fn own(&self) -> usize {
        self.steps.len() - self.recalled
    }

    /// The text in which a step of `within` is written.
    pub fn source(&self, within: Option<usize>) -> &Source {
        within.map_or(&self.workflow.source, |call| &self.calls[call].file.source)
    }

    /// The step itself; for a call, all of its steps.
    pub fn whole(&self, step: &StepId) -> Vec<StepId> {
        match self.index(step).map(|index| self.steps[index].kind) {
            Some(StepKind::Exit(call)) => {
                let all = self.calls[call].entry..=self.calls[call].exit;
                all.map(|index| self.steps[index].id.clone()).collect()
            }
            _ => vec![step.clone()],
        }
    }

    /// All steps as they are shown, by index and with the number of calls around them: a call once, before what is inside.
    pub fn outline(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let mut depth = 0;
        self.steps.iter().enumerate().filter_map(move |(index, step)| match step.kind {
            StepKind::Action => Some((index, depth)),
            StepKind::Entry(call) => {
                depth += 1;
                Some((self.calls[call].exit, depth - 1))
            }
            StepKind::Exit(_) => {
                depth -= 1;
                None
            }
        })
    }

    pub fn index(&self, id: &StepId) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// What a step waits for, without what follows from the rest.
    pub fn direct_needs(&self, step: usize) -> Vec<usize> {
        let needs = &self.steps[step].needs;
        if self.steps.len() > MOST_REDUCED {
            return needs.clone();
        }
        let before: Vec<Vec<bool>> = needs.iter().map(|need| self.ancestors(*need)).collect();
        let implied = |need: usize| needs.iter().zip(&before).any(|(other, before)| *other != need && before[need]);
        needs.iter().copied().filter(|need| !implied(*need)).collect()
    }

    /// For each step whether it is `step` or something that `step` waits for, directly or not.
    pub fn ancestors(&self, step: usize) -> Vec<bool> {
        let mut wanted = vec![false; self.steps.len()];
        wanted[step] = true;
        // A need has a smaller index than what waits for it.
        for index in (0..=step).rev() {
            if wanted[index] {
                self.steps[index].needs.iter().for_each(|need| wanted[*need] = true);
            }
        }
        wanted
    }

    /// The same for what waits for any of `steps`, and these themselves.
    pub fn descendants(&self, steps: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut wanted = vec![false; self.steps.len()];
        steps.into_iter().for_each(|step| wanted[step] = true);
        for index in 0..self.steps.len() {
            if wanted[index] {
                self.steps[index].dependants.iter().for_each(|next| wanted[*next] = true);
            }
        }
        wanted
    }

    /// The steps whose effect no teardown takes back, each with the reason: what will remain.
    pub fn remains(&self) -> impl Iterator<Item = (&StepId, &'static str)> {
        self.steps.iter().filter_map(|step| Some((&step.id, step.remains()?)))
    }

    /// The secrets that the run never has, and its steps are given.
    pub fn unstored(&self) -> BTreeSet<&Name> {
        self.steps.iter().flat_map(|step| &step.call.unstored).map(|(_, secret)| secret).collect()
    }

    /// What a task asks of an action; `None` for an undo that is no call of its own.
    pub fn call(&self, task: &TaskPath) -> Option<&Call> {
        self.call_of(self.index(&task.step)?, task.role)
    }

    /// The same of a step by its index.
    pub fn call_of(&self, step: usize, role: Role) -> Option<&Call> {
        let step = &self.steps[step];
        match role {
            Role::Step => Some(&step.call),
            Role::Remedy => step.on_error.as_ref().map(|remedy| &remedy.call),
            Role::Undo => match &step.undo {
                Undo::Call(call) => Some(call),
                _ => None,
            },
        }
    }
}

/// The rendered side of `with:`: name, value, and whether the parameter is secret by declaration.
pub type Parameters = Vec<(String, Template, bool)>;

/// What is asked of an action.
#[derive(Debug, Clone)]
pub struct Call {
    /// The action's name, as registered.
    pub action: &'static str,
    pub effect: Effect,
    pub with: Parameters,
    /// Parameters whose values the run never has, each with the secret that it is. Who launches the action knows them.
    pub unstored: Vec<(String, Name)>,
    /// The parameter that is a page which a person has to open meanwhile.
    pub prompts: Option<&'static str>,
    /// How much money each time may cost, if it costs any.
    pub money: Option<Bound>,
}

impl Call {
    /// A call of `action` that is given nothing.
    pub const fn new(action: &'static str, effect: Effect) -> Self {
        Self { action, effect, with: Vec::new(), unstored: Vec::new(), prompts: None, money: None }
    }
}

/// A file that a step calls. Its steps stand in the plan between the two that stand for the call itself.
#[derive(Debug, Clone)]
pub struct FileCall {
    /// Of the step that calls.
    pub id: StepId,
    pub file: Arc<Workflow>,
    /// The step that takes the inputs in.
    pub entry: usize,
    /// The step that hands the outputs out, and has the id of the call.
    pub exit: usize,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// It asks an action.
    Action,
    /// It takes the inputs of a call in: its outputs are `inputs.NAME` and `secrets.NAME` of the file. Decided, not done.
    Entry(usize),
    /// It hands the outputs of a call out. Decided, not done.
    Exit(usize),
}

/// What few steps have is boxed: a plan may have 100,000 of them.
#[derive(Debug, Clone)]
pub struct PlanStep {
    pub id: StepId,
    pub kind: StepKind,
    /// The call in whose file it is written; its names are looked up there.
    pub within: Option<usize>,
    pub call: Call,
    /// The names of all outputs, and which are secret: those of the action, then those captured.
    pub outputs: Vec<(String, bool)>,
    /// Indices of the steps that must be terminal first: `needs` and references.
    pub needs: Vec<usize>,
    /// Indices of the steps that wait for this one.
    pub dependants: Vec<usize>,
    pub condition: Option<Box<Template>>,
    pub matrix: Option<Box<Matrix>>,
    /// The default policy, if the step says nothing about it.
    pub retry: Option<Box<RetryPolicy>>,
    /// For the step with all its tries.
    pub timeout: Option<Duration>,
    pub attempt_timeout: Option<Duration>,
    pub settle: Option<Duration>,
    pub expect: Option<Box<Expect>>,
    pub captures: Vec<Capture>,
    pub probe: Option<Box<Probe>>,
    pub undo: Undo,
    pub on_error: Option<Box<Remedy>>,
    /// Its failure is not one of the run.
    pub continue_on_error: bool,
}

impl PlanStep {
    pub fn retry_policy(&self) -> RetryPolicy {
        self.retry.as_deref().cloned().unwrap_or_default()
    }

    /// Why what the step makes cannot be taken back; `None` if it can, or if it makes nothing that stays.
    pub fn remains(&self) -> Option<&'static str> {
        match self.undo {
            Undo::Never(why) => Some(why),
            Undo::Nothing | Undo::BuiltIn | Undo::Call(_) => None,
        }
    }

    /// The step itself says how it is undone, and what it made is found by its outputs alone: each round of it is undone by
    /// its own.
    pub fn is_undone_by_outputs(&self) -> bool {
        let Undo::Call(call) = &self.undo else { return false };
        let own = |reference: &Reference| matches!(reference, Reference::Output(step, _) if step.as_str() == self.id.local_name());
        call.with.iter().flat_map(|(_, template, _)| template.references()).any(|(reference, _)| own(reference))
    }
}

/// `probe`: how the step says that its effect is looked for.
#[derive(Debug, Clone)]
pub struct Probe {
    pub call: Call,
    /// Over the answer: whether the effect took place.
    pub done_if: Template,
    /// The step's captured outputs, taken from this answer.
    pub captures: Vec<Capture>,
}

/// How the effect of a step is taken back.
#[derive(Debug, Clone)]
pub enum Undo {
    /// There is nothing to take back.
    Nothing,
    /// The action knows how.
    BuiltIn,
    /// The step says how.
    Call(Box<Call>),
    /// Nobody can; why.
    Never(&'static str),
}

/// `on-error`, resolved.
#[derive(Debug, Clone)]
pub struct Remedy {
    pub when: Vec<String>,
    pub call: Call,
    /// The steps that run again, in topological order: from `rerun-from` to the step that failed.
    pub rerun: Vec<usize>,
    pub max: u32,
}
