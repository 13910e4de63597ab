//! What a step made in rounds that are over: before it was set to run again.

use std::num::NonZeroU32;
use std::sync::Arc;

use super::outcome::{Happened, Outcome, ProbeAnswer};
use super::replan::is_open;
use super::state::RunState;
use super::step_state::StepState;
use super::task_state::{Phase, TaskState};
use crate::clock::Timestamp;
use crate::id::{Role, StepId, TaskPath};
use crate::plan::{PlanStep, Undo};
use crate::secret::Data;
use crate::workflow::Effect;

/// What a task made in an earlier round, or may have: a teardown takes it back by its own outputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// The matrix item and its values.
    pub item: Option<Arc<str>>,
    pub values: Data,
    /// Which round it was, from 0.
    pub occurrence: u32,
    pub ended: Timestamp,
    /// Nobody knows whether it took place.
    pub doubtful: bool,
    pub outputs: Data,
    /// The answer that it failed over although its effect took place.
    pub answer: Option<Arc<Outcome>>,
    /// How far its undo is.
    pub undo: Option<Box<TaskState>>,
}

impl Made {
    /// What came of the round that `task` is in, which is over at `at`; `None` if nothing did, or if nobody will ask.
    pub(super) fn by(step: &PlanStep, task: &TaskState, at: Timestamp) -> Option<Self> {
        if matches!(step.undo, Undo::Nothing | Undo::BuiltIn) {
            return None;
        }
        let round = task.kept.as_deref().unwrap_or(task);
        let answer = match &round.phase {
            Phase::Ended(outcome) if outcome.happened == Happened::Done => Some(outcome),
            Phase::Failed | Phase::Remedying => round.answer.as_ref(),
            _ => None,
        };
        let known = round.phase == Phase::Succeeded || answer.is_some();
        (known || may_have_taken_place(round)).then(|| Self {
            item: round.item.clone(),
            values: round.values.clone(),
            occurrence: round.occurrence,
            ended: round.ended.unwrap_or(at),
            doubtful: !known,
            outputs: if known { round.outputs.clone() } else { Data::new() },
            answer: answer.cloned(),
            undo: None,
        })
    }

    /// The number of its round, as people count.
    pub fn round(&self) -> NonZeroU32 {
        NonZeroU32::MIN.saturating_add(self.occurrence)
    }

    /// The path of its undo.
    pub fn path(&self, step: &StepId) -> TaskPath {
        let path = TaskPath { step: step.clone(), item: self.item.clone(), role: Role::Step, round: None };
        path.undo_of_round(self.round())
    }
}

fn may_have_taken_place(task: &TaskState) -> bool {
    match &task.phase {
        // Somebody looked and found nothing.
        Phase::Failed if task.probes > 0 => false,
        Phase::Probed(ProbeAnswer::NotDone) => false,
        Phase::Remedying => task.unsure,
        _ => is_open(task, Effect::Once),
    }
}

impl RunState {
    /// The outputs that a step without a matrix had at `at`, if they are not those that it has now.
    pub(super) fn outputs_at(&self, step: usize, at: Timestamp) -> Option<&Data> {
        let StepState { tasks, made, .. } = &self.steps[step];
        if tasks.first().is_some_and(|task| task.ended.is_some_and(|ended| ended <= at)) {
            return None;
        }
        let whole = made.iter().filter(|made| made.item.is_none() && made.answer.is_none() && !made.doubtful);
        whole.rev().find(|made| made.ended <= at).map(|made| &made.outputs)
    }
}

impl StepState {
    /// All its tasks begin another round.
    pub(super) fn remember_all(&mut self, planned: &PlanStep, at: Timestamp) {
        let made = self.tasks.iter().chain(&self.former).filter_map(|task| Made::by(planned, task, at));
        self.made.extend(made.collect::<Vec<_>>());
    }

    /// One that none of its tasks has had.
    pub(super) fn next_occurrence(&self) -> u32 {
        let tasks = self.tasks.iter().chain(&self.former).map(|task| task.occurrence);
        let all = tasks.chain(self.made.iter().map(|made| made.occurrence));
        all.max().map_or(0, |last| last.saturating_add(1))
    }

    /// Every undo that has begun, of what its tasks made last and earlier.
    pub(super) fn undos_mut(&mut self) -> impl Iterator<Item = &mut TaskState> {
        let last = self.tasks.iter_mut().map(|task| &mut task.undo);
        last.chain(self.made.iter_mut().map(|made| &mut made.undo)).filter_map(Option::as_deref_mut)
    }

    pub(super) fn undos(&self) -> impl Iterator<Item = &TaskState> {
        let last = self.tasks.iter().map(|task| &task.undo);
        last.chain(self.made.iter().map(|made| &made.undo)).filter_map(Option::as_deref)
    }
}
