//! From what the user asks of a stored run to how it goes on, or why it must not.

use std::sync::Arc;

use super::asked::{Asked, Retry, is_done, once_more, takes_effect_once};
use super::edit::{Edit, File, look};
use super::recall::recalling_all;
use super::refusal::{may_be_redone, refused, way_out};
use super::spend::{goes_on, may_spend};
use super::stored::Stored;
use super::unstored::given_anew;
use super::{OpError, ResumeRequest, Talk, Workspace};
use crate::id::{StepId, TaskPath};
use crate::plan::{Comparison, Plan, compare};
use crate::report::Rerun;
use crate::run::{Preview, Resumption, RunState, RunStatus, preview};
use crate::secret::Data;

pub(super) struct Prepared {
    pub how: Resumption,
    pub edit: Option<Edit>,
    pub rerun: Rerun,
    /// Secrets that are not stored.
    pub unstored: Data,
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
    let mut edit = if as_stored { None } else { edit_of(workspace, stored, request, talk)? };
    let (older, state) = (&*stored.plan, &stored.state);
    let newer = edit.as_ref().map_or_else(|| Arc::clone(&stored.plan), |edit| Arc::clone(&edit.plan));
    let newer = &*newer;
    let asked = Asked::read(workspace, (older, newer), state, request, retry)?;
    if let Some(edit) = &mut edit {
        // Who has a whole step done once more has its new items done.
        edit.replanned.succession.retain(|step| !asked.redo.contains(&TaskPath::step(step.clone())));
    }
    let replanned = edit.as_ref().map(|edit| &edit.replanned);
    let look_ahead = |how: &Resumption| {
        preview(older, newer, state, how, replanned)
            .map_err(|why| OpError::Usage(way_out(workspace, &state.started.run, &why)))
    };
    let mut how = asked.how.clone();
    let is_over = state.status == RunStatus::Succeeded && how.again.is_empty();
    let mut ahead = if is_over {
        Preview::default()
    } else {
        let before = look_ahead(&how)?;
        may_be_redone(workspace, &before, &asked.redo, &state.started.run)?;
        let known = asked.redo.iter().filter(|path| older.index(&path.step).is_some());
        how.again.extend(known.flat_map(|path| once_more(path, &before, older, state)));
        look_ahead(&how)?
    };
    if is_over && retry.is_some() {
        let message = "the run has succeeded and takes no new steps: start a new run of the edited workflow";
        return Err(OpError::Usage(message.to_owned()));
    }
    let comparison = edit.as_ref().map_or_else(|| compare(older, newer), |edit| edit.comparison.clone());
    let is_meant = |step: &StepId| asked.redo.iter().any(|path| newer.whole(&path.step).contains(step));
    ahead.homeless.retain(|path| !is_meant(&path.step));
    ahead.renamed = renamed(&recalling_all(workspace, stored), newer, &comparison, &ahead, state);
    ahead.renamed.retain(|(_, step)| !is_meant(step));
    let rerun = Rerun::new(&state.started, edit.is_some(), &comparison, &ahead);
    let refusal = asked.refusal.or_else(|| refused(workspace, &ahead, &state.started.run));
    let mut unstored = Data::new();
    let refusal = match refusal {
        None if !is_over => {
            let mut started =
                edit.as_ref().map_or_else(|| (*state.started).clone(), |edit| edit.replanned.onto(&state.started));
            started.settings.allow_spend = how.allow_spend.or(started.settings.allow_spend);
            let is_open = |step: &StepId| goes_on(&ahead, step);
            let given = given_anew(newer, &started, request.environment, &is_open).map(|given| unstored = given);
            may_spend(workspace, newer, &started, how.until.as_ref(), &is_open).and(given).err()
        }
        refusal => refusal,
    };
    Ok(Prepared { how, edit, rerun, unstored, refusal })
}

/// Steps that took effect once and are gone, by this edit or an earlier one, and new ones that would do it again. `known` has
/// all that the run knows of.
fn renamed(
    known: &Plan,
    newer: &Plan,
    comparison: &Comparison,
    ahead: &Preview,
    state: &RunState,
) -> Vec<(StepId, StepId)> {
    let removed = |id: &StepId| state.removed.iter().find(|step| step.id == *id);
    let went_before =
        |gone: &StepId| removed(gone).is_some_and(|step| step.tasks.iter().chain(&step.former).any(is_done));
    let mut renamed = if state.removed.is_empty() { comparison.renamed.clone() } else { compare(known, newer).renamed };
    renamed.retain(|(gone, new)| {
        let done = ahead.remains.contains(gone) || went_before(gone);
        done && takes_effect_once(known, gone) && removed(new).is_none()
    });
    renamed
}

fn edit_of(
    workspace: &Workspace,
    stored: &Stored,
    request: &ResumeRequest<'_>,
    talk: &mut dyn Talk,
) -> Result<Option<Edit>, OpError> {
    let Some(file) = request.file.clone().or_else(|| stored.file()) else { return Ok(None) };
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
