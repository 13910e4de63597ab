//! What a live view shows, folded from entries. Each entry costs what it changed, not the size of a matrix.

use std::collections::HashMap;
use std::sync::Arc;

use super::call::{self, local_name};
use super::stand::Stand;
use super::text::{columns, inert};
use crate::clock::Timestamp;
use crate::id::Role;
use crate::plan::{Plan, PlanStep, StepKind};
use crate::run::{Entry, Fact, Made, Phase, RunState, StepState, Stop, TaskState, Timer, Undoing};

pub(super) struct View {
    pub workflow: String,
    pub run: String,
    pub began: Timestamp,
    pub stopping: Option<Stop>,
    /// In the order of the plan.
    pub steps: Vec<StepRow>,
    /// What is drawn, from above.
    pub rows: Vec<Row>,
}

/// One line of the outline.
pub(super) struct Row {
    /// Among the steps.
    pub step: usize,
    /// How many calls it is inside of.
    pub depth: usize,
    /// For a call, the step that takes its inputs in; all between that and `step` is inside.
    pub entry: Option<usize>,
}

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

#[derive(Clone)]
pub(super) struct TaskRow {
    pub item: Option<Arc<str>>,
    pub stand: Stand,
    pub attempts: u32,
    pub since: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    pub doing: Doing,
}

/// What is going on with a task that has begun and not ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Doing {
    Nothing,
    /// In words.
    Now(String),
    /// In words, and when it is due.
    Until(String, Timestamp),
}

impl View {
    pub fn new(plan: &Plan, state: &RunState) -> Self {
        Self {
            workflow: state.started.workflow.clone(),
            run: state.started.run.to_string(),
            began: state.now,
            stopping: state.stopping,
            steps: plan
                .steps
                .iter()
                .zip(&state.steps)
                .map(|(planned, step)| StepRow::new(planned, step, state))
                .collect(),
            rows: rows(plan),
        }
    }

    pub fn committed(&mut self, entry: &Entry, plan: &Plan, state: &RunState) {
        self.stopping = state.stopping;
        match &entry.fact {
            Fact::Resumed(_) | Fact::Replanned { .. } | Fact::TeardownStarted => {
                let began = self.began;
                *self = Self { began, ..Self::new(plan, state) };
            }
            Fact::Skipped { task, .. } if task.item.is_none() => self.refresh(plan, state, plan.index(&task.step)),
            Fact::ItemsExpanded { step, .. } | Fact::RemedyDue { step, .. } => {
                self.refresh(plan, state, plan.index(step));
            }
            Fact::Rewound { steps, .. } => steps.iter().for_each(|step| self.refresh(plan, state, plan.index(step))),
            fact => {
                let Some(task) = fact.task() else { return };
                let Some(index) = plan.index(&task.step) else { return };
                if task.round.is_some() {
                    return self.refresh(plan, state, Some(index));
                }
                // What is undone shows how far that is.
                let shown = if task.role == Role::Undo { &task.clone().with_role(Role::Step) } else { task };
                match state.task(plan, shown) {
                    Some(now) if shown.role == Role::Step => self.moved(plan, state, index, now),
                    _ => self.refresh(plan, state, Some(index)),
                }
            }
        }
    }

    fn refresh(&mut self, plan: &Plan, state: &RunState, index: Option<usize>) {
        let Some(index) = index else { return };
        if let (Some(row), Some(planned), Some(step)) =
            (self.steps.get_mut(index), plan.steps.get(index), state.steps.get(index))
        {
            *row = StepRow::new(planned, step, state);
        }
    }

    fn moved(&mut self, plan: &Plan, state: &RunState, index: usize, now: &TaskState) {
        let Some(row) = self.steps.get_mut(index) else { return };
        let position = now.item.as_ref().map_or(Some(0), |item| row.positions.get(item).copied());
        match position.and_then(|position| row.tasks.get_mut(position)) {
            Some(task) => {
                let before = std::mem::replace(task, TaskRow::new(&plan.steps[index], now, None, state));
                let after = task.stand;
                row.count(before.stand, after);
            }
            None => self.refresh(plan, state, Some(index)),
        }
    }

    pub fn finished(&self) -> usize {
        self.acting().filter(|step| step.stand().is_finished()).count()
    }

    /// The steps that do something themselves.
    pub fn acting(&self) -> impl Iterator<Item = &StepRow> {
        self.steps.iter().filter(|step| step.acts)
    }

    /// The steps inside of a call that do something themselves.
    pub fn inside(&self, row: &Row) -> impl Iterator<Item = &StepRow> {
        let first = row.entry.map_or(row.step, |entry| entry + 1);
        self.steps[first..row.step].iter().filter(|step| step.acts)
    }

    pub fn stand(&self, row: &Row) -> Stand {
        let inside: Vec<Stand> = self.inside(row).map(StepRow::stand).collect();
        call::stand(self.steps[row.step].stand(), &inside, true)
    }
}

fn rows(plan: &Plan) -> Vec<Row> {
    let entry = |step: usize| match plan.steps[step].kind {
        StepKind::Exit(call) => Some(plan.calls[call].entry),
        _ => None,
    };
    plan.outline().map(|(step, depth)| Row { step, depth, entry: entry(step) }).collect()
}

impl StepRow {
    fn new(planned: &PlanStep, step: &StepState, state: &RunState) -> Self {
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

impl TaskRow {
    fn new(planned: &PlanStep, task: &TaskState, remedy: Option<&TaskState>, state: &RunState) -> Self {
        if let Some(undoing) = state.undoing(planned, task).filter(|undoing| *undoing != Undoing::InDoubt) {
            return Self::undone(task, &undoing);
        }
        Self {
            item: task.item.clone(),
            stand: Stand::of_phase(&task.phase, true),
            attempts: task.attempts,
            since: task.since,
            ended: task.ended,
            doing: match (&task.phase, &planned.on_error, remedy) {
                (Phase::Remedying, Some(on_error), Some(remedy)) => mending(on_error.call.action, task, remedy),
                _ => doing(planned.call.action, task),
            },
        }
    }
}

impl TaskRow {
    /// While an earlier round is undone, its task shows that.
    fn undoes_earlier(&mut self, made: &Made) {
        let Some(undo) = made.undo.as_deref() else { return };
        self.stand = Stand::Running;
        self.since = undo.since;
        self.ended = None;
        self.doing = match doing("undo", undo) {
            until @ Doing::Until(..) => until,
            _ => Doing::Now(format!("undoing round {}", made.round())),
        };
    }

    fn undone(task: &TaskState, undoing: &Undoing) -> Self {
        let undo = task.undo.as_deref();
        let (stand, text) = match undoing {
            Undoing::Waiting => (Stand::Waiting, ""),
            Undoing::Running => (Stand::Running, "undoing"),
            Undoing::Undone => (Stand::Succeeded, "undone"),
            Undoing::NothingToUndo => (Stand::Skipped, "nothing to undo"),
            Undoing::CannotUndo(_) => (Stand::Skipped, "cannot be undone"),
            Undoing::Failed(_) | Undoing::InDoubt => (Stand::Failed, "undo failed"),
        };
        let doing = match undo.map(|undo| (&undo.phase, doing("undo", undo))) {
            Some((Phase::Delayed { .. }, until)) => until,
            _ => Doing::Now(text.to_owned()),
        };
        Self {
            item: task.item.clone(),
            stand,
            attempts: task.attempts,
            since: undo.and_then(|undo| undo.since),
            ended: undo.and_then(|undo| undo.ended),
            doing,
        }
    }
}

fn doing(action: &str, task: &TaskState) -> Doing {
    let code = || task.error.as_ref().map(|error| format!(" ({})", class(error))).unwrap_or_default();
    match &task.phase {
        Phase::Delayed { timer: Timer::Retry, due } => {
            Doing::Until(format!("try {}{}", task.attempts + 1, code()), *due)
        }
        Phase::Delayed { timer: Timer::Settle, due } => Doing::Until(format!("in doubt{}: looking", code()), *due),
        Phase::Delayed { timer: Timer::Reprobe, due } => Doing::Until("in doubt: looking again".into(), *due),
        Phase::Probing => Doing::Now("in doubt: looking whether it took place".into()),
        Phase::InDoubt { .. } => Doing::Now("in doubt: a person must decide".into()),
        Phase::Running | Phase::Ended(_) | Phase::Due(_) | Phase::Probed(_) => {
            let verb = match action {
                "mail.wait" => "waiting for mail",
                "sleep" => "sleeping",
                _ => "running",
            };
            Doing::Now(if task.attempts > 1 { format!("{verb}, try {}", task.attempts) } else { verb.into() })
        }
        Phase::Failed => Doing::Now(task.error.as_ref().map(|error| error.code.clone()).unwrap_or_default()),
        Phase::Waiting | Phase::Succeeded | Phase::Skipped(_) | Phase::Remedying => Doing::Nothing,
    }
}

fn mending(action: &str, task: &TaskState, remedy: &TaskState) -> Doing {
    let why = task.error.as_ref().map(|error| format!(" after {}", error.code)).unwrap_or_default();
    match doing(action, remedy) {
        Doing::Until(what, due) => Doing::Until(format!("{action}{why}: {what}"), due),
        _ => Doing::Now(format!("{action}{why}")),
    }
}

/// `429` and the like where the error has such a class, otherwise its code.
fn class(error: &crate::run::StepError) -> &str {
    error.class.map_or(error.code.as_str(), |class| class.as_str())
}
