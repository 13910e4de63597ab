//! What the user asked of a stored run, in terms of its steps.

use std::collections::BTreeSet;

use super::refusal::{covers, must_say, not_to_be_kept, way_out};
use super::{OpError, ResumeRequest, Workspace};
use crate::diagnostic::nearest;
use crate::id::{Role, StepId, TaskPath};
use crate::plan::{Plan, StepKind};
use crate::run::{Doubt, Fate, Happened, Phase, Preview, Resumption, RunState, TaskState};
use crate::workflow::Effect;

/// Steps that run again although they have ended.
pub(super) struct Retry {
    pub steps: Vec<String>,
    pub downstream: bool,
}

/// What the user asked for, in terms of the run.
pub(super) struct Asked {
    pub how: Resumption,
    /// What is done once more, if the run would not do it anyway.
    pub redo: Vec<TaskPath>,
    /// Why it is not done.
    pub refusal: Option<OpError>,
}

impl Asked {
    pub fn read(
        workspace: &Workspace,
        (older, newer): (&Plan, &Plan),
        state: &RunState,
        request: &ResumeRequest<'_>,
        retry: Option<&Retry>,
    ) -> Result<Self, OpError> {
        let paths = |texts: &[String]| -> Result<Vec<TaskPath>, OpError> {
            texts.iter().map(|text| named(newer, state, older, text)).collect()
        };
        let keep = paths(&request.keep)?;
        keep.iter().try_for_each(|path| may_be_kept(workspace, older, state, path))?;
        let mut redo = paths(&request.redo)?;
        if let Some(path) = keep.iter().find(|path| redo.contains(path)) {
            return Err(OpError::Usage(format!("`{path}` cannot be both kept and redone")));
        }
        let until = request.until.as_ref().map(|text| step_named(newer, text)).transpose()?;
        let mut how = Resumption { until, allow_spend: request.allow_spend, ..Resumption::default() };
        let mut refusal = None;
        if let Some(retry) = retry {
            let steps = paths(&retry.steps)?;
            steps.iter().try_for_each(|path| not_in_doubt(workspace, older, state, path))?;
            let follow = if retry.downstream { following(newer, &steps) } else { Vec::new() };
            let follow = tasks_of(older, state, &follow);
            let chosen = |path: &TaskPath, of: &[TaskPath]| of.iter().any(|named| covers(named, path));
            let open: Vec<TaskPath> = follow
                .iter()
                .filter(|(path, done)| *done && !chosen(path, &keep) && !chosen(path, &redo))
                .filter(|(path, _)| takes_effect_once(newer, &path.step))
                .map(|(path, _)| path.clone())
                .collect();
            refusal = (!open.is_empty()).then(|| must_say(&whole(&open, state, older)));
            how.again.extend(steps);
            how.again.extend(follow.into_iter().map(|(path, _)| path).filter(|path| !chosen(path, &keep)));
            // They are among those already.
            redo.retain(|path| !how.again.iter().any(|again| covers(again, path) || covers(path, again)));
        }
        how.again.retain(|path| older.index(&path.step).is_some());
        how.keep = keep.into_iter().filter(|path| older.index(&path.step).is_some()).collect();
        Ok(Self { how, redo, refusal })
    }
}

/// A step of the workflow, by its name.
pub(super) fn step_named(plan: &Plan, text: &str) -> Result<StepId, OpError> {
    let known = |id: &StepId| plan.index(id).is_some();
    StepId::new(text).ok().filter(known).ok_or_else(|| unknown(plan, text))
}

fn unknown(plan: &Plan, text: &str) -> OpError {
    let near = nearest(text, plan.steps.iter().map(|step| step.id.as_str()));
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    OpError::Usage(format!("the workflow has no step `{text}`{near}"))
}

/// A step, or an item of one that is known.
fn named(plan: &Plan, state: &RunState, older: &Plan, text: &str) -> Result<TaskPath, OpError> {
    let path = TaskPath::parse(text).ok().filter(|path| path.role == Role::Step);
    let path = path.filter(|path| plan.index(&path.step).is_some()).ok_or_else(|| unknown(plan, text))?;
    if path.item.is_some() && state.task(older, &path).is_none() {
        let items = older.index(&path.step).into_iter().flat_map(|index| &state.steps[index].tasks);
        let items: Vec<&str> = items.filter_map(|task| task.item.as_deref()).take(5).collect();
        let known =
            if items.is_empty() { "it has none yet".to_owned() } else { format!("it has {}", items.join(", ")) };
        return Err(OpError::Usage(format!("`{}` has no such item; {known}", path.step)));
    }
    Ok(path)
}

/// Nobody knows whether it took effect: to run it again may be to do it twice.
fn not_in_doubt(workspace: &Workspace, plan: &Plan, state: &RunState, path: &TaskPath) -> Result<(), OpError> {
    let Some(index) = plan.index(&path.step) else { return Ok(()) };
    let tasks = state.steps[index].tasks.iter().filter(|task| path.item.is_none() || task.item == path.item);
    let doubtful = |task: &&TaskState| matches!(&task.phase, Phase::InDoubt { doubt, .. } if *doubt != Doubt::Changed);
    match tasks.into_iter().find(doubtful) {
        None => Ok(()),
        Some(task) => {
            let run = &state.started.run;
            Err(OpError::Usage(way_out(workspace, run, &format!("`{}` is in doubt", task.path(&path.step)))))
        }
    }
}

/// All that waits for these steps.
fn following(plan: &Plan, steps: &[TaskPath]) -> Vec<StepId> {
    let roots: BTreeSet<usize> = steps.iter().filter_map(|path| plan.index(&path.step)).collect();
    let reached = plan.descendants(roots.iter().copied());
    let following = plan.steps.iter().enumerate().filter(|(index, _)| reached[*index] && !roots.contains(index));
    following.map(|(_, step)| step.id.clone()).collect()
}

/// The tasks of steps as far as they are known, and whether each is done. What is in doubt is looked into as ever.
fn tasks_of(plan: &Plan, state: &RunState, steps: &[StepId]) -> Vec<(TaskPath, bool)> {
    let known = steps.iter().filter_map(|id| Some((id, &state.steps[plan.index(id)?])));
    let tasks = known.flat_map(|(id, step)| step.tasks.iter().map(move |task| (task.path(id), is_done(task))));
    let failed = |path: &TaskPath| state.task(plan, path).is_some_and(|task| task.phase == Phase::Failed);
    tasks.filter(|(path, done)| *done || failed(path)).collect()
}

pub(super) fn is_done(task: &TaskState) -> bool {
    let answered = match &task.phase {
        Phase::Failed => task.answer.is_some(),
        Phase::Ended(outcome) => outcome.happened == Happened::Done,
        _ => false,
    };
    task.phase == Phase::Succeeded || task.kept.is_some() || answered
}

/// Only what is known to have taken place can be left at that.
fn may_be_kept(workspace: &Workspace, plan: &Plan, state: &RunState, path: &TaskPath) -> Result<(), OpError> {
    let steps = plan.whole(&path.step).into_iter().filter_map(|id| Some((plan.index(&id)?, id)));
    let tasks =
        steps.flat_map(|(index, id)| state.steps[index].tasks.iter().map(move |task| (index, task.path(&id), task)));
    let named: Vec<_> = tasks.filter(|(.., task)| path.item.is_none() || task.item == path.item).collect();
    if named.iter().any(|(.., task)| is_done(task)) {
        return Ok(());
    }
    let begun = named.iter().find(|(index, _, task)| plan.steps[*index].kind == StepKind::Action && task.attempts > 0);
    Err(OpError::Usage(match begun {
        None => format!("`{path}` has not begun: there is nothing that `--keep` could let stand"),
        Some((_, task, _)) => not_to_be_kept(workspace, &state.started.run, task),
    }))
}

/// What a step that is named as a whole does once more: not the items that stay as they are.
pub(super) fn once_more(path: &TaskPath, ahead: &Preview, plan: &Plan, state: &RunState) -> Vec<TaskPath> {
    let homeless = ahead.homeless.iter().any(|task| covers(path, task));
    let touched = ahead.tasks().filter(|(task, fate)| covers(path, task) && !matches!(fate, Fate::Kept | Fate::Judged));
    let touched: Vec<TaskPath> = touched.map(|(task, _)| task.clone()).collect();
    if path.item.is_some() || homeless || touched.is_empty() {
        return vec![path.clone()];
    }
    touched.into_iter().filter(|task| task.item.is_none() || state.task(plan, task).is_some()).collect()
}

pub(super) fn takes_effect_once(plan: &Plan, step: &StepId) -> bool {
    let step = plan.index(step).map(|index| &plan.steps[index]);
    step.is_some_and(|step| matches!(step.call.effect, Effect::Once | Effect::Keyed))
}

/// Steps by their name where all of their items are meant.
fn whole(paths: &[TaskPath], state: &RunState, plan: &Plan) -> Vec<TaskPath> {
    let mut named: Vec<TaskPath> = Vec::new();
    for path in paths {
        let count = plan.index(&path.step).map_or(0, |index| state.steps[index].tasks.len());
        let all = paths.iter().filter(|other| other.step == path.step).count() == count;
        let name = if all { TaskPath::step(path.step.clone()) } else { path.clone() };
        if !named.contains(&name) {
            named.push(name);
        }
    }
    named
}
