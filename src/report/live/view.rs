//! What a live view shows, folded from entries. Each entry costs what it changed, not the size of a matrix.

use super::step::StepRow;
use crate::clock::Timestamp;
use crate::id::Role;
use crate::plan::{Plan, StepKind};
use crate::report::call;
use crate::report::stand::Stand;
use crate::run::{Entry, Fact, RunState, Stop, TaskState};

pub(super) struct View {
    pub workflow: String,
    pub run: String,
    /// When its time began: without the times in which no process worked on it.
    pub since: Timestamp,
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

impl View {
    pub fn new(plan: &Plan, state: &RunState) -> Self {
        Self {
            workflow: state.started.workflow.clone(),
            run: state.started.run.to_string(),
            since: state.since,
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
            Fact::Resumed(_) | Fact::Replanned { .. } | Fact::TeardownStarted | Fact::Recalled { .. } => {
                *self = Self::new(plan, state);
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
        if !row.moved(&plan.steps[index], now, state) {
            self.refresh(plan, state, Some(index));
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
