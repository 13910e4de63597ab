//! Goes on with all that is unfinished in a run, with the workflow as its file is now.

use std::path::PathBuf;
use std::sync::Arc;

use super::attach::{Console, host_of};
use super::edit::{Edit, File, look};
use super::inject::injection;
use super::prepare::{Prepared, Retry, prepare};
use super::run::RunOutcome;
use super::stored::{Stored, restore, sealing_key};
use super::surroundings::{MAILBOX_VARIABLE, mailbox, revive};
use super::takeover::takeover;
use super::teardown::refuse_torn_down;
use super::{OpError, Workspace};
use crate::engine;
use crate::http::origin;
use crate::id::{RunId, TaskPath};
use crate::mail::Mailbox;
use crate::plan::{Plan, Undo};
use crate::report::Rerun;
use crate::run::{Phase, Resumption, RunState, RunStatus, TaskState};
use crate::secret::{Data, Datum};
use crate::store::RunWriter;

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
    let store = workspace.open();
    let run = store.find(&request.run)?;
    let stored = restore(workspace, store.read(&run, &sealing_key(workspace)?)?)?;
    if stored.state.status == RunStatus::Running && store.is_locked(&run)? {
        return Err(OpError::Usage(format!("run {run} goes on right now; look again when it stands still")));
    }
    stored.warnings.iter().for_each(|warning| talk.say(warning));
    refuse_torn_down(&stored.plan, &stored.state)?;
    let Prepared { rerun, refusal, .. } = prepare(workspace, &stored, request, retry, talk)?;
    Ok((rerun, refusal))
}

pub(super) fn open(
    workspace: &Workspace,
    wanted: &str,
    talk: &mut dyn Talk,
) -> Result<(RunId, RunWriter, Stored), OpError> {
    let store = workspace.open();
    let run = store.find(wanted)?;
    let (writer, loaded) = store.resume(&run, &sealing_key(workspace)?, &workspace.holder())?;
    let stored = restore(workspace, loaded)?;
    stored.warnings.iter().for_each(|warning| talk.say(warning));
    Ok((run, writer, stored))
}

pub(super) async fn go_on(
    workspace: &Workspace,
    run: &RunId,
    (mut writer, stored): (RunWriter, Stored),
    request: &ResumeRequest<'_>,
    retry: Option<&Retry>,
    console: Console,
    talk: &mut dyn Talk,
) -> Result<RunOutcome, OpError> {
    let dir = workspace.open().run_dir(run);
    refuse_torn_down(&stored.plan, &stored.state)?;
    if stored.state.status == RunStatus::Succeeded && retry.is_none() {
        if !(request.keep.is_empty() && request.redo.is_empty()) {
            let message = format!("run {run} has succeeded: `onramp retry {run} --step STEP` runs steps again");
            return Err(OpError::Usage(message));
        }
        talk.say(&format!("run {run} has succeeded already; nothing is left to do"));
        if is_edited(workspace, &stored, request) {
            talk.say(&format!("its workflow was edited since: `onramp retry {run} --step STEP` runs steps again"));
        }
        return Ok(RunOutcome { plan: stored.plan, state: stored.state, dir });
    }
    let Prepared { how, edit, rerun, refusal } = prepare(workspace, &stored, request, retry, talk)?;
    if edit.is_some() || retry.is_some() || refusal.is_some() {
        talk.announce(&rerun);
    }
    if let Some(refusal) = refusal {
        return Err(refusal);
    }
    for task in how.again.iter().filter(|task| is_undone_by_its_step(&stored, task)) {
        talk.say(&format!(
            "`{task}` runs once more: what it made before is not undone by a teardown, only what it makes now"
        ));
    }
    let Stored { plan, mut state, suspicion, .. } = stored;
    let secrets = same_surroundings(&plan, &state, request)?;
    for secret in secrets.values() {
        console.mask.learn(secret);
        talk.say(&format!(
            "the mailbox is read with the password in {MAILBOX_VARIABLE}, which the run did not have before"
        ));
    }
    let Resumption { epoch, wary, trusted, .. } =
        takeover(workspace, run, suspicion.as_ref(), request.trust_checkpoint, &mut |text| talk.say(text))?;
    let how = Resumption { epoch, wary, trusted, secrets, ..how };
    let going_on = edit.as_ref().map_or(&plan, |edit| &edit.plan);
    let settings = &state.started.settings;
    let injection =
        injection(going_on, settings.sandbox, &settings.base_url, &request.inject, &mut |text| talk.say(text))?;
    let sandbox = revive(workspace, run, &state.started.settings).await?;
    engine::learn_state(&console.mask, &workspace.registry, &plan, &state);
    let plan = match edit {
        None => {
            let mut host = host_of(workspace, plan.clone(), &state.started, state.now, writer, console)?;
            host.inject(injection);
            engine::resume(&plan, &mut state, how, &mut host).await?;
            plan
        }
        Some(edit) => {
            let Edit { texts, plan: newer, mut replanned, .. } = edit;
            replanned.workflow = writer.keep_workflow(replanned.version, &texts)?;
            let started = replanned.onto(&state.started);
            let mut host = host_of(workspace, newer.clone(), &started, state.now, writer, console)?;
            host.inject(injection);
            engine::resume_edited(&plan, &newer, &mut state, how, replanned, &mut host).await?;
            Arc::clone(&newer)
        }
    };
    if let Some(sandbox) = sandbox {
        sandbox.stop().await;
    }
    Ok(RunOutcome { plan, state, dir })
}

/// Its outputs, by which its own `undo` would take it back, are about to be replaced.
fn is_undone_by_its_step(stored: &Stored, task: &TaskPath) -> bool {
    let step = stored.plan.index(&task.step).map(|index| (&stored.plan.steps[index], &stored.state.steps[index]));
    let made = |state: &TaskState| state.phase == Phase::Succeeded && (task.item.is_none() || state.item == task.item);
    step.is_some_and(|(step, state)| matches!(step.undo, Undo::Call(_)) && state.tasks.iter().any(made))
}

/// Whether the run's file has another text, with errors or without.
fn is_edited(workspace: &Workspace, stored: &Stored, request: &ResumeRequest<'_>) -> bool {
    let file = request.file.clone().unwrap_or_else(|| stored.file());
    let found = look(workspace, stored, &file, request.environment);
    !request.as_stored && !matches!(found, Ok(File::Unchanged | File::Gone(_)))
}

/// Base URL and mailbox are part of a run: what it did at one service cannot go on at another. Another password of the same
/// mailbox is a correction: the secret is given anew.
pub(super) fn same_surroundings(plan: &Plan, state: &RunState, request: &ResumeRequest<'_>) -> Result<Data, OpError> {
    let settings = &state.started.settings;
    let run = &state.started.run;
    if let Some(given) = &request.base_url
        && !settings.sandbox
        && origin(given) != origin(&settings.base_url)
    {
        // A password inside of what was given is not repeated.
        let given = origin(given).unwrap_or_else(|| "something that is no URL".to_owned());
        let message = format!("run {run} belongs to {}; it cannot go on against {given}", settings.base_url);
        return Err(OpError::Usage(message));
    }
    let stored = mailbox(&plan.workflow, &state.started.secrets).filter(|_| !settings.sandbox);
    let (Some((name, stored)), Some(given)) = (stored, (request.environment)(MAILBOX_VARIABLE)) else {
        return Ok(Data::new());
    };
    let place = |url: &str| Mailbox::parse(url).ok().map(|mailbox| mailbox.to_string());
    if place(stored) != place(&given) {
        let message =
            format!("run {run} waits at another mailbox than {MAILBOX_VARIABLE} names; unset it, or start a new run");
        return Err(OpError::Usage(message));
    }
    let anew = (stored != given).then(|| (name.to_owned(), Datum::secret(given.into())));
    Ok(anew.into_iter().collect())
}
