//! From what the user asks of a stored run to how it goes on, or why it must not.

use std::collections::BTreeSet;

use super::edit::{Edit, File, look};
use super::resume::{ResumeRequest, Talk};
use super::stored::Stored;
use super::{OpError, Workspace};
use crate::diagnostic::nearest;
use crate::id::{Role, RunId, StepId, TaskPath};
use crate::plan::{Plan, compare};
use crate::report::Rerun;
use crate::run::{Doubt, Fate, Phase, Preview, Resumption, RunState, RunStatus, StepPreview, TaskState, preview};
use crate::workflow::Effect;

/// Steps that run again although they have ended.
pub(super) struct Retry {
    pub steps: Vec<String>,
    pub downstream: bool,
}

pub(super) struct Prepared {
    pub how: Resumption,
    pub edit: Option<Edit>,
    pub rerun: Rerun,
    /// Why it is not done.
    pub refusal: Option<OpError>,
}

/// Looks at the run's file and at what was asked for. Writes nothing.
pub(super) fn prepare(
    workspace: &Workspace,
    stored: &Stored,
    request: &ResumeRequest<'_>,
    retry: Option<&Retry>,
    talk: &mut dyn Talk,
) -> Result<Prepared, OpError> {
    // What a run made is taken back as it was made.
    if stored.state.teardown && retry.is_some() {
        let message = "what the run made was taken back: start a new run";
        return Err(OpError::Usage(message.to_owned()));
    }
    let as_stored = request.as_stored || stored.state.teardown;
    let edit = if as_stored { None } else { edit_of(workspace, stored, request, talk)? };
    let (older, state) = (&*stored.plan, &stored.state);
    let newer = edit.as_ref().map_or(older, |edit| &edit.plan);
    let asked = Asked::read(older, newer, state, request, retry)?;
    let replanned = edit.as_ref().map(|edit| &edit.replanned);
    let look_ahead = |how: &Resumption| {
        preview(older, newer, state, how, replanned).map_err(|why| OpError::Usage(way_out(&state.started.run, &why)))
    };
    let mut how = asked.how.clone();
    let is_over = state.status == RunStatus::Succeeded && how.again.is_empty();
    let ahead = if is_over {
        Preview::default()
    } else {
        may_be_redone(&look_ahead(&how)?, &asked.redo, &state.started.run)?;
        how.again.extend(asked.redo.iter().filter(|path| older.index(&path.step).is_some()).cloned());
        look_ahead(&how)?
    };
    if is_over && retry.is_some() {
        let message = "the run has succeeded and takes no new steps: start a new run of the edited workflow";
        return Err(OpError::Usage(message.to_owned()));
    }
    let comparison = edit.as_ref().map_or_else(|| compare(older, newer), |edit| edit.comparison.clone());
    let rerun = Rerun::new(&state.started, edit.is_some(), &comparison, &ahead);
    let refusal = asked.refusal.or_else(|| refused(&ahead, &state.started.run));
    Ok(Prepared { how, edit, rerun, refusal })
}

fn edit_of(
    workspace: &Workspace,
    stored: &Stored,
    request: &ResumeRequest<'_>,
    talk: &mut dyn Talk,
) -> Result<Option<Edit>, OpError> {
    let file = request.file.clone().unwrap_or_else(|| stored.file());
    match look(workspace, stored, &file, request.environment) {
        Ok(File::Unchanged) => Ok(None),
        Ok(File::Gone(why)) => {
            talk.say(&format!("{why}; the run goes on with the workflow as it has it"));
            Ok(None)
        }
        Ok(File::Edited(edit)) => Ok(Some(*edit)),
        Err(error @ OpError::Workflow { .. }) => {
            talk.say(
                "the workflow was edited and has errors: put them right, or go on without the edit: `--as-stored`",
            );
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// What the user asked for, in terms of the run.
struct Asked {
    how: Resumption,
    redo: Vec<TaskPath>,
    refusal: Option<OpError>,
}

impl Asked {
    fn read(
        older: &Plan,
        newer: &Plan,
        state: &RunState,
        request: &ResumeRequest<'_>,
        retry: Option<&Retry>,
    ) -> Result<Self, OpError> {
        let paths = |texts: &[String]| -> Result<Vec<TaskPath>, OpError> {
            texts.iter().map(|text| named(newer, state, older, text)).collect()
        };
        let keep = paths(&request.keep)?;
        let mut redo = paths(&request.redo)?;
        if let Some(path) = keep.iter().find(|path| redo.contains(path)) {
            return Err(OpError::Usage(format!("`{path}` cannot be both kept and redone")));
        }
        let until = request.until.as_ref().map(|text| step_named(newer, text)).transpose()?;
        let mut how = Resumption { until, ..Resumption::default() };
        let mut refusal = None;
        if let Some(retry) = retry {
            let steps = paths(&retry.steps)?;
            steps.iter().try_for_each(|path| not_in_doubt(older, state, path))?;
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
fn not_in_doubt(plan: &Plan, state: &RunState, path: &TaskPath) -> Result<(), OpError> {
    let Some(index) = plan.index(&path.step) else { return Ok(()) };
    let tasks = state.steps[index].tasks.iter().filter(|task| path.item.is_none() || task.item == path.item);
    let doubtful = |task: &&TaskState| matches!(&task.phase, Phase::InDoubt { doubt, .. } if *doubt != Doubt::Changed);
    match tasks.into_iter().find(doubtful) {
        None => Ok(()),
        Some(task) => {
            let run = &state.started.run;
            Err(OpError::Usage(way_out(run, &format!("`{}` is in doubt", task.path(&path.step)))))
        }
    }
}

fn way_out(run: &RunId, why: &str) -> String {
    format!(
        "{why}. Nobody knows whether it took effect: `onramp resume {run} --as-stored` looks again, and `onramp resolve {run}` \
         tells what you found"
    )
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
    tasks.filter(|(path, done)| *done || state.task(plan, path).is_some_and(|task| task.kept.is_some())).collect()
}

fn is_done(task: &TaskState) -> bool {
    let answered = task.phase == Phase::Failed && task.answer.is_some();
    task.phase == Phase::Succeeded || task.kept.is_some() || answered
}

fn takes_effect_once(plan: &Plan, step: &StepId) -> bool {
    let step = plan.index(step).map(|index| &plan.steps[index]);
    step.is_some_and(|step| matches!(step.call.effect, Effect::Once | Effect::Keyed))
}

fn covers(named: &TaskPath, path: &TaskPath) -> bool {
    named.step == path.step && (named.item.is_none() || named.item == path.item)
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

/// To run again what the run would not touch by itself is what `retry` is for.
fn may_be_redone(ahead: &Preview, redo: &[TaskPath], run: &RunId) -> Result<(), OpError> {
    for path in redo {
        let mut tasks = ahead.tasks().filter(|(task, _)| covers(path, task));
        let homeless = ahead.homeless.iter().any(|task| covers(path, task));
        if !homeless && tasks.all(|(_, fate)| *fate == Fate::Kept) {
            let message =
                format!("`{path}` is done, and nothing touches it: `onramp retry {run} --step '{path}'` runs it again");
            return Err(OpError::Usage(message));
        }
    }
    Ok(())
}

/// Why a run must not go on like this.
fn refused(ahead: &Preview, run: &RunId) -> Option<OpError> {
    if let Some(path) = ahead.stranded.first() {
        let why = format!("`{path}` is in doubt, and the edited workflow has no place for what comes of it");
        return Some(OpError::Usage(way_out(run, &why)));
    }
    let held: Vec<TaskPath> = ahead.steps.iter().flat_map(held_of).collect();
    if !held.is_empty() {
        return Some(must_say(&held));
    }
    let path = ahead.homeless.first()?;
    let message = format!(
        "`{path}` took effect, and with the edited `matrix` it is another step: `--redo {}` does it again; nothing was changed",
        path.step
    );
    Some(OpError::Usage(message))
}

fn held_of(step: &StepPreview) -> Vec<TaskPath> {
    let held: Vec<TaskPath> =
        step.tasks.iter().filter(|(_, fate)| *fate == Fate::Held).map(|(path, _)| path.clone()).collect();
    if held.len() == step.tasks.len() { vec![TaskPath::step(step.id.clone())] } else { held }
}

fn must_say(paths: &[TaskPath]) -> OpError {
    let names: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
    let flags = |flag: &str| paths.iter().map(|path| format!("{flag} {}", quoted(path))).collect::<Vec<_>>().join(" ");
    OpError::Usage(format!(
        "{} took effect and would do so again. Say for each whether what it did stands or it is done once \
         more: {}, or {}. Nothing was changed",
        names.join(", "),
        flags("--keep"),
        flags("--redo")
    ))
}

/// As a shell takes it.
fn quoted(path: &TaskPath) -> String {
    if path.item.is_some() { format!("'{path}'") } else { path.to_string() }
}
