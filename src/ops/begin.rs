//! What a new run begins with: its name, its inputs and secrets, and where it is pointed at.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::asked::step_named;
use super::base_url::base_url_of;
use super::inject::injection;
use super::mailbox::usable;
use super::named;
use super::random::{draw, word};
use super::resume::Talk;
use super::run::{DEFAULT_SETTLE, RunRequest};
use super::spend::may_spend;
use super::surroundings::{self, DEFAULT_BASE_URL};
use super::{OpError, Workspace, unstored};
use crate::clock::Timestamp;
use crate::engine::Injection;
use crate::entropy::Entropy;
use crate::http::origin;
use crate::id::RunId;
use crate::mail::Mailbox;
use crate::plan::Plan;
use crate::run::{RunStarted, Settings};
use crate::sandbox::Sandbox;
use crate::secret::{Data, Secret};
use crate::store::Key;
use crate::workflow::{Given, Workflow, bind, bind_secrets};

pub(super) struct Beginning {
    pub at: Timestamp,
    pub started: RunStarted,
    pub key: Key,
    pub injection: Injection,
    /// Secrets that are not stored.
    pub unstored: Data,
    /// The service that is up by now, if it is an embedded one.
    pub sandbox: Option<Sandbox>,
}

/// Puts a run together from what the user asked for and `inputs`. Nothing has been stored yet.
pub(super) async fn begin(
    workspace: &Workspace,
    plan: &Plan,
    inputs: &BTreeMap<String, Given>,
    request: &RunRequest<'_>,
    talk: &mut dyn Talk,
) -> Result<Beginning, OpError> {
    let (workflow, entropy) = (&plan.workflow, workspace.entropy.as_ref());
    let until = request.until.as_ref().map(|step| step_named(plan, step)).transpose()?;
    let (inputs, secrets) = given(workspace, workflow, inputs, request)?;
    // What an earlier run found out was typed by nobody.
    let typed_origins = typed_origins(&inputs, &request.inputs);
    let base_url = request.base_url.as_deref().unwrap_or(DEFAULT_BASE_URL);
    let injection = injection(plan, request.sandbox, base_url, &request.inject, &mut |text| talk.say(text))?;
    let key = workspace.own_key()?;
    let at = workspace.clock.now();
    let run = match &request.id {
        Some(name) => named::id(name)?,
        None => new_id(at, entropy)?,
    };
    let (name, seed) = (workflow.name.clone(), seed(entropy)?);
    let settings = settings(request, typed_origins)?;
    let mut started = RunStarted { run, workflow: name, seed, secrets, inputs, settings, until };
    may_spend(workspace, plan, &started, started.until.as_ref(), &|_| true)?;
    let sandbox = match request.sandbox {
        true => Some(in_sandbox(workspace, workflow, &mut started, request, talk).await?),
        false => None,
    };
    let unstored = unstored::taken_from(&mut started.secrets, plan);
    Ok(Beginning { at, started, key, injection, unstored, sandbox })
}

/// Sorts by time, is unlikely to meet another, and can be read aloud: `20261122-013405-k7qz2m`.
fn new_id(now: Timestamp, entropy: &dyn Entropy) -> Result<RunId, OpError> {
    let tail = word(entropy, 6)?;
    let time = DateTime::<Utc>::from_timestamp_millis(now.as_millis()).unwrap_or_default();
    RunId::new(&format!("{}-{tail}", time.format("%Y%m%d-%H%M%S"))).map_err(|error| OpError::Usage(error.to_string()))
}

pub(super) fn seed(entropy: &dyn Entropy) -> Result<Secret<Vec<u8>>, OpError> {
    let mut seed = vec![0u8; 32];
    draw(entropy, &mut seed)?;
    Ok(Secret::new(seed))
}

/// Inputs and secrets as the user gave them; what is wrong with either is told together. With a sandbox the environment is
/// not asked for secrets: real ones have no business there.
fn given(
    workspace: &Workspace,
    workflow: &Workflow,
    inputs: &BTreeMap<String, Given>,
    request: &RunRequest<'_>,
) -> Result<(Data, Data), OpError> {
    let inputs = bind(workflow, inputs, request.sandbox);
    let secrets = match request.sandbox {
        true => Ok(Data::new()),
        false => bind_secrets(workflow, request.environment, false, &BTreeMap::new()),
    };
    match (inputs, secrets) {
        (Ok(inputs), Ok(secrets)) => check_mailbox(workspace, workflow, &secrets).map(|()| (inputs, secrets)),
        (inputs, secrets) => {
            let errors = [inputs.err(), secrets.err()].into_iter().flatten().flatten();
            Err(OpError::Inputs(errors.collect()))
        }
    }
}

/// A mailbox that cannot be one is found out now, and not after an account was made.
pub(super) fn check_mailbox(workspace: &Workspace, workflow: &Workflow, secrets: &Data) -> Result<(), OpError> {
    let Some(url) = surroundings::mailbox_url(workflow, secrets) else { return Ok(()) };
    usable(workspace, url).map(drop)
}

/// Where the URLs and mailboxes among the `given` inputs lead. A default of the workflow file was typed by its author.
pub(super) fn typed_origins(inputs: &Data, given: &BTreeMap<String, Given>) -> Vec<String> {
    let typed = inputs.iter().filter(|(name, _)| given.contains_key(*name));
    let texts = typed.filter_map(|(_, datum)| datum.expose().as_str());
    texts
        .filter_map(|text| Mailbox::parse(text).map(|mailbox| mailbox.origin()).ok().or_else(|| origin(text)))
        .collect()
}

/// Starts the sandbox of a run and points the run at it.
pub(super) async fn in_sandbox(
    workspace: &Workspace,
    workflow: &Workflow,
    started: &mut RunStarted,
    request: &RunRequest<'_>,
    talk: &mut dyn Talk,
) -> Result<Sandbox, OpError> {
    let sandbox = surroundings::start(workspace, started).await?;
    started.settings.base_url.clone_from(&sandbox.ready().base_url);
    match sandbox_secrets(workflow, &sandbox) {
        Ok(secrets) => started.secrets = secrets,
        Err(error) => {
            surroundings::take_back(workspace, started, sandbox).await;
            return Err(error);
        }
    }
    talk.say(&format!("sandbox at {}", sandbox.ready().base_url));
    talk.say("base URL, mailbox, secrets and proxy of the environment are not used");
    if request.base_url.is_some() {
        talk.say("the base URL that you gave is not used either");
    }
    Ok(sandbox)
}

fn sandbox_secrets(workflow: &Workflow, sandbox: &Sandbox) -> Result<Data, OpError> {
    let overrides = surroundings::overrides(sandbox);
    let secrets = bind_secrets(workflow, &|name| overrides.get(name).cloned(), true, &BTreeMap::new());
    secrets.map_err(OpError::Inputs)
}

/// Where a sandbox is found is known when it is up.
pub(super) fn settings(request: &RunRequest<'_>, typed_origins: Vec<String>) -> Result<Settings, OpError> {
    let base_url = match request.sandbox {
        true => String::new(),
        false => base_url_of(request.base_url.as_deref())?,
    };
    Ok(Settings {
        base_url,
        sandbox: request.sandbox,
        settle: request.settle.unwrap_or(DEFAULT_SETTLE),
        allow_hosts: request.allow_hosts.clone(),
        typed_origins,
        allow_spend: request.allow_spend,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Datum;

    #[test]
    fn an_origin_is_typed_only_if_its_input_was_given() {
        let text = |text: &str| Datum::from(serde_json::Value::from(text));
        let inputs = Data::from([
            ("by_default".to_owned(), text("https://default.test/")),
            ("url".to_owned(), text("https://typed.test/x")),
            ("mailbox".to_owned(), text("imaps://a:b@mail.test/INBOX")),
            ("name".to_owned(), text("ada")),
        ]);
        let given = ["url", "mailbox", "name"].map(|name| (name.to_owned(), Given::Text(String::new())));
        let typed = typed_origins(&inputs, &BTreeMap::from(given));
        assert_eq!(typed, ["imaps://mail.test:993", "https://typed.test:443"]);
    }
}
