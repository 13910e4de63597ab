//! What a run is pointed at: the service itself, or an embedded sandbox that plays it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{OpError, Workspace};
use crate::id::RunId;
use crate::run::Settings;
use crate::sandbox::{self, Options, Sandbox};
use crate::secret::Data;
use crate::workflow::Workflow;

/// The variable whose value `--sandbox` replaces with the sandbox's own mailbox.
pub const MAILBOX_VARIABLE: &str = "ONRAMP_MAILBOX_URL";

/// The service that a workflow without a base URL is run against.
pub const DEFAULT_BASE_URL: &str = "https://modelslab.com";

fn state_of(workspace: &Workspace, run: &RunId) -> Result<PathBuf, OpError> {
    let homeless = || OpError::Usage("a sandbox needs a folder: HOME is not set; set it, or XDG_STATE_HOME".to_owned());
    Ok(workspace.sandboxes.as_ref().ok_or_else(homeless)?.join(run.as_str()))
}

/// Starts the sandbox of a run; again with the state and the ports that it had.
pub(super) async fn start(workspace: &Workspace, run: &RunId) -> Result<Sandbox, OpError> {
    let state = state_of(workspace, run)?;
    let options = Options { state: Some(state), clock: workspace.clock.clone(), ..Options::default() };
    Ok(Sandbox::start(options).await?)
}

/// The sandbox that a stored run needs, if it was started with one.
pub(super) async fn revive(
    workspace: &Workspace,
    run: &RunId,
    settings: &Settings,
) -> Result<Option<Sandbox>, OpError> {
    if !settings.sandbox {
        return Ok(None);
    }
    let state = state_of(workspace, run)?;
    if !state.exists() {
        let message = format!(
            "the sandbox of run {run} is gone: its state was in {}. A run cannot go on against another; start a new one",
            state.display()
        );
        return Err(OpError::Usage(message));
    }
    let sandbox = start(workspace, run).await?;
    if sandbox.ready().base_url != settings.base_url {
        let message = format!("the sandbox came up at {}, not at {}", sandbox.ready().base_url, settings.base_url);
        return Err(OpError::Usage(message));
    }
    Ok(Some(sandbox))
}

/// Whether the sandbox of a run kept anything.
pub(super) fn is_kept(workspace: &Workspace, run: &RunId, settings: &Settings) -> bool {
    settings.sandbox && state_of(workspace, run).is_ok_and(|state| state.exists())
}

/// Removes what the sandbox of a run kept. Says whether there was anything.
pub(super) fn forget(workspace: &Workspace, run: &RunId, settings: &Settings) -> Result<bool, OpError> {
    Ok(is_kept(workspace, run, settings) && sandbox::forget(&state_of(workspace, run)?, &settings.base_url)?)
}

/// The mailbox among a run's secrets: the one that the workflow reads from [`MAILBOX_VARIABLE`].
pub(super) fn mailbox_url<'a>(workflow: &'a Workflow, secrets: &'a Data) -> Option<&'a str> {
    mailbox(workflow, secrets).map(|(_, url)| url)
}

/// The same with the name of the secret.
pub(super) fn mailbox<'a>(workflow: &'a Workflow, secrets: &'a Data) -> Option<(&'a str, &'a str)> {
    let secret = workflow.secrets.iter().find(|secret| secret.env.as_deref() == Some(MAILBOX_VARIABLE))?;
    Some((secret.name.as_str(), secrets.get(secret.name.as_str())?.expose().as_str()?))
}

/// The environment as a sandbox run sees it: the mailbox is the sandbox's, and nothing else is set.
pub(super) fn overrides(sandbox: &Sandbox) -> BTreeMap<String, String> {
    BTreeMap::from([(MAILBOX_VARIABLE.to_owned(), sandbox.ready().mailbox.clone())])
}
