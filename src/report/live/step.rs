//! One step of the live view, and how many of its tasks stand how.

use std::collections::HashMap;
use std::sync::Arc;

use super::task::TaskRow;
use crate::clock::Timestamp;
use crate::plan::{PlanStep, StepKind};
use crate::report::call::local_name;
use crate::report::stand::Stand;
use crate::report::text::{columns, inert};
use crate::run::{Made, RunState, StepState, TaskState};

pub(super) struct StepRow {
    pub id: String,
    /// It asks an action, and does not only stand for a call.
    pub acts: bool,
    pub needs: Vec<usize>,
    pub matrix: bool,
    pub expanded: bool,
    pub skipped: bool,
    /// Its failure is let pass (`continue-on-error`).
    pub may_fail: bool,
    /// It shows how far its undo is.
    pub teardown: bool,
    /// Columns of the widest name, with what stands before it: two for the id, four for an item.
    pub name_width: usize,
    /// In the order of the matrix; one without an item for a step without a matrix.
    pub tasks: Vec<TaskRow>,
    positions: HashMap<Arc<str>, usize>,
    /// How many tasks stand how.
    tally: HashMap<Stand, usize>,
}

impl StepRow {
    pub fn new(planned: &PlanStep, step: &StepState, state: &RunState) -> Self {
        let remedy = step.remedy.as_deref();
        let mut tasks: Vec<TaskRow> =
            step.tasks.iter().map(|task| TaskRow::new(planned, task, remedy, state)).collect();
        let under_way = |made: &&Made| made.undo.as_ref().is_some_and(|undo| !undo.phase.is_terminal());
        for made in step.made.iter().filter(under_way) {
            let row = tasks.iter_mut().find(|row| row.item == made.item);
            row.into_iter().for_each(|row| row.undoes_earlier(made));
        }
        let mut tally = HashMap::new();
        tasks.iter().for_each(|task| *tally.entry(task.stand).or_insert(0) += 1);
        let positions =
            tasks.iter().enumerate().filter_map(|(place, task)| Some((task.item.clone()?, place))).collect();
        let depth = 2 * planned.id.as_str().matches('/').count();
        let items = step.tasks.iter().filter_map(|task| Some(columns(&inert(task.item.as_deref()?)) + 4 + depth));
        let acts = planned.kind == StepKind::Action;
        let id = local_name(&planned.id);
        Self {
            id: id.to_owned(),
            acts,
            needs: planned.needs.clone(),
            matrix: planned.matrix.is_some(),
            expanded: step.expanded,
            skipped: step.skipped.is_some(),
            may_fail: planned.continue_on_error && !state.teardown,
            teardown: state.teardown,
            name_width: items.chain([columns(id) + 2 + depth]).max().unwrap_or(0),
            tasks,
            positions,
            tally,
        }
    }

    /// One task is elsewhere now; false if it is not known.
    pub fn moved(&mut self, planned: &PlanStep, now: &TaskState, state: &RunState) -> bool {
        let position = now.item.as_ref().map_or(Some(0), |item| self.positions.get(item).copied());
        let Some(task) = position.and_then(|position| self.tasks.get_mut(position)) else { return false };
        let before = std::mem::replace(task, TaskRow::new(planned, now, None, state)).stand;
        let after = task.stand;
        self.count(before, after);
        true
    }

    fn count(&mut self, before: Stand, after: Stand) {
        if let Some(number) = self.tally.get_mut(&before) {
            *number = number.saturating_sub(1);
        }
        *self.tally.entry(after).or_insert(0) += 1;
    }

    pub fn number(&self, stand: Stand) -> usize {
        self.tally.get(&stand).copied().unwrap_or(0)
    }

    pub fn stand(&self) -> Stand {
        let ended = self.number(Stand::Succeeded) + self.number(Stand::Failed) + self.number(Stand::Skipped);
        if self.skipped || (self.teardown && self.number(Stand::Skipped) == self.tasks.len()) {
            Stand::Skipped
        } else if self.teardown && ended == self.tasks.len() {
            if self.number(Stand::Failed) > 0 { Stand::Failed } else { Stand::Succeeded }
        } else if self.expanded && ended == self.tasks.len() {
            if self.number(Stand::Failed) + self.number(Stand::Skipped) > 0 { Stand::Failed } else { Stand::Succeeded }
        } else if self.number(Stand::Running) > 0 {
            Stand::Running
        } else if self.number(Stand::InDoubt) > 0 {
            Stand::InDoubt
        } else if ended > 0 {
            Stand::Running
        } else {
            Stand::Waiting
        }
    }

    pub fn attempts(&self) -> u32 {
        self.tasks.iter().map(|task| task.attempts).sum()
    }

    /// From when to when; no end while it goes on.
    pub fn times(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        let since = self.tasks.iter().filter_map(|task| task.since).min();
        let ended = self.tasks.iter().filter_map(|task| task.ended).max();
        (since, ended.filter(|_| self.stand().is_finished()))
    }
}
