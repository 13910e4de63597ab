//! Goes on with all that is unfinished in a run.

use super::attach::{Console, host};
use super::inject::injection;
use super::run::RunOutcome;
use super::stored::{Stored, restore, sealing_key};
use super::surroundings::{MAILBOX_VARIABLE, mailbox_url, revive};
use super::teardown::refuse_torn_down;
use super::{OpError, Workspace};
use crate::engine;
use crate::http::origin;
use crate::mail::Mailbox;
use crate::plan::Plan;
use crate::run::{Resumption, RunState, RunStatus};

pub struct ResumeRequest<'a> {
    /// An id, the beginning of one, or `last`.
    pub run: String,
    pub environment: &'a (dyn Fn(&str) -> Option<String> + Sync),
    pub base_url: Option<String>,
    /// Troubles to inject, as `fail:STEP`.
    pub inject: Vec<String>,
}

/// Resumes a run until it stands still again. One that has succeeded is left as it is.
pub async fn resume(
    workspace: &Workspace,
    request: ResumeRequest<'_>,
    console: Console,
    say: &mut (dyn FnMut(&str) + Send),
) -> Result<RunOutcome, OpError> {
    let store = workspace.open();
    let run = store.find(&request.run)?;
    let (writer, loaded) = store.resume(&run, &sealing_key(workspace)?, &workspace.holder())?;
    let Stored { plan, mut state, warnings, .. } = restore(workspace, loaded)?;
    warnings.iter().for_each(|warning| say(warning));
    refuse_torn_down(&plan, &state)?;
    let dir = store.run_dir(&run);
    if state.status == RunStatus::Succeeded {
        say(&format!("run {run} has succeeded already; nothing is left to do"));
        return Ok(RunOutcome { plan, state, dir });
    }
    same_surroundings(&plan, &state, &request)?;
    let settings = &state.started.settings;
    let injection = injection(&plan, settings.sandbox, &settings.base_url, &request.inject, say)?;
    let sandbox = revive(workspace, &run, &state.started.settings).await?;
    let mut host = host(workspace, plan.clone(), &state, writer, console)?;
    host.inject(injection);
    engine::resume(&plan, &mut state, Resumption::default(), &mut host).await?;
    if let Some(sandbox) = sandbox {
        sandbox.stop().await;
    }
    Ok(RunOutcome { plan, state, dir })
}

/// Base URL and mailbox are part of a run: what it did at one service cannot go on at another.
pub(super) fn same_surroundings(plan: &Plan, state: &RunState, request: &ResumeRequest<'_>) -> Result<(), OpError> {
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
    let stored = mailbox_url(&plan.workflow, &state.started.secrets);
    let place = |url: &str| Mailbox::parse(url).ok().map(|mailbox| mailbox.to_string());
    match (stored, (request.environment)(MAILBOX_VARIABLE)) {
        (Some(stored), Some(given)) if !settings.sandbox && place(stored) != place(&given) => {
            let message = format!(
                "run {run} waits at another mailbox than {MAILBOX_VARIABLE} names; unset it, or start a new run"
            );
            Err(OpError::Usage(message))
        }
        _ => Ok(()),
    }
}
