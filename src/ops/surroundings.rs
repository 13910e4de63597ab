//! What a run is pointed at: the service itself, or an embedded sandbox that plays it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{OpError, ResumeRequest, Workspace};
use crate::http::origin;
use crate::mail::Mailbox;
use crate::plan::Plan;
use crate::run::{RunStarted, unique_name};
use crate::sandbox::{self, Options, Sandbox};
use crate::secret::{Data, Datum};
use crate::workflow::Workflow;

/// The variable whose value `--sandbox` replaces with the sandbox's own mailbox.
pub const MAILBOX_VARIABLE: &str = "ONRAMP_MAILBOX_URL";

/// The service that a workflow without a base URL is run against.
pub const DEFAULT_BASE_URL: &str = "https://modelslab.com";

/// Its own, whatever runs of the same name there are in other stores.
fn state_of(workspace: &Workspace, run: &RunStarted) -> Result<PathBuf, OpError> {
    let homeless = || OpError::Usage("a sandbox needs a folder: HOME is not set; set it, or XDG_STATE_HOME".to_owned());
    Ok(workspace.sandboxes.as_ref().ok_or_else(homeless)?.join(unique_name(run)))
}

/// Starts the sandbox of a run; again with the state and the ports that it had.
pub(super) async fn start(workspace: &Workspace, run: &RunStarted) -> Result<Sandbox, OpError> {
    let state = state_of(workspace, run)?;
    let options = Options { state: Some(state), clock: workspace.clock.clone(), ..Options::default() };
    Ok(Sandbox::start(options).await?)
}

/// The sandbox that a stored run needs, if it was started with one.
pub(super) async fn revive(workspace: &Workspace, run: &RunStarted) -> Result<Option<Sandbox>, OpError> {
    if !run.settings.sandbox {
        return Ok(None);
    }
    let state = state_of(workspace, run)?;
    if !state.exists() {
        let message = format!(
            "the sandbox of run {} is gone: its state was in {}. A run cannot go on against another; start a new one",
            run.run,
            state.display()
        );
        return Err(OpError::Usage(message));
    }
    let sandbox = start(workspace, run).await?;
    if sandbox.ready().base_url != run.settings.base_url {
        let (now, then) = (&sandbox.ready().base_url, &run.settings.base_url);
        let message = format!("the sandbox came up at {now}, not at {then}");
        return Err(OpError::Usage(message));
    }
    Ok(Some(sandbox))
}

/// Whether the sandbox of a run kept anything.
pub(super) fn is_kept(workspace: &Workspace, run: &RunStarted) -> bool {
    run.settings.sandbox && state_of(workspace, run).is_ok_and(|state| state.exists())
}

/// Removes what the sandbox of a run kept. Says whether there was anything.
pub(super) fn forget(workspace: &Workspace, run: &RunStarted) -> Result<bool, OpError> {
    Ok(is_kept(workspace, run) && sandbox::forget(&state_of(workspace, run)?, &run.settings.base_url)?)
}

/// Ends the sandbox of a run that came to nothing, and removes what it kept.
pub(super) async fn take_back(workspace: &Workspace, run: &RunStarted, sandbox: Sandbox) {
    sandbox.stop().await;
    if let Err(error) = forget(workspace, run) {
        tracing::warn!(%error, "a sandbox that no run needs could not be removed");
    }
}

/// The mailbox among a run's secrets: the one that the workflow reads from [`MAILBOX_VARIABLE`].
pub(super) fn mailbox_url<'a>(workflow: &'a Workflow, secrets: &'a Data) -> Option<&'a str> {
    mailbox(workflow, secrets).map(|(_, url)| url)
}

/// The same with the name of the secret.
fn mailbox<'a>(workflow: &'a Workflow, secrets: &'a Data) -> Option<(&'a str, &'a str)> {
    let secret = workflow.secrets.iter().find(|secret| secret.env.as_deref() == Some(MAILBOX_VARIABLE))?;
    Some((secret.name.as_str(), secrets.get(secret.name.as_str())?.expose().as_str()?))
}

/// The environment as a sandbox run sees it: the mailbox is the sandbox's, and nothing else is set.
pub(super) fn overrides(sandbox: &Sandbox) -> BTreeMap<String, String> {
    BTreeMap::from([(MAILBOX_VARIABLE.to_owned(), sandbox.ready().mailbox.clone())])
}

/// A run of a sandbox goes on with one, and no other does. `what` it is, `run` or `fleet`, gets another name by `flag`.
pub(super) fn same_kind_of_service(
    started: &RunStarted,
    (what, flag): (&str, &str),
    sandbox: bool,
) -> Result<(), OpError> {
    let how = match (started.settings.sandbox, sandbox) {
        (true, false) => "with `--sandbox`: say so again",
        (false, true) => "without `--sandbox`: leave it out",
        _ => return Ok(()),
    };
    let run = &started.run;
    Err(OpError::Usage(format!("{what} {run} was started {how} to go on with it, or give this one another `{flag}`")))
}

/// Base URL and mailbox are part of a run: what it did at one service cannot go on at another. Another password of the same
/// mailbox is a correction: the secret is given anew.
pub(super) fn same_surroundings(
    plan: &Plan,
    started: &RunStarted,
    request: &ResumeRequest<'_>,
) -> Result<Data, OpError> {
    let settings = &started.settings;
    let run = &started.run;
    if let Some(given) = &request.base_url
        && !settings.sandbox
        && origin(given) != origin(&settings.base_url)
    {
        // A password inside of what was given is not repeated.
        let given = origin(given).unwrap_or_else(|| "something that is no URL".to_owned());
        let message = format!("run {run} belongs to {}; it cannot go on against {given}", settings.base_url);
        return Err(OpError::Usage(message));
    }
    let stored = mailbox(&plan.workflow, &started.secrets).filter(|_| !settings.sandbox);
    let (Some((name, stored)), Some(given)) = (stored, (request.environment)(MAILBOX_VARIABLE)) else {
        return Ok(Data::new());
    };
    let place = |url: &str| Mailbox::parse(url).ok().map(|mailbox| mailbox.to_string());
    if place(stored) != place(&given) {
        let message = format!(
            "run {run} waits at another mailbox than {MAILBOX_VARIABLE} or your profile names; take that of the run, or start \
             a new run"
        );
        return Err(OpError::Usage(message));
    }
    let anew = (stored != given).then(|| (name.to_owned(), Datum::secret(given.into())));
    Ok(anew.into_iter().collect())
}
