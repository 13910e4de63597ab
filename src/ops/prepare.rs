//! From what the user asks of a stored run to how it goes on, or why it must not.

use super::asked::{Asked, Retry};
use super::edit::{Edit, File, look};
use super::refusal::{may_be_redone, refused, way_out};
use super::stored::Stored;
use super::{OpError, ResumeRequest, Talk, Workspace};
use crate::plan::compare;
use crate::report::Rerun;
use crate::run::{Preview, Resumption, RunStatus, preview};

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
