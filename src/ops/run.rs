//! Runs a workflow from its beginning.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use url::Url;

use super::attach::{Console, host};
use super::inject::injection;
use super::inputs_from::with_outputs;
use super::named;
use super::prepare::step_named;
use super::random::{draw, word};
use super::resume::Talk;
use super::surroundings::{self, DEFAULT_BASE_URL, MAILBOX_VARIABLE};
use super::{OpError, Workspace, validate};
use crate::clock::Timestamp;
use crate::engine::drive;
use crate::entropy::Entropy;
use crate::http::{is_loopback, origin};
use crate::id::RunId;
use crate::mail::Mailbox;
use crate::plan::Plan;
use crate::run::{Entry, Fact, RunStarted, RunState, Settings};
use crate::sandbox::Sandbox;
use crate::secret::{Data, Secret};
use crate::store::{NewRun, Origin};
use crate::workflow::{Given, Workflow, bind, bind_secrets};

/// How long after the last byte a probe may look, if nobody says otherwise: a late request may still land.
pub const DEFAULT_SETTLE: Duration = Duration::from_secs(5);

pub struct RunRequest<'a> {
    pub file: PathBuf,
    pub inputs: BTreeMap<String, Given>,
    /// An earlier run whose outputs are inputs, where `inputs` has none of that name.
    pub inputs_from: Option<String>,
    /// Reads an environment variable, for secrets.
    pub environment: &'a (dyn Fn(&str) -> Option<String> + Sync),
    pub sandbox: bool,
    pub base_url: Option<String>,
    pub settle: Option<Duration>,
    pub allow_hosts: Vec<String>,
    /// Troubles to inject, as `fail:STEP`.
    pub inject: Vec<String>,
    /// The run's name. If there is one of that name, it is resumed, or shown if it is done.
    pub id: Option<String>,
    /// Only this step and what it needs.
    pub until: Option<String>,
}

/// A run that stands still.
pub struct RunOutcome {
    pub plan: Arc<Plan>,
    pub state: RunState,
    /// Where the run's files are.
    pub dir: PathBuf,
}

/// Runs a workflow until it stands still.
pub async fn run(
    workspace: &Workspace,
    request: RunRequest<'_>,
    console: Console,
    talk: &mut dyn Talk,
) -> Result<RunOutcome, OpError> {
    let (texts, plan) = validate(workspace, &request.file)?.into_plan()?;
    let workflow = &plan.workflow;
    let until = request.until.as_ref().map(|step| step_named(&plan, step)).transpose()?;
    let all = with_outputs(workspace, workflow, &request, &mut |text| talk.say(text))?;
    if let Some(run) = named::existing(workspace, &request)? {
        return named::again(workspace, &run, workflow, &all, request, console, talk).await;
    }
    let (inputs, given_secrets) = given(workflow, &all, &request)?;
    // What an earlier run found out was typed by nobody.
    let typed_origins = typed_origins(&inputs, &request.inputs);
    let base_url = request.base_url.as_deref().unwrap_or(DEFAULT_BASE_URL);
    let injection = injection(&plan, request.sandbox, base_url, &request.inject, &mut |text| talk.say(text))?;
    let key = workspace.own_key()?;
    let now = workspace.clock.now();
    let id = match &request.id {
        Some(name) => named::id(name)?,
        None => new_id(now, workspace.entropy.as_ref())?,
    };
    let sandbox = match request.sandbox {
        true => Some(surroundings::start(workspace, &id).await?),
        false => None,
    };
    let started = RunStarted {
        run: id.clone(),
        workflow: workflow.name.clone(),
        seed: seed(workspace.entropy.as_ref())?,
        secrets: match &sandbox {
            Some(sandbox) => sandbox_secrets(workflow, sandbox)?,
            None => given_secrets,
        },
        inputs,
        settings: Settings { typed_origins, ..settings(&request, sandbox.as_ref(), talk)? },
        until,
    };
    let first = Entry { seq: 1, at: now, fact: Fact::RunStarted(Box::new(started.clone())) };
    let mut state = RunState::new(&plan, started.clone(), now);
    let origin = origin_of(&request.file);
    let store = workspace.open();
    let new = NewRun { texts: &texts, origin: &origin, first: &first, state: &state };
    let writer = store.create(new, &key, &workspace.holder())?;
    let mut host = host(workspace, plan.clone(), &state, writer, console)?;
    host.inject(injection);
    host.publish(&first, &state);
    drive(&plan, &mut state, &mut host).await?;
    if let Some(sandbox) = sandbox {
        sandbox.stop().await;
    }
    Ok(RunOutcome { plan, state, dir: store.run_dir(&id) })
}

fn origin_of(file: &Path) -> Origin {
    let absolute = std::path::absolute(file).ok().and_then(|path| path.to_str().map(str::to_owned));
    Origin { workflow_path: file.display().to_string(), workflow_file: absolute }
}

/// Sorts by time, is unlikely to meet another, and can be read aloud: `20261122-013405-k7qz2m`.
fn new_id(now: Timestamp, entropy: &dyn Entropy) -> Result<RunId, OpError> {
    let tail = word(entropy, 6)?;
    let time = DateTime::<Utc>::from_timestamp_millis(now.as_millis()).unwrap_or_default();
    RunId::new(&format!("{}-{tail}", time.format("%Y%m%d-%H%M%S"))).map_err(|error| OpError::Usage(error.to_string()))
}

fn seed(entropy: &dyn Entropy) -> Result<Secret<Vec<u8>>, OpError> {
    let mut seed = vec![0u8; 32];
    draw(entropy, &mut seed)?;
    Ok(Secret::new(seed))
}

/// Inputs and secrets as the user gave them; what is wrong with either is told together. With a sandbox the environment is
/// not asked for secrets: real ones have no business there.
fn given(
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
        (Ok(inputs), Ok(secrets)) => check_mailbox(workflow, &secrets).map(|()| (inputs, secrets)),
        (inputs, secrets) => {
            let errors = [inputs.err(), secrets.err()].into_iter().flatten().flatten();
            Err(OpError::Inputs(errors.collect()))
        }
    }
}

/// A mailbox that cannot be one is found out now, and not after an account was made.
fn check_mailbox(workflow: &Workflow, secrets: &Data) -> Result<(), OpError> {
    match surroundings::mailbox_url(workflow, secrets) {
        Some(url) => {
            Mailbox::parse(url).map(drop).map_err(|error| OpError::Usage(format!("{MAILBOX_VARIABLE}: {error}")))
        }
        None => Ok(()),
    }
}

/// Where the URLs and mailboxes among the `given` inputs lead. A default of the workflow file was typed by its author.
fn typed_origins(inputs: &Data, given: &BTreeMap<String, Given>) -> Vec<String> {
    let typed = inputs.iter().filter(|(name, _)| given.contains_key(*name));
    let texts = typed.filter_map(|(_, datum)| datum.expose().as_str());
    texts
        .filter_map(|text| Mailbox::parse(text).map(|mailbox| mailbox.origin()).ok().or_else(|| origin(text)))
        .collect()
}

fn sandbox_secrets(workflow: &Workflow, sandbox: &Sandbox) -> Result<Data, OpError> {
    let overrides = surroundings::overrides(sandbox);
    let secrets = bind_secrets(workflow, &|name| overrides.get(name).cloned(), true, &BTreeMap::new());
    secrets.map_err(OpError::Inputs)
}

fn settings(request: &RunRequest<'_>, sandbox: Option<&Sandbox>, talk: &mut dyn Talk) -> Result<Settings, OpError> {
    let base_url = match (sandbox, &request.base_url) {
        (Some(sandbox), given) => {
            let base_url = sandbox.ready().base_url.clone();
            talk.say(&format!("sandbox at {base_url}"));
            talk.say("base URL, mailbox, secrets and proxy of the environment are not used");
            if given.is_some() {
                talk.say("the base URL that you gave is not used either");
            }
            base_url
        }
        (None, given) => base_url_of(given.as_deref())?,
    };
    Ok(Settings {
        base_url,
        sandbox: request.sandbox,
        settle: request.settle.unwrap_or(DEFAULT_SETTLE),
        allow_hosts: request.allow_hosts.clone(),
        typed_origins: Vec::new(),
    })
}

/// The base URL that was given, or that of ModelsLab.
pub(super) fn base_url_of(given: Option<&str>) -> Result<String, OpError> {
    checked_base_url(given.unwrap_or(DEFAULT_BASE_URL)).map_err(OpError::Usage)
}

/// The root of a service, without a trailing slash. Tokens go there, so nobody between may read them.
fn checked_base_url(text: &str) -> Result<String, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(url) = url else {
        return Err(format!("the base URL is none; it must look like {DEFAULT_BASE_URL}"));
    };
    let (place, text) = (url.origin().ascii_serialization(), text.trim());
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!(
            "the base URL ({place}) holds a user or password, and it is shown and stored; leave them out"
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("the base URL ({place}) has a `?` or `#`; it ends with its path, like {DEFAULT_BASE_URL}"));
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(format!(
            "the base URL {text} is http://: passwords and tokens would go there in the clear; use https://"
        ));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Datum;

    #[test]
    fn a_base_url_is_the_root_of_a_service_and_nothing_more() {
        for (given, kept) in [
            ("https://host.test", "https://host.test"),
            ("https://host.test:8443/below/", "https://host.test:8443/below"),
            ("http://127.0.0.1:4010", "http://127.0.0.1:4010"),
            ("http://localhost:4010/", "http://localhost:4010"),
        ] {
            assert_eq!(checked_base_url(given).as_deref(), Ok(kept));
        }
        for (given, why) in [
            ("host.test", "must look like"),
            ("ftp://host.test", "must look like"),
            ("https://ada:hunter22@host.test", "user or password"),
            ("https://hunter22@host.test", "user or password"),
            ("https://host.test/?key=hunter22", "`?` or `#`"),
            ("https://host.test/#hunter22", "`?` or `#`"),
            ("http://host.test", "in the clear"),
            ("http://127.0.0.1.host.test/", "in the clear"),
        ] {
            let error = checked_base_url(given).unwrap_err();
            assert!(error.contains(why) && !error.contains("hunter22"), "{given}: {error}");
        }
    }

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
