//! What a teardown takes back one by one: what each task made in its last round, and in earlier ones.

use super::made::Made;
use super::state::RunState;
use super::task_state::TaskState;
use crate::clock::Timestamp;
use crate::id::{Role, TaskPath};
use crate::plan::Plan;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    pub step: usize,
    pub of: Of,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Of {
    /// By its position in what earlier rounds of the step made.
    Earlier(usize),
    /// By the position of the task.
    Last(usize),
}

/// What is to be undone.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'a> {
    Earlier(&'a Made),
    Last(&'a TaskState),
}

impl<'a> Source<'a> {
    pub fn undo(self) -> Option<&'a TaskState> {
        match self {
            Self::Earlier(made) => made.undo.as_deref(),
            Self::Last(task) => task.undo.as_deref(),
        }
    }

    /// When its round was over.
    pub fn ended(self) -> Option<Timestamp> {
        match self {
            Self::Earlier(made) => Some(made.ended),
            Self::Last(task) => task.kept.as_deref().unwrap_or(task).ended,
        }
    }

    /// Its undo is over.
    pub fn is_settled(self) -> bool {
        self.undo().is_some_and(|undo| undo.phase.is_terminal())
    }
}

impl RunState {
    /// All of what may have come something, also what cannot be undone.
    pub(super) fn targets<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = Target> + 'a {
        self.steps.iter().enumerate().flat_map(|(step, state)| {
            // Rounds of a step that is undone by other means are no matter of their own.
            let by_round = !state.made.is_empty() && plan.steps[step].is_undone_by_outputs();
            let earlier = (0..state.made.len()).filter(move |_| by_round).map(Of::Earlier);
            let tasks = state.tasks.iter().enumerate().filter(|(_, task)| task.is_of_effect());
            let last = tasks.map(|(position, _)| Of::Last(position));
            earlier.chain(last).map(move |of| Target { step, of })
        })
    }

    pub(super) fn source(&self, target: Target) -> Source<'_> {
        let step = &self.recorded.steps[target.step];
        match target.of {
            Of::Earlier(index) => Source::Earlier(&step.made[index]),
            Of::Last(position) => Source::Last(&step.tasks[position]),
        }
    }

    pub(super) fn undo_of(&self, target: Target) -> Option<&TaskState> {
        self.source(target).undo()
    }

    /// The undo of a target, which begins with this if it has not.
    pub(super) fn undo_begun(&mut self, target: Target) -> &mut TaskState {
        let step = &mut self.recorded.steps[target.step];
        let (item, undo) = match target.of {
            Of::Earlier(index) => (&step.made[index].item.clone(), &mut step.made[index].undo),
            Of::Last(position) => (&step.tasks[position].item.clone(), &mut step.tasks[position].undo),
        };
        undo.get_or_insert_with(|| Box::new(TaskState { item: item.clone(), ..TaskState::default() }))
    }

    /// What an undo is about, by its path; `step` is that of the path.
    pub(super) fn target(&self, step: usize, path: &TaskPath) -> Option<Target> {
        // One at a time is undone: it is nearly always the next.
        if let Some(next) = self.agenda.undo.last().filter(|next| next.step == step && self.is_at(**next, path)) {
            return Some(*next);
        }
        let of = match path.round {
            None => Of::Last(self.position(step, path.item.as_ref())?),
            Some(round) => {
                let is = |made: &Made| made.round() == round && made.item == path.item;
                Of::Earlier(self.steps[step].made.iter().position(is)?)
            }
        };
        Some(Target { step, of })
    }

    fn is_at(&self, target: Target, path: &TaskPath) -> bool {
        match self.source(target) {
            Source::Earlier(made) => Some(made.round()) == path.round && made.item == path.item,
            Source::Last(task) => path.round.is_none() && task.item == path.item,
        }
    }

    /// The path of a target's undo.
    pub(super) fn undo_path(&self, plan: &Plan, target: Target) -> TaskPath {
        let step = &plan.steps[target.step].id;
        match self.source(target) {
            Source::Earlier(made) => made.path(step),
            Source::Last(task) => task.path(step).with_role(Role::Undo),
        }
    }
}
