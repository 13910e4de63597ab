//! Folds an entry into the state. One that cannot follow is an error, and changes nothing.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::agenda::Standing;
use super::entry::{Entry, Fact, MatrixItem, RunStatus, SkipReason};
use super::resume::resume;
use super::round::{remedy_due, rewind};
use super::state::{Phase, RunState, StepStatus, TaskState};
use super::table::advance;
use crate::clock::Timestamp;
use crate::id::{StepId, TaskPath};
use crate::plan::Plan;

/// An entry that cannot follow on the state: a bug, or a journal that was tampered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IllegalEntry {
    pub seq: u64,
    pub message: String,
}

impl fmt::Display for IllegalEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {} cannot follow: {}", self.seq, self.message)
    }
}

impl std::error::Error for IllegalEntry {}

/// Folds `entry` into `state`.
pub fn apply(plan: &Plan, state: &mut RunState, entry: &Entry) -> Result<(), IllegalEntry> {
    let illegal = |message: String| IllegalEntry { seq: entry.seq, message };
    if entry.seq != state.seq + 1 {
        return Err(illegal(format!("the last one was {}", state.seq)));
    }
    if state.status != RunStatus::Running && !matches!(entry.fact, Fact::Resumed) {
        return Err(illegal(format!("the run is {}", state.status.as_str())));
    }
    apply_fact(plan, state, &entry.fact, entry.at).map_err(illegal)?;
    state.seq = entry.seq;
    state.now = entry.at;
    Ok(())
}

fn apply_fact(plan: &Plan, state: &mut RunState, fact: &Fact, at: Timestamp) -> Result<(), String> {
    match fact {
        Fact::RunStarted(_) => Err("a run starts once".into()),
        Fact::Resumed => resume(plan, state, at),
        Fact::StopRequested => {
            state.stopping = true;
            Ok(())
        }
        Fact::ItemsExpanded { step, items } => expand(plan, state, step, items),
        Fact::Skipped { step, reason } => skip(plan, state, step, reason),
        Fact::RemedyDue { step, error } => remedy_due(plan, state, step, error),
        Fact::Rewound { step, steps } => rewind(plan, state, step, steps),
        Fact::RunEnded { status, outputs, notes } => {
            if *status == RunStatus::Running || state.agenda.in_flight > 0 {
                return Err(format!("it is not the end: {} attempts and looks are under way", state.agenda.in_flight));
            }
            state.status = *status;
            state.outputs = outputs.clone();
            state.notes = notes.clone();
            Ok(())
        }
        Fact::AttemptEnded { task, outcome, .. } => {
            transition(plan, state, task, fact, at)?;
            state.claims.extend(outcome.claims.iter().cloned());
            Ok(())
        }
        _ => match fact.task() {
            Some(task) => transition(plan, state, task, fact, at),
            None => Err("it is about nothing".into()),
        },
    }
}

/// Whether a fact came from the world; all others are decisions, made only once everything that the step needs has ended.
fn is_news(fact: &Fact) -> bool {
    matches!(fact, Fact::AttemptEnded { .. } | Fact::ProbeEnded { .. } | Fact::TimerFired { .. })
}

pub(super) fn ready(state: &RunState, index: usize, id: &StepId) -> Result<(), String> {
    if state.is_ready(index) { Ok(()) } else { Err(format!("what `{id}` needs has not ended")) }
}

/// Moves one task, and lets the agenda know.
fn transition(plan: &Plan, state: &mut RunState, path: &TaskPath, fact: &Fact, at: Timestamp) -> Result<(), String> {
    let step = plan.index(&path.step).ok_or_else(|| format!("there is no step `{}`", path.step))?;
    if !is_news(fact) {
        ready(state, step, &path.step)?;
    }
    if state.steps[step].skipped.is_some() {
        return Err(format!("`{}` was skipped", path.step));
    }
    if path.remedy {
        if !state.steps[step].tasks.iter().any(|task| task.phase == Phase::Remedying) {
            return Err(format!("`{}` has not called for {path}", path.step));
        }
        let remedy = state.steps[step].remedy.as_mut().ok_or_else(|| format!("`{}` has no on-error", path.step))?;
        let before = Standing::from(&remedy.phase);
        advance(remedy, fact, at).map_err(|phase| unlisted(path, phase, fact))?;
        state.remedy_moved(step, before);
        return Ok(());
    }
    if !state.steps[step].expanded {
        if path.item.is_some() || !matches!(fact, Fact::Failed { .. }) {
            return Err(format!("the items of `{}` are not known", path.step));
        }
        // The matrix itself could not be evaluated: the step fails as a whole.
        state.steps[step].expanded = true;
        state.steps[step].tasks = vec![TaskState::default()];
    }
    let position =
        state.position(step, path.item.as_ref()).ok_or_else(|| format!("`{path}` is not an item of its matrix"))?;
    let task = &mut state.steps[step].tasks[position];
    let before = Standing::from(&task.phase);
    advance(task, fact, at).map_err(|phase| unlisted(path, phase, fact))?;
    state.moved(plan, step, position, before);
    if state.steps[step].tasks[position].phase.is_terminal() {
        finish_step(plan, state, step);
    }
    Ok(())
}

fn unlisted(path: &TaskPath, phase: &'static str, fact: &Fact) -> String {
    let name = format!("{fact:?}");
    let name = name.split([' ', '(', '{']).next().unwrap_or_default();
    format!("{name} is no way out of `{phase}` for {path}")
}

/// Collects a step's outputs when its last task has ended, and lets what waits for it begin.
fn finish_step(plan: &Plan, state: &mut RunState, index: usize) {
    if !state.all_ended(index) {
        return;
    }
    let step = &state.steps[index];
    if step.status() == StepStatus::Succeeded {
        let outputs = super::capture::collect(&plan.steps[index], &step.tasks);
        state.steps[index].outputs = outputs;
    }
    state.settle_step(plan, index);
}

fn expand(plan: &Plan, state: &mut RunState, id: &StepId, items: &[MatrixItem]) -> Result<(), String> {
    let index = plan.index(id).ok_or_else(|| format!("there is no step `{id}`"))?;
    ready(state, index, id)?;
    let step = &mut state.steps[index];
    if step.expanded || step.skipped.is_some() || plan.steps[index].matrix.is_none() {
        return Err(format!("the items of `{id}` are known already"));
    }
    let keys: HashSet<_> = items.iter().map(|item| &item.key).collect();
    if keys.len() < items.len() {
        return Err(format!("`{id}` has an item twice"));
    }
    step.expanded = true;
    step.tasks = expanded_tasks(&step.tasks, items);
    state.expanded(plan, index);
    finish_step(plan, state, index);
    Ok(())
}

/// One task for each item. Items that were there before the step was sent round are known again; new ones are of the same
/// occurrence as these.
fn expanded_tasks(before: &[TaskState], items: &[MatrixItem]) -> Vec<TaskState> {
    let occurrence = before.iter().map(|task| task.occurrence).max().unwrap_or(0);
    let known: HashMap<_, _> = before.iter().map(|task| (task.item.as_ref(), task.attempts)).collect();
    let task = |item: &MatrixItem| TaskState {
        item: Some(item.key.clone()),
        values: item.values.clone(),
        occurrence,
        attempts: known.get(&Some(&item.key)).copied().unwrap_or(0),
        ..TaskState::default()
    };
    items.iter().map(task).collect()
}

fn skip(plan: &Plan, state: &mut RunState, id: &StepId, reason: &SkipReason) -> Result<(), String> {
    let index = plan.index(id).ok_or_else(|| format!("there is no step `{id}`"))?;
    ready(state, index, id)?;
    if state.steps[index].status() != StepStatus::Waiting {
        return Err(format!("`{id}` is {}", state.steps[index].status().as_str()));
    }
    state.steps[index].skipped = Some(reason.clone());
    state.settle_step(plan, index);
    Ok(())
}
