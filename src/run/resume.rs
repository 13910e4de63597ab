//! Another process goes on with a run.

use std::sync::Arc;
use std::time::Duration;

use super::made::Made;
use super::outcome::{Happened, Outcome, ProbeAnswer};
use super::passed::let_pass;
use super::started::Resumption;
use super::state::{Recorded, RunState};
use super::step_state::StepState;
use super::table::end_attempt;
use super::task_state::{Phase, TaskState};
use super::verdict::KEY_LIFETIME;
use super::words::{Doubt, RunStatus, Stop, Timer};
use crate::clock::Timestamp;
use crate::id::TaskPath;
use crate::plan::{Plan, PlanStep, Undo};
use crate::secret::Data;
use crate::workflow::Effect;

/// What another process takes over: running attempts are cut off, failed steps begin anew, budgets do not count the
/// time in between.
pub(super) fn resume(plan: &Plan, state: &mut RunState, how: &Resumption, at: Timestamp) -> Result<(), String> {
    if state.status == RunStatus::Succeeded && how.again.is_empty() && !state.teardown {
        return Err("the run has succeeded".into());
    }
    // What is refused changes nothing.
    let mut next = state.clone();
    let run = &mut next.recorded;
    let_downtime_pass(run, at);
    run.status = RunStatus::Running;
    let passed = let_pass(plan, run, &how.again);
    run.stopping = None;
    run.until = how.until.clone();
    run.wary = how.wary || (run.wary && !how.trusted);
    run.epochs.push(how.epoch.clone());
    if !how.secrets.is_empty() {
        Arc::make_mut(&mut run.started).secrets.extend(how.secrets.clone());
    }
    if how.allow_spend.is_some() {
        Arc::make_mut(&mut run.started).settings.allow_spend = how.allow_spend;
    }
    run.alarms.clear();
    run.outputs = Data::new();
    run.notes.clear();
    for ((planned, step), passed) in plan.steps.iter().zip(&mut run.steps).zip(passed) {
        if run.teardown {
            take_over_undo(planned, step, at);
        } else if !passed {
            resume_step(planned, step, at);
        }
        if how.wary {
            // What somebody saw before does not say what a copy has done since.
            let tasks = step.tasks.iter_mut().chain(step.remedy.as_deref_mut());
            tasks.for_each(|task| task.cleared = false);
        }
    }
    for task in &how.again {
        for step in plan.whole(&task.step) {
            run_again(plan, &mut next, &TaskPath { step, ..task.clone() }, at)?;
        }
    }
    if !next.teardown {
        reopen_calls(plan, &mut next.recorded.steps);
    }
    for task in &how.keep {
        for step in plan.whole(&task.step) {
            let_stand(plan, &mut next, &TaskPath { step, ..task.clone() })?;
        }
    }
    next.reindex(plan);
    *state = next;
    Ok(())
}

/// Nobody worked on the run since its last entry: that time counts against no budget.
pub(super) fn let_downtime_pass(run: &mut Recorded, at: Timestamp) {
    let downtime = at.since(run.now);
    // What came to an end by itself has a new time of its own.
    let over = run.status == RunStatus::Failed || run.stopping == Some(Stop::Timeout);
    run.since = if over { at } else { run.since.plus(downtime) };
    let later = |task: &mut TaskState| {
        if !task.phase.is_terminal() {
            task.since = task.since.map(|since| since.plus(downtime));
        }
    };
    for step in &mut run.steps {
        for task in step.tasks.iter_mut().chain(step.remedy.as_deref_mut()) {
            later(task);
        }
        step.undos_mut().for_each(later);
    }
}

pub(super) fn resume_step(planned: &PlanStep, step: &mut StepState, at: Timestamp) {
    step.skipped.take_if(|reason| reason.is_failure());
    if step.tasks.iter().any(|task| task.phase == Phase::Failed) {
        step.rounds = 0;
    }
    // Items that could not be found, or of which none has begun, are found again. A matrix without any has succeeded.
    let pristine = |task: &TaskState| task.phase == Phase::Waiting && task.attempts == 0 && task.kept.is_none();
    if planned.matrix.is_some() && !step.tasks.is_empty() && step.tasks.iter().all(pristine) {
        step.tasks.clear();
        step.expanded = false;
    }
    if planned.matrix.is_some() && step.tasks.iter().any(has_no_items) {
        step.tasks.retain(|task| task.item.is_some());
        step.expanded = false;
    }
    for task in &mut step.tasks {
        let made = done_and_sent_again(planned, task).then(|| Made::by(planned, task, at)).flatten();
        resume_task(task, at, planned.call.effect);
        if made.is_some() {
            (task.occurrence, task.unsure) = (task.occurrence.saturating_add(1), false);
        }
        step.made.extend(made);
    }
    if let (Some(remedy), Some(spec)) = (&mut step.remedy, &planned.on_error) {
        resume_task(remedy, at, spec.call.effect);
    }
}

/// A call has not ended while something inside of it goes on: it hands its outputs out once that has.
fn reopen_calls(plan: &Plan, steps: &mut [StepState]) {
    // What is called inside comes later in the list.
    for call in plan.calls.iter().rev() {
        let goes_on = steps[call.entry..call.exit].iter().any(|step| !step.status().is_terminal());
        if goes_on && steps[call.exit].status().is_terminal() {
            steps[call.exit].skipped = None;
            steps[call.exit].tasks.fill_with(TaskState::default);
        }
    }
}

/// It failed although its effect took place, and it may take place again.
fn done_and_sent_again(planned: &PlanStep, task: &TaskState) -> bool {
    task.phase == Phase::Failed && task.answer.is_some() && planned.call.effect == Effect::Repeat
}

fn has_no_items(task: &TaskState) -> bool {
    let unfound = task.error.as_ref().is_some_and(|error| error.code == "config.matrix");
    task.item.is_none() || (task.phase == Phase::Failed && unfound)
}

/// In a run that is torn down nothing begins anew: only what had not ended is taken over.
fn take_over_undo(planned: &PlanStep, step: &mut StepState, at: Timestamp) {
    let undo_effect = match &planned.undo {
        Undo::Call(call) => call.effect,
        _ => Effect::Repeat,
    };
    let take_over = |task: &mut TaskState, effect| {
        if !task.phase.is_terminal() {
            resume_task(task, at, effect);
        }
    };
    for task in &mut step.tasks {
        take_over(task, planned.call.effect);
    }
    step.undos_mut().for_each(|undo| take_over(undo, undo_effect));
    if let (Some(remedy), Some(spec)) = (&mut step.remedy, &planned.on_error) {
        take_over(remedy, spec.call.effect);
    }
}

fn resume_task(task: &mut TaskState, at: Timestamp, effect: Effect) {
    let phase = std::mem::take(&mut task.phase);
    task.phase = match phase {
        Phase::Running => {
            let happened = if effect == Effect::Read { Happened::None } else { Happened::Unknown };
            end_attempt(task, Outcome::interrupted(happened).into(), at)
        }
        // The look itself was cut off; it changes nothing, so the same is made again.
        Phase::Probing => {
            task.probes = task.probes.saturating_sub(1);
            Phase::Due(Timer::Reprobe)
        }
        Phase::InDoubt { doubt: Doubt::Unclear, question } => {
            task.probes = 0;
            Phase::Probed(ProbeAnswer::CannotTell { reason: question, again: Some(Duration::ZERO) })
        }
        Phase::Failed => {
            task.tries = 0;
            (task.since, task.waited) = (None, Duration::ZERO);
            task.ended = None;
            task.error = None;
            task.not_before = None;
            match (effect, task.answer.take()) {
                // Its effect took place: the answer is judged again, nothing is sent again.
                (Effect::Once | Effect::Keyed, Some(answer)) => Phase::Ended(answer),
                // The service may have forgotten the key by now.
                (Effect::Keyed, None) if task.first_sent.is_some_and(|sent| at.since(sent) > KEY_LIFETIME) => {
                    end_attempt(task, Outcome::interrupted(Happened::Unknown).into(), at)
                }
                _ => Phase::Waiting,
            }
        }
        Phase::Skipped(_) => Phase::Waiting,
        other => other,
    };
}

/// Sends a task, or a step as a whole, again as its next occurrence. What has not taken place is tried as it would be anyway.
fn run_again(plan: &Plan, state: &mut RunState, path: &TaskPath, at: Timestamp) -> Result<(), String> {
    let index = plan.index(&path.step).ok_or_else(|| format!("there is no step `{}`", path.step))?;
    let mut made = Vec::new();
    let mut former = Vec::new();
    for task in tasks(state, index, path)? {
        former.extend(task.disown());
        match &task.phase {
            Phase::Succeeded | Phase::InDoubt { doubt: Doubt::Changed, .. } => {}
            Phase::Ended(outcome) if outcome.happened == Happened::Done => {}
            Phase::Waiting if task.kept.is_some() => {}
            Phase::Waiting => continue,
            Phase::Ended(outcome) if outcome.happened == Happened::None && !task.unsure => {
                *task = task.anew();
                continue;
            }
            other => return Err(format!("`{path}` is {}: it has to be resolved first", other.name())),
        }
        made.extend(Made::by(&plan.steps[index], task, at));
        *task = task.again();
    }
    let step = &mut state.recorded.steps[index];
    step.made.append(&mut made);
    step.former.extend(former);
    step.skipped = None;
    if path.item.is_none() && plan.steps[index].matrix.is_some() {
        step.expanded = false;
        step.tasks.retain(|task| task.item.is_some());
    }
    Ok(())
}

/// A person says that what a task did stands, also where it would not be the same now.
fn let_stand(plan: &Plan, state: &mut RunState, path: &TaskPath) -> Result<(), String> {
    let index = plan.index(&path.step).ok_or_else(|| format!("there is no step `{}`", path.step))?;
    for task in tasks(state, index, path)? {
        task.stands = true;
        if matches!(task.phase, Phase::InDoubt { doubt: Doubt::Changed, .. }) {
            task.phase = Phase::Waiting;
        }
    }
    Ok(())
}

/// The task, or all of a step, that `path` names.
fn tasks<'a>(state: &'a mut RunState, step: usize, path: &TaskPath) -> Result<Vec<&'a mut TaskState>, String> {
    let all = state.recorded.steps[step].tasks.iter_mut();
    let named: Vec<&mut TaskState> = all.filter(|task| path.item.is_none() || task.item == path.item).collect();
    match (&path.item, named.is_empty()) {
        (Some(_), true) => Err(format!("`{path}` is not an item of its matrix")),
        _ => Ok(named),
    }
}
