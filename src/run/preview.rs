//! What would come of going on: the decisions of a resume, as far as nothing need be asked of the world.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::apply::apply;
use super::decide::decide;
use super::displaced::took_place;
use super::entry::{Entry, Fact};
use super::started::{Replanned, Resumption};
use super::state::RunState;
use super::step_state::StepState;
use super::task_state::{Phase, TaskState};
use super::words::{Doubt, SkipReason};
use crate::id::{Role, StepId, TaskPath};
use crate::plan::{Plan, PlanStep};

/// What a resume does about a task.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// It is done, and stays as it is.
    Kept,
    /// It is done; its outputs are taken again from the answer that is kept.
    Judged,
    /// The same, and the answer is still not as the step wants it.
    Refused(String),
    /// It was done, and runs again.
    Again,
    /// It is done, and is held against its new input once what it needs has run.
    Later,
    /// It took effect, must not do so twice, and its input is another now: a person must say.
    Held,
    /// It failed, and `continue-on-error` lets that pass.
    LetPass,
    /// It was not done; it goes on.
    Runs,
    /// It was not done, and waits for other steps.
    Waits,
    /// Nobody knows whether it took effect.
    InDoubt,
    Skipped(SkipReason),
}

#[derive(Debug, Clone, PartialEq)]
pub struct StepPreview {
    pub id: StepId,
    /// One for each item as far as they are known.
    pub tasks: Vec<(TaskPath, Fate)>,
    /// What it did under another `matrix` belongs to no item any more.
    pub dropped: Vec<TaskPath>,
    /// New items, each with the one that is gone and that it may be, under another name.
    pub heirs: Vec<(TaskPath, Arc<str>)>,
}

/// What a resume would do, told without doing it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preview {
    /// In the order of the plan.
    pub steps: Vec<StepPreview>,
    /// Steps that are not in the workflow any more and made something.
    pub remains: Vec<StepId>,
    /// Nobody knows whether these took effect, and the edited workflow has no place for the answer.
    pub stranded: Vec<TaskPath>,
    /// Done once, under another `matrix` than now: they could only be done again.
    pub homeless: Vec<TaskPath>,
    /// Steps that are gone and took effect once, each with a new one that does the same.
    pub renamed: Vec<(StepId, StepId)>,
}

impl Preview {
    pub fn tasks(&self) -> impl Iterator<Item = &(TaskPath, Fate)> {
        self.steps.iter().flat_map(|step| &step.tasks)
    }
}

/// What follows if the run is resumed as `how` says, with `edit` and the plan `newer` where the workflow was edited.
pub fn preview(
    older: &Plan,
    newer: &Plan,
    state: &RunState,
    how: &Resumption,
    edit: Option<&Replanned>,
) -> Result<Preview, String> {
    let plan = unlimited(newer);
    let mut future =
        Future { plan: &plan, state: state.clone(), fates: BTreeMap::new(), dropped: Vec::new(), heirs: Vec::new() };
    future.apply(older, Fact::Resumed(Box::new(how.clone())))?;
    let before = future.state.clone();
    if let Some(edit) = edit {
        future.apply(newer, Fact::Replanned(Box::new(edit.clone())))?;
    }
    future.unfold()?;
    let mut preview = Preview { steps: future.steps(), ..Preview::default() };
    for (planned, step) in older.steps.iter().zip(&before.steps) {
        let now = newer.index(&planned.id).map(|index| &newer.steps[index]);
        let shaken = |step: &PlanStep| edit.is_some_and(|edit| edit.recheck.contains(&step.id));
        // The same words over the same values give the same items.
        let items = now.is_some_and(|now| {
            let needs = || now.needs.iter().any(|need| shaken(&newer.steps[*need]));
            shaken(now) && (!now.has_matrix_of(planned) || needs())
        });
        preview.hold_against(planned, step, now, items);
    }
    for step in before.removed.iter().filter(|_| edit.is_some()) {
        preview.welcome_back(step, newer.index(&step.id).map(|index| &newer.steps[index]));
    }
    Ok(preview)
}

/// How a run stands in which nothing goes on.
pub fn at_rest(plan: &Plan, state: &RunState) -> Preview {
    let mut future =
        Future { plan, state: state.clone(), fates: BTreeMap::new(), dropped: Vec::new(), heirs: Vec::new() };
    Preview { steps: future.steps(), ..Preview::default() }
}

/// Without the bounds that only spread things over time.
fn unlimited(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    plan.workflow.limits = Default::default();
    plan.steps.iter_mut().filter_map(|step| step.matrix.as_mut()).for_each(|matrix| matrix.max_parallel = None);
    plan
}

struct Future<'a> {
    plan: &'a Plan,
    state: RunState,
    fates: BTreeMap<TaskPath, Fate>,
    dropped: Vec<TaskPath>,
    heirs: Vec<(TaskPath, Arc<str>)>,
}

impl Future<'_> {
    fn apply(&mut self, plan: &Plan, fact: Fact) -> Result<(), String> {
        let entry = Entry { seq: self.state.seq + 1, at: self.state.now, fact };
        apply(plan, &mut self.state, &entry).map_err(|error| error.message)
    }

    /// Takes all decisions that follow, as if what is begun went on for ever.
    fn unfold(&mut self) -> Result<(), String> {
        loop {
            let facts = decide(self.plan, &self.state);
            if facts.is_empty() {
                return Ok(());
            }
            for fact in facts {
                if matches!(fact, Fact::RunEnded { .. } | Fact::TeardownStarted) {
                    return Ok(());
                }
                self.note(&fact);
                let expanded = if let Fact::ItemsExpanded { step, .. } = &fact { Some(step.clone()) } else { None };
                self.apply(self.plan, fact)?;
                expanded.iter().for_each(|step| self.note_heirs(step));
            }
        }
    }

    fn note(&mut self, fact: &Fact) {
        if let Fact::ItemsExpanded { step, items } = fact {
            let Some(index) = self.plan.index(step) else { return };
            let lost = self.state.steps[index]
                .tasks
                .iter()
                .filter(|task| took_place(task) && !items.iter().any(|item| Some(&item.key) == task.item.as_ref()));
            self.dropped.extend(lost.map(|task| task.path(step)));
            return;
        }
        let Some(path) = fact.task().filter(|path| path.role == Role::Step) else { return };
        let fate = match fact {
            Fact::AttemptStarted(_) if self.was_done(path) => Fate::Again,
            Fact::Kept { .. } => Fate::Judged,
            Fact::Succeeded { .. } => Fate::Judged,
            Fact::Failed { error, .. } => Fate::Refused(error.message.clone()),
            Fact::HeldInDoubt { doubt: Doubt::Changed, .. } => Fate::Held,
            Fact::HeldInDoubt { .. } => Fate::InDoubt,
            Fact::Skipped { reason, .. } => Fate::Skipped(reason.clone()),
            _ => Fate::Runs,
        };
        self.fates.insert(path.clone(), fate);
    }

    /// Who takes the place of an item is no more new than that one is gone.
    fn note_heirs(&mut self, step: &StepId) {
        let Some(index) = self.plan.index(step) else { return };
        for task in &self.state.steps[index].tasks {
            if let Some(gone) = task.predecessor() {
                self.dropped.retain(|path| path.step != *step || path.item.as_ref() != Some(gone));
                self.heirs.push((task.path(step), gone.clone()));
            }
        }
    }

    fn was_done(&self, path: &TaskPath) -> bool {
        self.state.task(self.plan, path).is_some_and(|task| task.kept.is_some() || task.runs_once_more())
    }

    fn steps(&mut self) -> Vec<StepPreview> {
        let views = self.plan.steps.iter().zip(&self.state.steps);
        let steps = views.map(|(planned, step)| {
            let whole = TaskPath::step(planned.id.clone());
            let known = |task: &TaskState| {
                let path = task.path(&planned.id);
                let fate = self.fates.get(&path).or(self.fates.get(&whole)).cloned();
                let fate = fate.unwrap_or_else(|| untouched(step, task));
                (path, fate)
            };
            let mut tasks: Vec<(TaskPath, Fate)> = step.tasks.iter().map(known).collect();
            if tasks.is_empty() {
                let fate = self.fates.get(&whole).cloned();
                tasks.push((whole, fate.unwrap_or(if step.expanded { Fate::Kept } else { Fate::Waits })));
            }
            let dropped = self.dropped.iter().filter(|path| path.step == planned.id).cloned().collect();
            let heirs = self.heirs.iter().filter(|(path, _)| path.step == planned.id).cloned().collect();
            StepPreview { id: planned.id.clone(), tasks, dropped, heirs }
        });
        steps.collect()
    }
}

/// Of a task about which nothing was decided.
fn untouched(step: &StepState, task: &TaskState) -> Fate {
    match (&step.skipped, &task.phase) {
        (Some(reason), _) | (None, Phase::Skipped(reason)) => Fate::Skipped(reason.clone()),
        (None, Phase::Succeeded) => Fate::Kept,
        (None, Phase::Failed) => Fate::LetPass,
        (None, Phase::InDoubt { .. }) => Fate::InDoubt,
        (None, Phase::Waiting) if task.kept.is_some() => Fate::Later,
        (None, Phase::Waiting) if task.runs_once_more() => Fate::Again,
        (None, Phase::Waiting) => Fate::Waits,
        _ => Fate::Runs,
    }
}
