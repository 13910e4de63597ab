//! Why a stored run must not go on as it was asked for, and what to ask for instead.

use super::{OpError, Workspace};
use crate::id::{RunId, TaskPath};
use crate::run::{Fate, Preview, StepPreview};

pub(super) fn way_out(workspace: &Workspace, run: &RunId, why: &str) -> String {
    format!(
        "{why}. Nobody knows whether it took effect: `{}` looks again, and `{}` tells what you found",
        workspace.command_line_with("resume", run, " --as-stored"),
        workspace.command_line("resolve", run)
    )
}

pub(super) fn not_to_be_kept(workspace: &Workspace, run: &RunId, path: &TaskPath) -> String {
    format!(
        "`{path}` is not known to have taken place, and `--keep` lets stand only what is: `{}` says that it did",
        workspace.command_line_with("resolve", run, &format!(" {} --done", quoted(path)))
    )
}

/// To run again what the run would not touch by itself is what `retry` is for.
pub(super) fn may_be_redone(
    workspace: &Workspace,
    ahead: &Preview,
    redo: &[TaskPath],
    run: &RunId,
) -> Result<(), OpError> {
    for path in redo {
        let mut tasks = ahead.tasks().filter(|(task, _)| covers(path, task));
        let homeless = ahead.homeless.iter().any(|task| covers(path, task));
        if !homeless && tasks.all(|(_, fate)| *fate == Fate::Kept) {
            let command = workspace.command_line_with("retry", run, &format!(" --step {}", quoted(path)));
            let message = format!("`{path}` is done, and nothing touches it: `{command}` runs it again");
            return Err(OpError::Usage(message));
        }
    }
    Ok(())
}

/// Why a run must not go on like this.
pub(super) fn refused(workspace: &Workspace, ahead: &Preview, run: &RunId) -> Option<OpError> {
    if let Some(path) = ahead.stranded.first() {
        let why = format!("`{path}` is in doubt, and the edited workflow has no place for what comes of it");
        return Some(OpError::Usage(way_out(workspace, run, &why)));
    }
    let held: Vec<TaskPath> = ahead.steps.iter().flat_map(held_of).collect();
    if !held.is_empty() {
        return Some(must_say(&held));
    }
    if let Some((gone, new)) = ahead.renamed.first() {
        let message = format!(
            "`{gone}` took effect, and `{new}` would do the same again: give the step its old name, or say that it is done once \
             more: `--redo {new}`; nothing was changed"
        );
        return Some(OpError::Usage(message));
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
    // An item that is new to the run cannot be named.
    let new = held.iter().any(|path| step.heirs.iter().any(|(heir, _)| heir == path));
    if new || held.len() == step.tasks.len() { vec![TaskPath::step(step.id.clone())] } else { held }
}

pub(super) fn must_say(paths: &[TaskPath]) -> OpError {
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
pub(super) fn quoted(path: &TaskPath) -> String {
    if path.item.is_some() { format!("'{path}'") } else { path.to_string() }
}

/// Whether `path` is the task that is named, or one of the step's.
pub(super) fn covers(named: &TaskPath, path: &TaskPath) -> bool {
    named.step == path.step && (named.item.is_none() || named.item == path.item)
}
