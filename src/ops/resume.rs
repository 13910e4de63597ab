//! Goes on with all that is unfinished in a run, with the workflow as its file is now; or tells what that would mean.

use std::path::PathBuf;

use super::asked::Retry;
use super::attach::Console;
use super::go_on::{go_on, is_done, open, say_done, troubles};
use super::prepare::{Prepared, prepare};
use super::run::RunOutcome;
use super::stored::{Stored, restore, sealing_key};
use super::surroundings::same_surroundings;
use super::teardown::refuse_torn_down;
use super::{OpError, Workspace};
use crate::plan::compare;
use crate::report::Rerun;
use crate::run::{RunStatus, at_rest};
use crate::workflow::Money;

pub struct ResumeRequest<'a> {
    /// An id, the beginning of one, or `last`.
    pub run: String,
    pub environment: &'a (dyn Fn(&str) -> Option<String> + Sync),
    pub base_url: Option<String>,
    /// Go on with the workflow as the run has it, whatever became of its file.
    pub as_stored: bool,
    /// Steps and items that took effect and are left at that.
    pub keep: Vec<String>,
    /// Steps and items that take effect once more.
    pub redo: Vec<String>,
    /// What the run may spend from now on, all that it spent before included; `None` leaves it as it was.
    pub allow_spend: Option<Money>,
    /// Only this step and what it needs.
    pub until: Option<String>,
    /// Where the workflow's file is now; `None` if it is where it was.
    pub file: Option<PathBuf>,
    /// Troubles to inject, as `fail:STEP`.
    pub inject: Vec<String>,
    /// No other copy of the run did anything, whatever speaks for that.
    pub trust_checkpoint: bool,
}

impl<'a> ResumeRequest<'a> {
    /// Goes on with `run` as it is.
    pub fn new(run: String, environment: &'a (dyn Fn(&str) -> Option<String> + Sync)) -> Self {
        Self {
            run,
            environment,
            base_url: None,
            as_stored: false,
            keep: Vec::new(),
            redo: Vec::new(),
            allow_spend: None,
            until: None,
            file: None,
            inject: Vec::new(),
            trust_checkpoint: false,
        }
    }
}

pub struct RetryRequest<'a> {
    pub resume: ResumeRequest<'a>,
    /// Steps and items that run again although they have ended.
    pub steps: Vec<String>,
    /// And all that waits for them.
    pub downstream: bool,
}

/// Whom a use case tells what the user should know before the first step.
pub trait Talk: Send {
    fn say(&mut self, text: &str);

    /// What an edit, or running steps again, means for each step.
    fn announce(&mut self, rerun: &Rerun);
}

/// Resumes a run until it stands still again. One that has succeeded is left as it is.
pub async fn resume(
    workspace: &Workspace,
    request: ResumeRequest<'_>,
    console: Console,
    talk: &mut dyn Talk,
) -> Result<RunOutcome, OpError> {
    let (run, writer, stored) = open(workspace, &request.run, talk)?;
    go_on(workspace, &run, (writer, stored), &request, None, console, talk).await
}

/// Runs steps again, also of a run that has succeeded, and goes on with what is unfinished.
pub async fn retry(
    workspace: &Workspace,
    request: RetryRequest<'_>,
    console: Console,
    talk: &mut dyn Talk,
) -> Result<RunOutcome, OpError> {
    let RetryRequest { resume, steps, downstream } = request;
    let (run, writer, stored) = open(workspace, &resume.run, talk)?;
    let retry = Retry { steps, downstream };
    go_on(workspace, &run, (writer, stored), &resume, Some(&retry), console, talk).await
}

/// What would become of each step, and why it would be refused all the same.
pub type Rehearsal = (Rerun, Option<OpError>);

/// What a resume would do, without doing it.
pub fn rehearse(workspace: &Workspace, request: &ResumeRequest<'_>, talk: &mut dyn Talk) -> Result<Rehearsal, OpError> {
    rehearsal(workspace, request, None, talk)
}

/// The same for a retry.
pub fn rehearse_retry(
    workspace: &Workspace,
    request: RetryRequest<'_>,
    talk: &mut dyn Talk,
) -> Result<Rehearsal, OpError> {
    let RetryRequest { resume, steps, downstream } = request;
    rehearsal(workspace, &resume, Some(&Retry { steps, downstream }), talk)
}

fn rehearsal(
    workspace: &Workspace,
    request: &ResumeRequest<'_>,
    retry: Option<&Retry>,
    talk: &mut dyn Talk,
) -> Result<Rehearsal, OpError> {
    let run = workspace.find(&request.run)?;
    let stored = restore(workspace, workspace.load(&run, &sealing_key(workspace)?)?)?;
    if stored.state.status == RunStatus::Running && workspace.is_locked(&run)? {
        return Err(OpError::Usage(format!("run {run} goes on right now; look again when it stands still")));
    }
    stored.warnings.iter().for_each(|warning| talk.say(warning));
    refuse_torn_down(workspace, &stored.plan, &stored.state)?;
    if retry.is_none() && is_done(workspace, &stored, request)? {
        let edited = say_done(workspace, &stored, request, talk);
        let unchanged = compare(&stored.plan, &stored.plan);
        let stands = at_rest(&stored.plan, &stored.state);
        return Ok((Rerun::new(&stored.state.started, edited, &unchanged, &stands), None));
    }
    let Prepared { edit, rerun, refusal, .. } = prepare(workspace, &stored, request, retry, talk)?;
    let Stored { plan, state, .. } = stored;
    let going_on = edit.as_ref().map_or(&plan, |edit| &edit.plan);
    let refusal = refusal.or_else(|| same_surroundings(&plan, &state.started, request).err());
    Ok((rerun, refusal.or_else(|| troubles(going_on, &state, request, talk).err())))
}
