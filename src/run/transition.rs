//! Moves one task, remedy or undo by a fact that is about it, and lets the agenda know.

use super::agenda::Standing;
use super::entry::Fact;
use super::made::Made;
use super::state::RunState;
use super::table::{advance, pass};
use super::task_state::{Phase, TaskState};
use super::words::Resolution;
use crate::clock::Timestamp;
use crate::id::{Role, StepId, TaskPath};
use crate::plan::{Plan, StepKind};

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
pub(super) fn transition(
    plan: &Plan,
    state: &mut RunState,
    path: &TaskPath,
    fact: &Fact,
    at: Timestamp,
) -> Result<(), String> {
    let step = state.index(plan, &path.step).ok_or_else(|| format!("there is no step `{}`", path.step))?;
    state.agenda.last = step;
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
    let before = Standing::of_task(&state.steps[step], position);
    let task = &mut state.recorded.steps[step].tasks[position];
    let over = begins_a_round(task, fact) && !torn_down;
    let bequest = task.bequest().filter(|_| over).map(|kept| TaskState { stands: true, ..kept.clone() });
    let made = (over && bequest.is_none()).then(|| Made::by(&plan.steps[step], task, at)).flatten();
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
    let held = Standing::of_task(whole, 0).busy;
    let remedy = whole.remedy.as_mut().ok_or_else(|| format!("`{}` has no on-error", path.step))?;
    let before = Standing::from(&remedy.phase);
    advance(remedy, fact, at).map_err(|phase| unlisted(path, phase, fact))?;
    state.remedy_moved(step, before, held);
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
