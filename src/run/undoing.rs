//! How far a teardown came, and what another one would do.

use std::collections::BTreeSet;

use super::made::Made;
use super::outcome::StepError;
use super::state::RunState;
use super::step_state::StepState;
use super::target::{Source, Target};
use super::task_state::{Phase, TaskState};
use super::teardown::{Turn, open, try_again, turn, turn_of};
use super::words::{RunStatus, SkipReason};
use crate::id::TaskPath;
use crate::plan::{Plan, PlanStep, Undo};

/// How far a teardown came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TeardownStatus {
    Running,
    /// Nothing is left that could be undone.
    Done,
    /// An undo failed; another teardown tries it again.
    Failed,
    /// Of some step nobody knows whether there is anything to undo.
    InDoubt,
    Interrupted,
}

/// How a task stands in a teardown.
#[derive(Debug, Clone, PartialEq)]
pub enum Undoing {
    /// Its turn has not come.
    Waiting,
    Running,
    Undone,
    NothingToUndo,
    /// Why.
    CannotUndo(String),
    Failed(StepError),
    /// Nobody knows whether it took place.
    InDoubt,
}

impl Undoing {
    fn of(undo: Option<&TaskState>) -> Self {
        let Some(undo) = undo else { return Self::Waiting };
        match &undo.phase {
            Phase::Succeeded => Self::Undone,
            Phase::Failed => Self::Failed(undo.error.clone().unwrap_or_else(StepError::interrupted)),
            Phase::Skipped(SkipReason::CannotUndo { why }) => Self::CannotUndo(why.clone()),
            Phase::Skipped(_) => Self::NothingToUndo,
            Phase::Waiting => Self::Waiting,
            _ => Self::Running,
        }
    }
}

/// What a teardown would do about a task, or about an earlier round of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Prospect {
    /// Of an earlier round it is the path of its undo.
    pub task: TaskPath,
    pub action: &'static str,
    pub undoing: Undoing,
}

impl RunState {
    /// How far the teardown of this run came; `None` if there was none.
    pub fn teardown_status(&self, plan: &Plan) -> Option<TeardownStatus> {
        match (self.teardown, self.status) {
            (false, _) => None,
            (true, RunStatus::Running) => Some(TeardownStatus::Running),
            (true, _) => Some(self.recorded_teardown(plan)),
        }
    }

    pub(super) fn recorded_teardown(&self, plan: &Plan) -> TeardownStatus {
        if !self.agenda.undo.is_empty() {
            TeardownStatus::Interrupted
        } else if self.targets(plan).any(|target| turn_of(plan, self, target) == Turn::Doubt) {
            TeardownStatus::InDoubt
        } else if self.steps.iter().flat_map(StepState::undos).any(|undo| undo.phase == Phase::Failed) {
            TeardownStatus::Failed
        } else {
            TeardownStatus::Done
        }
    }

    /// How `task`, one of `step`, stands in the teardown of this run; `None` if there is none.
    pub fn undoing(&self, step: &PlanStep, task: &TaskState) -> Option<Undoing> {
        self.teardown.then(|| match task.undo.as_deref() {
            _ if !task.is_of_effect() => Undoing::NothingToUndo,
            None if turn(step, task) == Turn::Doubt => Undoing::InDoubt,
            undo => Undoing::of(undo),
        })
    }

    /// How what earlier rounds of a step made stands in the teardown of this run, if a teardown asks for it by round.
    pub fn undoing_earlier(&self, plan: &Plan, step: usize) -> impl Iterator<Item = (&Made, Undoing)> {
        let asked = self.teardown && plan.steps[step].is_undone_by_outputs();
        let made = self.steps[step].made.iter().filter(move |_| asked);
        made.map(|made| (made, Undoing::of(made.undo.as_deref())))
    }

    /// What another teardown would do, in the order in which it would: what is to be undone `Waiting`, then all else.
    pub fn prospects(&self, plan: &Plan) -> Vec<Prospect> {
        let mut again = self.clone();
        try_again(plan, &mut again);
        let mut listed = open(plan, &again);
        let turns: BTreeSet<_> = listed.iter().copied().collect();
        let open = again.targets(plan).filter(|target| !again.source(*target).is_settled());
        let held: Vec<_> = open.filter(|target| !turns.contains(target)).collect();
        listed.splice(0..0, held);
        let prospect = |target: Target| {
            let step = &plan.steps[target.step];
            let undoing = match turn_of(plan, &again, target) {
                Turn::Undo => Undoing::Waiting,
                Turn::Doubt => Undoing::InDoubt,
                Turn::Leave(SkipReason::CannotUndo { why }) => Undoing::CannotUndo(why),
                Turn::Leave(_) => Undoing::NothingToUndo,
            };
            let action = match &step.undo {
                Undo::Call(call) => call.action,
                _ => step.call.action,
            };
            let task = match again.source(target) {
                Source::Earlier(made) => made.path(&step.id),
                Source::Last(task) => task.path(&step.id),
            };
            Prospect { task, action, undoing }
        };
        listed.into_iter().rev().map(prospect).chain(self.left_out()).collect()
    }

    /// What steps made that an edit took out and that are not there again: only the text that had them says how it is undone.
    fn left_out(&self) -> impl Iterator<Item = Prospect> + '_ {
        let remain = self.removed.iter().flat_map(|step| {
            let tasks = step.tasks.iter().chain(&step.former);
            let last = tasks.filter(|task| task.kept.is_some() || task.phase == Phase::Succeeded);
            let last = last.map(|task| task.path(&step.id));
            step.made.iter().map(|made| made.path(&step.id)).chain(last)
        });
        remain.map(|task| {
            let why = "an edit took the step out, and the text that had it cannot be used any more".to_owned();
            Prospect { task, action: "taken out", undoing: Undoing::CannotUndo(why) }
        })
    }
}
