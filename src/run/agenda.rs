//! What there is to decide: derived from the state, kept up to date by every entry, so that a decision costs what
//! changed and not the size of the graph.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::state::{Phase, RunState, TaskState};
use crate::plan::Plan;

/// Something that waits for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    /// A step whose needs are all terminal and that has not begun: skip it, expand it, or start it.
    Step(usize),
    /// A task of a step, by its position.
    Task(usize, usize),
    Remedy(usize),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Agenda {
    pub items: BTreeSet<Item>,
    /// For each step, how many of its needs are not terminal.
    unmet: Vec<usize>,
    /// Tasks of each step that are neither waiting nor terminal: they hold a place of `max-parallel`.
    busy: Vec<usize>,
    /// For each step, the first task that may still be waiting to start.
    next: Vec<usize>,
    /// Whether the step was terminal when last looked at.
    terminal: Vec<bool>,
    /// Attempts and probes under way.
    pub in_flight: usize,
    /// Timers that will fire.
    pub timers: usize,
    /// The position of each matrix item among its step's tasks.
    positions: Vec<HashMap<Arc<str>, usize>>,
}

/// What the counts of the agenda need to know of a phase.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    in_flight: bool,
    timer: bool,
    busy: bool,
}

impl From<&Phase> for Standing {
    fn from(phase: &Phase) -> Self {
        Self {
            in_flight: matches!(phase, Phase::Running | Phase::Probing),
            timer: matches!(phase, Phase::Delayed { .. }),
            busy: *phase != Phase::Waiting && !phase.is_terminal(),
        }
    }
}

impl Agenda {
    fn recount(&mut self, before: Option<Standing>, after: Standing) {
        self.in_flight += usize::from(after.in_flight);
        self.timers += usize::from(after.timer);
        if let Some(before) = before {
            self.in_flight -= usize::from(before.in_flight);
            self.timers -= usize::from(before.timer);
        }
    }
}

impl RunState {
    /// Derives the agenda anew from everything else.
    pub fn reindex(&mut self, plan: &Plan) {
        let terminal: Vec<bool> = self.steps.iter().map(|step| step.status().is_terminal()).collect();
        let unmet = plan.steps.iter().map(|step| step.needs.iter().filter(|need| !terminal[**need]).count()).collect();
        let count = self.steps.len();
        self.agenda = Agenda {
            unmet,
            busy: vec![0; count],
            next: vec![0; count],
            terminal,
            positions: vec![HashMap::new(); count],
            ..Agenda::default()
        };
        for step in 0..count {
            self.count_tasks(step);
            if let Some(remedy) = &self.steps[step].remedy {
                self.agenda.recount(None, Standing::from(&remedy.phase));
            }
        }
        for step in 0..count {
            self.enlist(plan, step);
        }
    }

    /// Whether all that a step needs is terminal. It may not be so for one that has begun, if what it needs runs again; then
    /// nothing is decided about it until that has ended.
    pub(super) fn is_ready(&self, step: usize) -> bool {
        self.agenda.unmet[step] == 0
    }

    /// Puts all of a step on the agenda that can be decided.
    fn enlist(&mut self, plan: &Plan, step: usize) {
        if !self.is_ready(step) {
            return;
        }
        for position in 0..self.steps[step].tasks.len() {
            if wants_decision(&self.steps[step].tasks[position]) {
                self.agenda.items.insert(Item::Task(step, position));
            }
        }
        if let Some(remedy) = &self.steps[step].remedy {
            let called = self.steps[step].tasks.iter().any(|task| task.phase == Phase::Remedying);
            set(&mut self.agenda.items, Item::Remedy(step), called && remedy_wants_decision(remedy));
        }
        self.enlist_start(plan, step);
    }

    /// Puts a step on the agenda if it, or one more of its items, may start.
    fn enlist_start(&mut self, plan: &Plan, step: usize) {
        let state = &self.steps[step];
        if !self.is_ready(step) || state.skipped.is_some() || self.agenda.terminal[step] {
            return;
        }
        while state.tasks.get(self.agenda.next[step]).is_some_and(|task| task.phase != Phase::Waiting) {
            self.agenda.next[step] += 1;
        }
        let waiting = !state.expanded || self.agenda.next[step] < state.tasks.len();
        let limit = plan.steps[step].matrix.as_ref().and_then(|matrix| matrix.max_parallel);
        let room = limit.is_none_or(|limit| self.agenda.busy[step] < limit as usize);
        set(&mut self.agenda.items, Item::Step(step), waiting && room);
    }

    /// The tasks of a step that may start now, by their positions.
    pub(super) fn startable(&self, plan: &Plan, step: usize) -> impl Iterator<Item = usize> + '_ {
        let limit = plan.steps[step].matrix.as_ref().and_then(|matrix| matrix.max_parallel);
        let room = limit.map_or(usize::MAX, |limit| (limit as usize).saturating_sub(self.agenda.busy[step]));
        let waiting = self.steps[step].tasks.iter().enumerate().skip(self.agenda.next[step]);
        waiting.filter(|(_, task)| task.phase == Phase::Waiting).map(|(position, _)| position).take(room)
    }

    /// Takes note that a task moved on.
    pub(super) fn moved(&mut self, plan: &Plan, step: usize, position: usize, before: Standing) {
        let task = &self.steps[step].tasks[position];
        let after = Standing::from(&task.phase);
        self.agenda.recount(Some(before), after);
        self.agenda.busy[step] += usize::from(after.busy);
        self.agenda.busy[step] -= usize::from(before.busy);
        let (wanted, called) = (wants_decision(task), task.phase == Phase::Remedying);
        let ready = self.is_ready(step);
        set(&mut self.agenda.items, Item::Task(step, position), wanted && ready);
        set(&mut self.agenda.items, Item::Remedy(step), called && ready);
        self.enlist_start(plan, step);
    }

    /// Takes note that a remedy moved on.
    pub(super) fn remedy_moved(&mut self, step: usize, before: Standing) {
        let Some(remedy) = &self.steps[step].remedy else { return };
        self.agenda.recount(Some(before), Standing::from(&remedy.phase));
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
        self.agenda.positions[step].clear();
        self.count_tasks(step);
        self.enlist_start(plan, step);
    }

    fn count_tasks(&mut self, step: usize) {
        for (position, task) in self.steps[step].tasks.iter().enumerate() {
            let standing = Standing::from(&task.phase);
            self.agenda.busy[step] += usize::from(standing.busy);
            self.agenda.recount(None, standing);
            if let Some(item) = &task.item {
                self.agenda.positions[step].insert(item.clone(), position);
            }
        }
    }

    /// Where a step's task with this matrix item stands; without an item, the only one.
    pub(super) fn position(&self, step: usize, item: Option<&Arc<str>>) -> Option<usize> {
        match item {
            Some(item) => self.agenda.positions[step].get(item).copied(),
            None => self.steps[step].tasks.first().filter(|task| task.item.is_none()).map(|_| 0),
        }
    }

    /// Takes note that a step has ended: those that wait for it may start, or go on.
    pub(super) fn settle_step(&mut self, plan: &Plan, step: usize) {
        if self.agenda.terminal[step] {
            return;
        }
        self.agenda.terminal[step] = true;
        self.agenda.items.remove(&Item::Step(step));
        for dependant in &plan.steps[step].dependants {
            self.agenda.unmet[*dependant] -= 1;
            self.enlist(plan, *dependant);
        }
    }
}

fn set(items: &mut BTreeSet<Item>, item: Item, wanted: bool) {
    if wanted {
        items.insert(item);
    } else {
        items.remove(&item);
    }
}

fn wants_decision(task: &TaskState) -> bool {
    matches!(task.phase, Phase::Ended(_) | Phase::Due(_) | Phase::Probed(_))
}

fn remedy_wants_decision(remedy: &TaskState) -> bool {
    !matches!(remedy.phase, Phase::Running | Phase::Probing | Phase::Delayed { .. } | Phase::InDoubt { .. })
}
