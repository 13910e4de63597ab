//! Folds an entry into the state. One that cannot follow is an error, and changes nothing.

use std::fmt;
use std::sync::Arc;

use super::answer::answered;
use super::entry::{Entry, Fact};
use super::expand::expand;
use super::recall::recall;
use super::replan::replan;
use super::resume::resume;
use super::round::{remedy_due, rewind};
use super::state::RunState;
use super::step_state::StepStatus;
use super::stopping::{stop_requested, teardown_started};
use super::transition::{ready, transition};
use super::words::{RunStatus, SkipReason};
use super::{pace, spend};
use crate::clock::Timestamp;
use crate::id::{Role, StepId};
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

/// Folds `entry` into `state`. For [`Fact::Replanned`], `plan` is the new one; for [`Fact::Recalled`], the one that has these
/// steps.
pub fn apply(plan: &Plan, state: &mut RunState, entry: &Entry) -> Result<(), IllegalEntry> {
    let illegal = |message: String| IllegalEntry { seq: entry.seq, message };
    if entry.seq != state.seq + 1 {
        return Err(illegal(format!("the last one was {}", state.seq)));
    }
    if state.status != RunStatus::Running && !may_follow_an_end(&entry.fact) {
        return Err(illegal(format!("the run is {}", state.status.as_str())));
    }
    apply_fact(plan, state, &entry.fact, entry.at).map_err(illegal)?;
    state.recorded.seq = entry.seq;
    state.recorded.now = entry.at;
    Ok(())
}

fn may_follow_an_end(fact: &Fact) -> bool {
    matches!(fact, Fact::Resumed(_) | Fact::Resolved { .. } | Fact::TeardownStarted)
}

fn apply_fact(plan: &Plan, state: &mut RunState, fact: &Fact, at: Timestamp) -> Result<(), String> {
    match fact {
        Fact::RunStarted(_) => Err("a run starts once".into()),
        Fact::Resumed(how) => resume(plan, state, how, at),
        Fact::Replanned(replanned) => replan(plan, state, replanned, at),
        Fact::StopRequested(stop) => stop_requested(plan, state, *stop),
        Fact::AlarmSet { alarm, due } => match state.recorded.alarms.insert(*alarm, *due) {
            Some(_) => Err("it is set already".into()),
            None => Ok(()),
        },
        Fact::AlarmRang { alarm } => match state.recorded.alarms.remove(alarm) {
            Some(_) => Ok(()),
            None => Err("it was not set".into()),
        },
        Fact::ItemsExpanded { step, items } => expand(plan, state, step, items),
        Fact::Skipped { task, reason } if reason.is_of_undo() != (task.role == Role::Undo) => {
            Err(format!("that is no reason to leave {task} out"))
        }
        Fact::Skipped { task, reason } if task.role == Role::Step && task.item.is_none() => {
            skip(plan, state, &task.step, reason)
        }
        Fact::RemedyDue { step, error } => remedy_due(plan, state, step, error),
        Fact::Rewound { step, steps } => rewind(plan, state, step, steps, at),
        Fact::TeardownStarted => teardown_started(plan, state),
        Fact::Recalled { steps } => recall(plan, state, steps),
        Fact::RunEnded { status, outputs, notes } => {
            if *status == RunStatus::Running || state.agenda.in_flight > 0 {
                return Err(format!("it is not the end: {} attempts and looks are under way", state.agenda.in_flight));
            }
            state.recorded.status = *status;
            state.recorded.outputs = outputs.clone();
            state.recorded.notes = notes.clone();
            state.recorded.alarms.clear();
            Ok(())
        }
        Fact::Resolved { task, .. } => answered(plan, state, task, fact, at),
        Fact::AttemptStarted(started) => {
            transition(plan, state, &started.task, fact, at)?;
            pace::began(plan, state, at);
            spend::began(&mut state.recorded, started);
            Ok(())
        }
        Fact::AttemptEnded { task, outcome, .. } => {
            transition(plan, state, task, fact, at)?;
            if !outcome.claims.is_empty() {
                Arc::make_mut(&mut state.recorded.claims).extend(outcome.claims.iter().cloned());
            }
            Ok(())
        }
        _ => match fact.task() {
            Some(task) => transition(plan, state, task, fact, at),
            None => Err("it is about nothing".into()),
        },
    }
}

fn skip(plan: &Plan, state: &mut RunState, id: &StepId, reason: &SkipReason) -> Result<(), String> {
    let index = plan.index(id).ok_or_else(|| format!("there is no step `{id}`"))?;
    ready(state, index, id)?;
    if state.steps[index].status() != StepStatus::Waiting {
        return Err(format!("`{id}` is {}", state.steps[index].status().as_str()));
    }
    state.recorded.steps[index].skipped = Some(reason.clone());
    state.settle_step(plan, index);
    Ok(())
}
