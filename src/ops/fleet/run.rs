//! Runs a fleet from its beginning, or goes on with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::attach::{FleetRows, shared_services};
use super::begin::{Begun, begin};
use super::control::obeying;
use super::each::Each;
use super::join::{Joined, join, open_rows};
use super::log::{StoredLog, StoredSealer};
use super::manners::{MannersRequest, mind_manners};
use super::pick::Pick;
use super::stored_rows::StoredRows;
use crate::engine::{FleetDriver, FleetEnd, StopSignal, learn_given};
use crate::fleet::{FleetEntry, FleetFact, FleetState, Flow, Row, RowId, RowKey, StopAfter};
use crate::id::RunId;
use crate::ops::cancel::heeding;
use crate::ops::stored::{plan_of, sealing_key};
use crate::ops::surroundings::{revive, same_surroundings};
use crate::ops::takeover::epoch;
use crate::ops::teardown::refuse_torn_down_fleet;
use crate::ops::unstored::given_anew;
use crate::ops::{Checked, DEFAULT_BASE_URL, OpError, ResumeRequest, RunRequest, Talk, Workspace, call, validate};
use crate::plan::Plan;
use crate::report::fleet::FleetReporter;
use crate::run::Resumption;
use crate::sandbox::Sandbox;
use crate::secret::{Data, Mask};
use crate::store::{FleetWriter, LoadedFleet, NewFleet, Origin, Suspicion};
use crate::workflow::Texts;

/// How a fleet is watched and stopped.
pub struct FleetConsole {
    pub reporters: Vec<Box<dyn FleetReporter>>,
    pub stop: StopSignal,
    /// Learns the secrets that all rows share, so that the log can leave them out.
    pub mask: Mask,
}

pub struct FleetRunRequest<'a> {
    /// Without inputs: those are the rows'.
    pub run: RunRequest<'a>,
    /// Else the stem of the file that the rows are in.
    pub name: String,
    pub rows: Vec<Row>,
    pub flow: FlowRequest,
    /// The terms of the service allow so many accounts.
    pub accept_terms: bool,
    /// Takes the outputs of each row that succeeds.
    pub each: Option<Each>,
}

pub struct FleetResumeRequest<'a> {
    pub fleet: String,
    pub resume: ResumeRequest<'a>,
    /// Which of the rows that have ended go on, too.
    pub pick: Pick,
    pub flow: FlowRequest,
    pub each: Option<Each>,
}

/// How the fleet is driven, as far as the user says so.
#[derive(Debug, Clone, Copy, Default)]
pub struct FlowRequest {
    /// Else what the fleet was set to, else 25.
    pub max_parallel: Option<u32>,
    pub canary: Option<u32>,
    pub stop_after: Option<StopAfter>,
}

impl FlowRequest {
    fn of(self, state: &FleetState) -> Flow {
        let Self { max_parallel, canary, stop_after } = self;
        let max_parallel = max_parallel.or(state.max_parallel).unwrap_or(DEFAULT_PARALLEL);
        Flow { max_parallel, canary, stop_after }
    }
}

/// Rows that are under way at a time, if nobody says otherwise.
const DEFAULT_PARALLEL: u32 = 25;

/// A fleet that stands still.
pub struct FleetOutcome {
    pub plan: Arc<Plan>,
    pub state: FleetState,
    /// `None` if nothing was to be done.
    pub end: Option<FleetEnd>,
    /// Rows that were left as they are, and why.
    pub refused: Vec<(RowKey, String)>,
    /// Rows whose outputs the user's command did not take, and why.
    pub untaken: Vec<(RowKey, String)>,
    pub dir: PathBuf,
}

/// A fleet that this process writes.
pub(super) struct Fleet {
    pub writer: FleetWriter,
    pub state: FleetState,
    pub plan: Arc<Plan>,
    pub texts: Texts,
    pub origin: Origin,
    pub unstored: Data,
    pub sandbox: Option<Sandbox>,
}

/// Runs the workflow for every row that has no run yet, and goes on with those that have not ended. `checked` is what came of
/// [`validate`](crate::ops::validate) for the request's file.
pub async fn fleet_run(
    workspace: &Workspace,
    checked: Checked,
    request: FleetRunRequest<'_>,
    console: FleetConsole,
    talk: &mut dyn Talk,
) -> Result<FleetOutcome, OpError> {
    let FleetRunRequest { run, name, rows, flow, accept_terms, each } = request;
    let id = RunId::new(&name).map_err(|error| OpError::Usage(format!("{error}; `--name` gives the fleet another")))?;
    if RowId::new(u32::MAX).is_some_and(|last| last.run(&id).is_err()) {
        let message =
            format!("`{id}` is too long for a fleet, whose rows have numbers behind it; `--name` gives another");
        return Err(OpError::Usage(message));
    }
    let base_url = run.base_url.as_deref().unwrap_or(DEFAULT_BASE_URL);
    let services: &[&str] = if run.sandbox { &[] } else { &[base_url] };
    mind_manners(workspace, &MannersRequest { rows: rows.len() as u64, services, accept_terms })?;
    let resume = ResumeRequest {
        file: run.file.clone(),
        allow_spend: run.allow_spend,
        base_url: run.base_url.clone(),
        ..ResumeRequest::new(name, run.environment)
    };
    let store = workspace.open().fleets();
    let mut fleet = if store.list()?.iter().any(|listed| listed.run == id) {
        same_kind_of_service(workspace, &id, run.sandbox)?;
        open(workspace, &id, Purpose::GoOn, &resume, talk).await?
    } else {
        let file = run.file.clone();
        let origin = origin_of(file.as_deref(), &checked);
        let (texts, plan) = checked.into_plan()?;
        let Begun { at, started, key, unstored, sandbox } = begin(workspace, &plan, id, &rows, &run, talk).await?;
        let new = NewFleet { texts: &texts, origin: &origin, started: &started, at };
        let (writer, state) = store.create_fleet(new, &key, &workspace.holder())?;
        Fleet { writer, state, plan, texts, origin, unstored, sandbox }
    };
    let joined = join(&fleet.state, rows);
    say_joined(&fleet.state, &joined, talk);
    fleet.record(workspace, joined.facts())?;
    let rows = open_rows(&fleet.state, each.is_some());
    drive(workspace, fleet, rows, (&resume, flow, each), console).await
}

/// Goes on with the rows of a fleet that have not ended, and with those that were picked.
pub async fn fleet_resume(
    workspace: &Workspace,
    request: FleetResumeRequest<'_>,
    console: FleetConsole,
    talk: &mut dyn Talk,
) -> Result<FleetOutcome, OpError> {
    let FleetResumeRequest { fleet, resume, pick, flow, each } = request;
    let id = workspace.open().fleets().find(&fleet)?;
    let fleet = open(workspace, &id, Purpose::GoOn, &resume, talk).await?;
    let rows = pick.rows(&fleet.state, open_rows(&fleet.state, each.is_some()))?;
    drive(workspace, fleet, rows, (&resume, flow, each), console).await
}

fn origin_of(file: Option<&Path>, checked: &Checked) -> Origin {
    crate::ops::run::origin_of(file, checked)
}

fn same_kind_of_service(workspace: &Workspace, id: &RunId, sandbox: bool) -> Result<(), OpError> {
    let known = workspace.open().fleets().read_fleet(id, &sealing_key(workspace)?)?;
    match (known.state.started.settings.sandbox, sandbox) {
        (true, false) => Err(OpError::Usage(format!(
            "fleet {id} was started with `--sandbox`: say so again to go on with it, or give this one another `--name`"
        ))),
        (false, true) => Err(OpError::Usage(format!(
            "fleet {id} was started without `--sandbox`: leave it out to go on with it, or give this one another `--name`"
        ))),
        _ => Ok(()),
    }
}

/// What a fleet is taken hold of for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    GoOn,
    TearDown,
}

/// Takes hold of a fleet, with its workflow as the file is now.
pub(super) async fn open(
    workspace: &Workspace,
    id: &RunId,
    purpose: Purpose,
    request: &ResumeRequest<'_>,
    talk: &mut dyn Talk,
) -> Result<Fleet, OpError> {
    let (writer, loaded) = workspace.take_fleet(id, &sealing_key(workspace)?)?;
    let LoadedFleet { origin, texts, state, warnings, suspicion, .. } = loaded;
    warnings.iter().for_each(|warning| talk.say(warning));
    let trusted = request.trust_checkpoint;
    if let Some(why) = &suspicion {
        talk.say(&copied(id, why, trusted));
    }
    let plan = plan_of(workspace, &origin, &texts)?;
    if purpose == Purpose::GoOn {
        refuse_torn_down_fleet(workspace, &state)?;
    }
    // A corrected password counts for this process; rows that have begun take it from the request.
    let mut state = state;
    state.started.secrets.extend(same_surroundings(&plan, &state.started, request)?);
    let sandbox = revive(workspace, &state.started).await?;
    let unstored = given_anew(&plan, &state.started, request.environment, &|_| true)?;
    let mut fleet = Fleet { writer, state, plan, texts, origin, unstored, sandbox };
    fleet.writer.accept();
    fleet.record(workspace, vec![FleetFact::Resumed { wary: suspicion.is_some(), trusted }])?;
    fleet.take_edit(workspace, request, talk)?;
    Ok(fleet)
}

pub(super) fn copied(id: &RunId, why: &Suspicion, trusted: bool) -> String {
    match trusted {
        true => format!("fleet {id} may be a copy: {why}. It is trusted, as you asked"),
        false => format!(
            "fleet {id} may be a copy: {why}. Before anything is sent that must not happen twice, onramp looks whether it has \
             happened already; `--trust-checkpoint` says that there is no other copy"
        ),
    }
}

fn say_joined(state: &FleetState, joined: &Joined, talk: &mut dyn Talk) {
    let Joined { added, withdrawn, returned, changed, known } = joined;
    if state.rows.is_empty() {
        return;
    }
    let fleet = state.id();
    talk.say(&format!(
        "fleet {fleet}: {} new, {known} known, {} withdrawn, {} back",
        added.len(),
        withdrawn.len(),
        returned.len()
    ));
    if let Some(first) = changed.first().and_then(|id| state.row(*id)) {
        talk.say(&format!(
            "{} rows are given with other values than before, such as `{}`: a row keeps the values that it was first given with",
            changed.len(),
            first.key
        ));
    }
}

/// Commits facts of a fleet, and takes them in.
pub(super) fn record(
    workspace: &Workspace,
    writer: &mut FleetWriter,
    state: &mut FleetState,
    facts: Vec<FleetFact>,
) -> Result<(), OpError> {
    let at = workspace.clock.now().max(state.now);
    let entries: Vec<FleetEntry> = facts.into_iter().map(|fact| FleetEntry { at, fact }).collect();
    let sealer = writer.sealer();
    let sealed = entries.iter().map(|entry| sealer.fact(entry)).collect::<Result<Vec<_>, _>>()?;
    writer.append(&sealed, true)?;
    let applied = entries.iter().try_for_each(|entry| state.apply(entry));
    applied.map_err(|error| OpError::Usage(error.to_string()))
}

impl Fleet {
    pub fn record(&mut self, workspace: &Workspace, facts: Vec<FleetFact>) -> Result<(), OpError> {
        record(workspace, &mut self.writer, &mut self.state, facts)
    }

    /// Rows that begin, or go on, from here on have the workflow as its file is now.
    fn take_edit(
        &mut self,
        workspace: &Workspace,
        request: &ResumeRequest<'_>,
        talk: &mut dyn Talk,
    ) -> Result<(), OpError> {
        let file = request.file.clone().or_else(|| call::file(&self.origin));
        let Some(file) = file.filter(|_| !request.as_stored) else { return Ok(()) };
        let checked = match validate(workspace, &file) {
            Ok(checked) => checked,
            Err(error) => {
                talk.say(&format!("{error}; the fleet goes on with the workflow as it has it"));
                return Ok(());
            }
        };
        if checked.texts == self.texts {
            return Ok(());
        }
        let (texts, plan) = checked.into_plan()?;
        if plan.workflow.name != self.plan.workflow.name {
            let (now, then) = (&plan.workflow.name, &self.plan.workflow.name);
            let message = format!(
                "{} is the workflow `{now}` now, and the fleet is one of `{then}`: start a new fleet",
                file.display()
            );
            return Err(OpError::Usage(message));
        }
        let workflow = self.writer.keep_workflow(self.state.version() + 1, &texts)?;
        self.record(workspace, vec![FleetFact::Replanned { workflow }])?;
        talk.say("the workflow was edited: rows begin, and go on, with it as it is now");
        (self.texts, self.plan) = (texts, plan);
        Ok(())
    }
}

/// Drives these rows until nothing goes on.
pub(super) async fn drive(
    workspace: &Workspace,
    fleet: Fleet,
    rows: Vec<RowId>,
    (request, flow, each): (&ResumeRequest<'_>, FlowRequest, Option<Each>),
    console: FleetConsole,
) -> Result<FleetOutcome, OpError> {
    let Fleet { writer, state, plan, texts, origin, unstored, sandbox } = fleet;
    let store = workspace.open().fleets();
    let id = state.id().clone();
    let dir = store.run_dir(&id);
    if rows.is_empty() {
        end(sandbox).await;
        let (refused, untaken) = (Vec::new(), Vec::new());
        return Ok(FleetOutcome { plan, state, end: None, refused, untaken, dir });
    }
    let FleetConsole { reporters, stop, mask } = console;
    learn_given(&mask, &state.started);
    let shared = shared_services(workspace, &state, &mask, &origin)?;
    let stored = StoredRows::read(workspace, &state, &rows)?.knowing(texts.clone(), plan.clone());
    let pin = state.workflows.last().cloned().unwrap_or_default();
    let clock = shared.clock.clone();
    let how = Resumption { epoch: epoch(workspace)?, wary: state.wary, ..Resumption::default() };
    let refused = Vec::new();
    let undoes = state.teardown;
    let mut how =
        FleetRows { workspace, plan, texts, pin, shared, unstored, how, request, stored, each, undoes, refused };
    let driver = FleetDriver {
        sealer: StoredSealer(writer.sealer()),
        log: StoredLog(writer),
        flow: flow.of(&state),
        state,
        clock,
        reporters,
        stop: heeding(stop, store.cancel_requests(&id)?),
        control: obeying(store.control_requests(&id)?),
    };
    let driven = driver.drive(rows, &mut how).await;
    end(sandbox).await;
    let (ended, state) = driven.map_err(|error| OpError::Engine(error.into()))?;
    let untaken = how.each.map(|each| each.failed()).unwrap_or_default();
    Ok(FleetOutcome { plan: how.plan, state, end: Some(ended), refused: how.refused, untaken, dir })
}

async fn end(sandbox: Option<Sandbox>) {
    if let Some(sandbox) = sandbox {
        sandbox.stop().await;
    }
}
