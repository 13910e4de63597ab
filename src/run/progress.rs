//! Keeps the agenda up to date: what moved is taken note of, so that a decision costs what changed.

use super::agenda::{Item, Standing, remedy_wants_decision, set, wants_decision};
use super::state::RunState;
use super::target::Target;
use super::task_state::Phase;
use super::teardown;
use crate::plan::Plan;

impl RunState {
    /// Takes note that a task moved on.
    pub(super) fn moved(&mut self, plan: &Plan, step: usize, position: usize, before: Standing) {
        let task = &self.recorded.steps[step].tasks[position];
        let after = Standing::of_task(&self.recorded.steps[step], position);
        self.agenda.recount(Some(before), after);
        self.agenda.hold(step, before.busy, after.busy);
        let (wanted, called) = (wants_decision(task), task.phase == Phase::Remedying);
        let ready = self.is_ready(step);
        set(&mut self.agenda.items, Item::Task(step, position), wanted && ready);
        if self.recorded.steps[step].remedy.is_some() {
            set(&mut self.agenda.items, Item::Remedy(step), called && ready);
        }
        self.enlist_start(plan, step);
        if self.teardown {
            // What was in doubt is known now, and where its place is in the order.
            self.agenda.undo = teardown::open(plan, self);
        }
    }

    /// Takes note that an undo moved on.
    pub(super) fn undo_moved(&mut self, target: Target, before: Standing) {
        let Some(undo) = self.undo_of(target) else { return };
        let (after, ended) = (Standing::from(&undo.phase), undo.phase.is_terminal());
        self.agenda.recount(Some(before), after);
        if ended {
            // Undone one by one: it is the last.
            self.agenda.undo.pop_if(|next| *next == target);
        }
    }

    /// Takes note that a remedy moved on, whose task held a place or did not.
    pub(super) fn remedy_moved(&mut self, step: usize, before: Standing, held: bool) {
        let state = &self.recorded.steps[step];
        let Some(remedy) = &state.remedy else { return };
        self.agenda.recount(Some(before), Standing::from(&remedy.phase));
        self.agenda.hold(step, held, Standing::of_task(state, 0).busy);
        let wanted = remedy_wants_decision(remedy) && self.is_ready(step);
        set(&mut self.agenda.items, Item::Remedy(step), wanted);
    }

    /// Whether every task of a step has ended; cheap unless it is the last one that did.
    pub(super) fn all_ended(&self, step: usize) -> bool {
        let tasks = &self.steps[step].tasks;
        self.steps[step].expanded
            && self.agenda.busy[step] == 0
            && self.agenda.next[step] >= tasks.len()
            && tasks.iter().all(|task| task.phase.is_terminal())
    }

    /// Takes note that the items of a step became known.
    pub(super) fn expanded(&mut self, plan: &Plan, step: usize) {
        self.agenda.next[step] = 0;
        self.agenda.positions.remove(&step);
        self.count_tasks(step);
        self.enlist_start(plan, step);
    }

    /// Takes note that a step has ended: those that wait for it may start, or go on.
    pub(super) fn settle_step(&mut self, plan: &Plan, step: usize) {
        if self.agenda.terminal[step] {
            return;
        }
        self.agenda.terminal[step] = true;
        self.agenda.starts.remove(&step);
        self.collect(plan, step);
        for dependant in &plan.steps[step].dependants {
            self.agenda.unmet[*dependant] -= 1;
            self.enlist(plan, *dependant);
        }
    }
}
