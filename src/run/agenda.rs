//! What there is to decide, derived from the state, so that a decision costs what changed and not the size of the graph.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::capture;
use super::state::RunState;
use super::step_state::{StepState, StepStatus};
use super::target::Target;
use super::task_state::{Phase, TaskState};
use super::teardown;
use crate::id::StepId;
use crate::plan::Plan;
use crate::secret::Data;

/// Something that happened and waits for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    /// A task of a step, by its position.
    Task(usize, usize),
    Remedy(usize),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Agenda {
    pub items: BTreeSet<Item>,
    /// Steps whose needs are all terminal and that have not begun, or have items that have not: skip, expand or start them.
    pub starts: BTreeSet<usize>,
    /// For each step, how many of its needs are not terminal.
    pub unmet: Vec<usize>,
    /// Tasks of each step that are under way: they hold a place of `max-parallel`.
    pub busy: Vec<usize>,
    /// The same of the whole run.
    pub all_busy: usize,
    /// For each step, the first task that may still be waiting to start.
    pub next: Vec<usize>,
    /// Whether the step was terminal when last looked at.
    pub terminal: Vec<bool>,
    /// Attempts and probes under way.
    pub in_flight: usize,
    /// Timers that will fire.
    pub timers: usize,
    /// For each step with a matrix, the position of each item among its tasks.
    pub positions: HashMap<usize, HashMap<Arc<str>, usize>>,
    /// The outputs of each matrix that succeeded: a list over its items.
    pub collected: HashMap<usize, Data>,
    /// The steps that `until` lets run; all if it is `None`.
    pub goal: Option<Vec<bool>>,
    /// What a teardown has yet to undo; the last first.
    pub undo: Vec<Target>,
    /// The step that moved last.
    pub last: usize,
}

/// What the counts of the agenda need to know of a phase.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub in_flight: bool,
    pub timer: bool,
    pub busy: bool,
}

impl From<&Phase> for Standing {
    fn from(phase: &Phase) -> Self {
        Self {
            in_flight: matches!(phase, Phase::Running | Phase::Probing),
            timer: matches!(phase, Phase::Delayed { .. }),
            busy: !matches!(phase, Phase::Waiting | Phase::InDoubt { .. }) && !phase.is_terminal(),
        }
    }
}

impl Standing {
    /// How a task of `step` stands. One whose remedy is in doubt is at work as little as that.
    pub fn of_task(step: &StepState, position: usize) -> Self {
        let standing = Self::from(&step.tasks[position].phase);
        Self { busy: standing.busy && !step.has_stuck_remedy(position), ..standing }
    }
}

impl Agenda {
    pub(super) fn recount(&mut self, before: Option<Standing>, after: Standing) {
        self.in_flight += usize::from(after.in_flight);
        self.timers += usize::from(after.timer);
        if let Some(before) = before {
            self.in_flight -= usize::from(before.in_flight);
            self.timers -= usize::from(before.timer);
        }
    }

    /// Takes note whether a task of `step` holds a place.
    pub(super) fn hold(&mut self, step: usize, before: bool, after: bool) {
        for busy in [&mut self.busy[step], &mut self.all_busy] {
            *busy += usize::from(after);
            *busy -= usize::from(before);
        }
    }

    fn recount_undo(&mut self, steps: &[StepState]) {
        steps.iter().flat_map(StepState::undos).for_each(|undo| self.recount(None, Standing::from(&undo.phase)));
    }
}

impl RunState {
    /// Derives the agenda anew from what is recorded.
    pub(super) fn reindex(&mut self, plan: &Plan) {
        let terminal: Vec<bool> = self.steps.iter().map(|step| step.status().is_terminal()).collect();
        let unmet = plan.steps.iter().map(|step| step.needs.iter().filter(|need| !terminal[**need]).count()).collect();
        let count = self.steps.len();
        self.agenda = Agenda {
            unmet,
            busy: vec![0; count],
            next: vec![0; count],
            terminal,
            goal: self.until.as_ref().map(|step| goal(plan, step)),
            ..Agenda::default()
        };
        for step in 0..count {
            self.count_tasks(step);
            if let Some(remedy) = &self.recorded.steps[step].remedy {
                self.agenda.recount(None, Standing::from(&remedy.phase));
            }
            if self.agenda.terminal[step] {
                self.collect(plan, step);
            }
        }
        for step in 0..count {
            self.enlist(plan, step);
        }
        if self.teardown {
            self.agenda.recount_undo(&self.recorded.steps);
            self.agenda.undo = teardown::open(plan, self);
        }
    }

    /// Puts the outputs of a matrix together.
    pub(super) fn collect(&mut self, plan: &Plan, step: usize) {
        let state = &self.recorded.steps[step];
        if plan.steps[step].matrix.is_some() && state.status() == StepStatus::Succeeded {
            let outputs = capture::collect(&plan.steps[step], &state.tasks);
            self.agenda.collected.insert(step, outputs);
        }
    }

    /// The outputs of a step that succeeded, by its index in the plan; a matrix collects each in a list.
    pub fn outputs_of(&self, step: usize) -> Option<&Data> {
        match self.steps[step].tasks.as_slice() {
            [task] if task.item.is_none() => Some(&task.outputs),
            _ => self.agenda.collected.get(&step),
        }
    }

    /// Whether all that a step needs is terminal. It may not be so for one that has begun, if what it needs runs again; then
    /// nothing is decided about it until that has ended.
    pub(super) fn is_ready(&self, step: usize) -> bool {
        self.agenda.unmet[step] == 0
    }

    /// Puts all of a step on the agenda that can be decided.
    pub(super) fn enlist(&mut self, plan: &Plan, step: usize) {
        if !self.is_ready(step) {
            return;
        }
        let state = &self.recorded.steps[step];
        let wanting = state.tasks.iter().enumerate().filter(|(_, task)| wants_decision(task));
        self.agenda.items.extend(wanting.map(|(position, _)| Item::Task(step, position)));
        if let Some(remedy) = &state.remedy {
            let called = state.tasks.iter().any(|task| task.phase == Phase::Remedying);
            set(&mut self.agenda.items, Item::Remedy(step), called && remedy_wants_decision(remedy));
        }
        self.enlist_start(plan, step);
    }

    /// Puts a step on the agenda if it, or one more of its items, may start.
    pub(super) fn enlist_start(&mut self, plan: &Plan, step: usize) {
        let state = &self.recorded.steps[step];
        let wanted = self.agenda.goal.as_ref().is_none_or(|goal| goal[step]);
        if !wanted || !self.is_ready(step) || state.skipped.is_some() || self.agenda.terminal[step] {
            return;
        }
        while state.tasks.get(self.agenda.next[step]).is_some_and(|task| task.phase != Phase::Waiting) {
            self.agenda.next[step] += 1;
        }
        let waiting = !state.expanded || self.agenda.next[step] < state.tasks.len();
        let limit = plan.steps[step].matrix.as_ref().and_then(|matrix| matrix.max_parallel);
        let room = limit.is_none_or(|limit| self.agenda.busy[step] < limit as usize);
        set(&mut self.agenda.starts, step, waiting && room);
    }

    /// The tasks of a step that may start now, by their positions.
    pub(super) fn startable(&self, plan: &Plan, step: usize) -> impl Iterator<Item = usize> + '_ {
        let limit = plan.steps[step].matrix.as_ref().and_then(|matrix| matrix.max_parallel);
        let room = limit.map_or(usize::MAX, |limit| (limit as usize).saturating_sub(self.agenda.busy[step]));
        let waiting = self.steps[step].tasks.iter().enumerate().skip(self.agenda.next[step]);
        waiting.filter(|(_, task)| task.phase == Phase::Waiting).map(|(position, _)| position).take(room)
    }

    pub(super) fn count_tasks(&mut self, step: usize) {
        let state = &self.recorded.steps[step];
        for (position, task) in state.tasks.iter().enumerate() {
            let standing = Standing::of_task(state, position);
            self.agenda.hold(step, false, standing.busy);
            self.agenda.recount(None, standing);
            if let Some(item) = &task.item {
                self.agenda.positions.entry(step).or_default().insert(item.clone(), position);
            }
        }
    }

    /// Where a step's task with this matrix item stands; without an item, the only one.
    pub(super) fn position(&self, step: usize, item: Option<&Arc<str>>) -> Option<usize> {
        match item {
            Some(item) => self.agenda.positions.get(&step)?.get(item).copied(),
            None => self.steps[step].tasks.first().filter(|task| task.item.is_none()).map(|_| 0),
        }
    }
}

/// A step that is not there leads nowhere.
fn goal(plan: &Plan, step: &StepId) -> Vec<bool> {
    plan.index(step).map_or_else(|| vec![false; plan.steps.len()], |step| plan.ancestors(step))
}

pub(super) fn set<T: Ord>(items: &mut BTreeSet<T>, item: T, wanted: bool) {
    if wanted {
        items.insert(item);
    } else {
        items.remove(&item);
    }
}

pub(super) fn wants_decision(task: &TaskState) -> bool {
    matches!(task.phase, Phase::Ended(_) | Phase::Due(_) | Phase::Probed(_))
}

pub(super) fn remedy_wants_decision(remedy: &TaskState) -> bool {
    !matches!(remedy.phase, Phase::Running | Phase::Probing | Phase::Delayed { .. } | Phase::InDoubt { .. })
}
