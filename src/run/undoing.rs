//! How far a teardown came, and what another one would do.

use std::collections::BTreeSet;

use super::entry::{RunStatus, SkipReason};
use super::outcome::StepError;
use super::state::{Phase, RunState, TaskState};
use super::teardown::{Turn, open, try_again, turn};
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

/// What a teardown would do about a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Prospect {
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
        let any = |wanted: &dyn Fn(&PlanStep, &TaskState) -> bool| {
            let steps = plan.steps.iter().zip(&self.steps);
            steps.into_iter().any(|(planned, step)| step.tasks.iter().any(|task| wanted(planned, task)))
        };
        if !self.agenda.undo.is_empty() {
            TeardownStatus::Interrupted
        } else if any(&|planned, task| task.is_of_effect() && turn(planned, task) == Turn::Doubt) {
            TeardownStatus::InDoubt
        } else if any(&|_, task| task.undo.as_ref().is_some_and(|undo| undo.phase == Phase::Failed)) {
            TeardownStatus::Failed
        } else {
            TeardownStatus::Done
        }
    }

    /// How `task`, one of `step`, stands in the teardown of this run; `None` if there is none.
    pub fn undoing(&self, step: &PlanStep, task: &TaskState) -> Option<Undoing> {
        self.teardown.then(|| match task.undo.as_deref() {
            _ if !task.is_of_effect() => Undoing::NothingToUndo,
            Some(undo) => match &undo.phase {
                Phase::Succeeded => Undoing::Undone,
                Phase::Failed => Undoing::Failed(undo.error.clone().unwrap_or_else(StepError::interrupted)),
                Phase::Skipped(SkipReason::CannotUndo { why }) => Undoing::CannotUndo(why.clone()),
                Phase::Skipped(_) => Undoing::NothingToUndo,
                Phase::Waiting => Undoing::Waiting,
                _ => Undoing::Running,
            },
            None if turn(step, task) == Turn::Doubt => Undoing::InDoubt,
            None => Undoing::Waiting,
        })
    }

    /// What another teardown would do, in the order in which it would: what is to be undone `Waiting`, then all else.
    pub fn prospects(&self, plan: &Plan) -> Vec<Prospect> {
        let mut again = self.clone();
        try_again(plan, &mut again);
        let mut listed = open(plan, &again);
        let turns: BTreeSet<_> = listed.iter().copied().collect();
        let mut doubts = Vec::new();
        for (index, step) in again.steps.iter().enumerate() {
            for (position, task) in step.tasks.iter().enumerate().filter(|(_, task)| task.is_of_effect()) {
                let ended = task.undo.as_ref().is_some_and(|undo| undo.phase.is_terminal());
                if !ended && !turns.contains(&(index, position)) {
                    doubts.push((index, position));
                }
            }
        }
        listed.splice(0..0, doubts);
        let prospect = |(index, position): (usize, usize)| {
            let (step, task) = (&plan.steps[index], &again.steps[index].tasks[position]);
            let undoing = match turn(step, task) {
                Turn::Undo => Undoing::Waiting,
                Turn::Doubt => Undoing::InDoubt,
                Turn::Leave(SkipReason::CannotUndo { why }) => Undoing::CannotUndo(why),
                Turn::Leave(_) => Undoing::NothingToUndo,
            };
            let action = match &step.undo {
                Undo::Call(call) => call.action,
                _ => step.call.action,
            };
            Prospect { task: task.path(&step.id), action, undoing }
        };
        listed.into_iter().rev().map(prospect).chain(self.taken_out()).collect()
    }

    /// What steps made that an edit took out: only the workflow that had them says how it is undone.
    fn taken_out(&self) -> impl Iterator<Item = Prospect> + '_ {
        let tasks =
            self.removed.iter().flat_map(|step| step.tasks.iter().chain(&step.former).map(move |task| (step, task)));
        let made = tasks.filter(|(_, task)| task.kept.is_some() || task.phase == Phase::Succeeded);
        made.map(|(step, task)| {
            let why = "an edit took the step out; put it back and resume before you tear down".to_owned();
            Prospect { task: task.path(&step.id), action: "taken out", undoing: Undoing::CannotUndo(why) }
        })
    }
}
