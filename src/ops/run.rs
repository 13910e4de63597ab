//! Runs a workflow from its beginning.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::attach::{Console, host};
use super::begin::{Beginning, begin};
use super::call;
use super::inputs_from::with_outputs;
use super::named;
use super::resume::Talk;
use super::surroundings::take_back;
use super::{Checked, OpError, Workspace};
use crate::engine::drive;
use crate::outlook::BaseUrlSource;
use crate::plan::Plan;
use crate::run::{Entry, Fact, RunState};
use crate::store::{NewRun, Origin};
use crate::workflow::{Given, Money};

/// How long after the last byte a probe may look, if nobody says otherwise: a late request may still land.
pub const DEFAULT_SETTLE: Duration = Duration::from_secs(5);

pub struct RunRequest<'a> {
    /// `None` for a [`call`](super::call()).
    pub file: Option<PathBuf>,
    pub inputs: BTreeMap<String, Given>,
    /// An earlier run whose outputs are inputs, where `inputs` has none of that name.
    pub inputs_from: Option<String>,
    /// Reads an environment variable, for secrets.
    pub environment: &'a (dyn Fn(&str) -> Option<String> + Sync),
    pub sandbox: bool,
    pub base_url: Option<String>,
    /// For telling.
    pub base_url_source: BaseUrlSource,
    pub settle: Option<Duration>,
    pub allow_hosts: Vec<String>,
    /// What the run may spend beside credits.
    pub allow_spend: Option<Money>,
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

/// Runs a workflow until it stands still. `checked` is what came of [`validate`](super::validate) for the request's file.
pub async fn run(
    workspace: &Workspace,
    checked: Checked,
    request: RunRequest<'_>,
    console: Console,
    talk: &mut dyn Talk,
) -> Result<RunOutcome, OpError> {
    let origin = origin_of(request.file.as_deref(), &checked);
    let (texts, plan) = checked.into_plan()?;
    let inputs = with_outputs(workspace, &plan.workflow, &request, &mut |text| talk.say(text))?;
    if let Some(run) = named::existing(workspace, &request)? {
        return named::again(workspace, &run, &plan.workflow, &inputs, request, console, talk).await;
    }
    let Beginning { at, started, key, injection, unstored, sandbox } =
        begin(workspace, &plan, &inputs, &request, talk).await?;
    let first = Entry { seq: 1, at, fact: Fact::RunStarted(Box::new(started.clone())) };
    let mut state = RunState::new(&plan, started, at);
    let store = workspace.open();
    let new = NewRun { texts: &texts, origin: &origin, first: &first, state: &state };
    let writer = match store.create(new, &key, &workspace.holder()) {
        Ok(writer) => writer,
        Err(error) => {
            if let Some(sandbox) = sandbox {
                take_back(workspace, &state.started, sandbox).await;
            }
            return Err(error.into());
        }
    };
    let mut host = host(workspace, plan.clone(), &state, writer.into(), console, call::file(&origin))?;
    host.inject(injection);
    host.give(unstored);
    host.publish(&first, &state);
    drive(&plan, &mut state, &mut host).await?;
    if let Some(sandbox) = sandbox {
        sandbox.stop().await;
    }
    let dir = store.run_dir(&state.started.run);
    Ok(RunOutcome { plan, state, dir })
}

pub(super) fn origin_of(file: Option<&Path>, checked: &Checked) -> Origin {
    let absolute = file.and_then(|file| std::path::absolute(file).ok()?.to_str().map(str::to_owned));
    Origin { workflow_path: checked.source.path.to_string(), workflow_file: absolute }
}
