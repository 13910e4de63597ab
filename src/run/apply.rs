//! Folds an entry into the state. One that cannot follow is an error, and changes nothing.

use std::fmt;
use std::sync::Arc;

use super::agenda::Standing;
use super::ending;
use super::entry::{Entry, Fact, Resolution, RunStatus, SkipReason, Stop, Timer};
use super::expand::expand;
use super::made::Made;
use super::outcome::{ErrorKind, StepError};
use super::pace;
use super::replan::replan;
use super::resume::{let_downtime_pass, resume};
use super::round::{remedy_due, rewind};
use super::state::RunState;
use super::step_state::StepStatus;
use super::table::{advance, pass};
use super::task_state::{Phase, TaskState};
use super::teardown;
use crate::clock::Timestamp;
use crate::id::{Role, StepId, TaskPath};
use crate::plan::{Plan, StepKind};

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

/// Folds `entry` into `state`. For [`Fact::Replanned`], `plan` is the new one.
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

/// In a run that is torn down nothing is done again: to say so of a step is to say that there is nothing to take back.
fn did_not_take_place(plan: &Plan, state: &mut RunState, path: &TaskPath, occurrence: u32) {
    let Some(step) = plan.index(&path.step).filter(|_| path.role == Role::Step) else { return };
    let Some(position) = state.position(step, path.item.as_ref()) else { return };
    let task = &mut state.recorded.steps[step].tasks[position];
    let error = StepError::new(ErrorKind::Config, "resolved", "somebody said that it did not take place");
    (task.phase, task.error, task.occurrence, task.unsure) = (Phase::Failed, Some(error), occurrence, false);
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
        Fact::Resolved { task, resolution } => {
            let before = state.task(plan, task).map_or(0, |task| task.occurrence);
            transition(plan, state, task, fact, at)?;
            if state.teardown && *resolution == Resolution::Redo {
                did_not_take_place(plan, state, task, before);
            }
            let_downtime_pass(&mut state.recorded, at);
            // Nobody works on it; what follows from the answer is for a resume.
            state.recorded.status = RunStatus::Interrupted;
            state.reindex(plan);
            Ok(())
        }
        Fact::AttemptStarted(started) => {
            transition(plan, state, &started.task, fact, at)?;
            pace::began(plan, state, at);
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

/// Whether a fact came from the world; all others are decisions, made only once everything that the step needs has ended.
fn is_news(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::AttemptEnded { .. } | Fact::ProbeEnded { .. } | Fact::TimerFired { .. } | Fact::Resolved { .. }
    )
}

pub(super) fn ready(state: &RunState, index: usize, id: &StepId) -> Result<(), String> {
    if state.is_ready(index) { Ok(()) } else { Err(format!("what `{id}` needs has not ended")) }
}

/// Moves one task, and lets the agenda know.
fn transition(plan: &Plan, state: &mut RunState, path: &TaskPath, fact: &Fact, at: Timestamp) -> Result<(), String> {
    let step = plan.index(&path.step).ok_or_else(|| format!("there is no step `{}`", path.step))?;
    match path.role {
        Role::Step => task_moves(plan, state, step, path, fact, at),
        Role::Remedy => remedy_moves(state, step, path, fact, at),
        Role::Undo => undo_moves(state, step, path, fact, at),
    }
}

fn task_moves(
    plan: &Plan,
    state: &mut RunState,
    step: usize,
    path: &TaskPath,
    fact: &Fact,
    at: Timestamp,
) -> Result<(), String> {
    may_be_decided(state, step, path, fact)?;
    let whole = &mut state.recorded.steps[step];
    if !whole.expanded {
        if path.item.is_some() || !matches!(fact, Fact::Failed { .. }) {
            return Err(format!("the items of `{}` are not known", path.step));
        }
        // The matrix itself could not be evaluated: the step fails as a whole.
        whole.expanded = true;
        if !whole.tasks.is_empty() {
            return all_fail(plan, state, step, fact, at);
        }
        whole.tasks = vec![TaskState::default()];
    }
    let position =
        state.position(step, path.item.as_ref()).ok_or_else(|| format!("`{path}` is not an item of its matrix"))?;
    let torn_down = state.teardown;
    let task = &mut state.recorded.steps[step].tasks[position];
    let over = begins_a_round(task, fact) && !torn_down;
    let bequest = task.bequest().filter(|_| over).cloned();
    let made = (over && bequest.is_none()).then(|| Made::by(&plan.steps[step], task, at)).flatten();
    let before = Standing::from(&task.phase);
    let moved = match plan.steps[step].kind {
        StepKind::Action => advance(task, fact, at),
        StepKind::Entry(_) | StepKind::Exit(_) => pass(task, fact, at),
    };
    moved.map_err(|phase| unlisted(path, phase, fact))?;
    let whole = &mut state.recorded.steps[step];
    whole.made.extend(made);
    whole.former.extend(bequest);
    state.moved(plan, step, position, before);
    if state.steps[step].tasks[position].phase.is_terminal() {
        finish_step(plan, state, step);
    }
    Ok(())
}

/// What the task made until now is not what it makes from here on.
fn begins_a_round(task: &TaskState, fact: &Fact) -> bool {
    match fact {
        Fact::AttemptStarted(started) => task.kept.is_some() || started.occurrence != task.occurrence,
        Fact::Resolved { resolution, .. } => *resolution == Resolution::Redo,
        _ => false,
    }
}

/// Items that were known before fail one by one: what they did is not forgotten.
fn all_fail(plan: &Plan, state: &mut RunState, step: usize, fact: &Fact, at: Timestamp) -> Result<(), String> {
    let whole = &mut state.recorded.steps[step];
    for task in &mut whole.tasks {
        let path = task.path(&whole.id);
        advance(task, fact, at).map_err(|phase| unlisted(&path, phase, fact))?;
    }
    state.reindex(plan);
    Ok(())
}

fn remedy_moves(state: &mut RunState, step: usize, path: &TaskPath, fact: &Fact, at: Timestamp) -> Result<(), String> {
    may_be_decided(state, step, path, fact)?;
    let whole = &mut state.recorded.steps[step];
    if !whole.tasks.iter().any(|task| task.phase == Phase::Remedying) {
        return Err(format!("`{}` has not called for {path}", path.step));
    }
    let remedy = whole.remedy.as_mut().ok_or_else(|| format!("`{}` has no on-error", path.step))?;
    let before = Standing::from(&remedy.phase);
    advance(remedy, fact, at).map_err(|phase| unlisted(path, phase, fact))?;
    state.remedy_moved(step, before);
    Ok(())
}

fn may_be_decided(state: &RunState, step: usize, path: &TaskPath, fact: &Fact) -> Result<(), String> {
    if !is_news(fact) {
        ready(state, step, &path.step)?;
    }
    if state.steps[step].skipped.is_some() { Err(format!("`{}` was skipped", path.step)) } else { Ok(()) }
}

fn undo_moves(state: &mut RunState, step: usize, path: &TaskPath, fact: &Fact, at: Timestamp) -> Result<(), String> {
    let target = state.target(step, path).ok_or_else(|| format!("there is no `{path}`"))?;
    let known = state.agenda.undo.contains(&target);
    if !(is_news(fact) && known) && state.agenda.undo.last() != Some(&target) {
        return Err(format!("it is not the turn of `{path}`"));
    }
    let undo = state.undo_begun(target);
    let before = Standing::from(&undo.phase);
    advance(undo, fact, at).map_err(|phase| unlisted(path, phase, fact))?;
    state.undo_moved(target, before);
    Ok(())
}

fn unlisted(path: &TaskPath, phase: &'static str, fact: &Fact) -> String {
    let name = format!("{fact:?}");
    let name = name.split([' ', '(', '{']).next().unwrap_or_default();
    format!("{name} is no way out of `{phase}` for {path}")
}

/// Lets what waits for a step begin when its last task has ended.
pub(super) fn finish_step(plan: &Plan, state: &mut RunState, index: usize) {
    if state.all_ended(index) {
        state.settle_step(plan, index);
    }
}

/// Retries that wait are not waited for when the run is to end.
fn stop_requested(plan: &Plan, state: &mut RunState, stop: Stop) -> Result<(), String> {
    if !state.heeds(stop) {
        return Err("the run is stopping already".into());
    }
    // To take back half of what a run made is no end: a teardown is only ever paused.
    let stop = if state.teardown { Stop::Interrupt } else { stop };
    state.recorded.stopping = Some(stop);
    if stop != Stop::Interrupt {
        forgo_retries(state);
        state.reindex(plan);
    }
    Ok(())
}

fn forgo_retries(state: &mut RunState) {
    let steps = &mut state.recorded.steps;
    let tasks = steps.iter_mut().flat_map(|step| step.tasks.iter_mut().chain(step.remedy.as_deref_mut()));
    for task in tasks.filter(|task| matches!(task.phase, Phase::Delayed { timer: Timer::Retry, .. })) {
        task.phase = Phase::Due(Timer::Retry);
    }
}

/// From here on only what is in doubt is looked into, and then all is undone. What an earlier process left under way is cut
/// off by the resumption that follows.
fn teardown_started(plan: &Plan, state: &mut RunState) -> Result<(), String> {
    let stood = ending::status(plan, state);
    let run = &mut state.recorded;
    run.before_teardown.get_or_insert(if run.status == RunStatus::Running { stood } else { run.status });
    run.status = RunStatus::Running;
    run.teardown = true;
    run.stopping = None;
    run.alarms.clear();
    // What stood before an edit has taken place, whatever the step waits for now.
    for step in &mut run.steps {
        step.tasks.append(&mut step.former);
        step.tasks.iter_mut().for_each(TaskState::stand_again);
    }
    teardown::try_again(plan, state);
    forgo_retries(state);
    state.reindex(plan);
    Ok(())
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
