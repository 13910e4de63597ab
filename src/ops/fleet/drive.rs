//! Drives the rows of a fleet, and answers how it was driven.

use std::path::PathBuf;
use std::sync::Arc;

use super::attach::FleetRows;
use super::control::obeying;
use super::each::Each;
use super::log::{StoredLog, StoredSealer};
use super::stored_rows::StoredRows;
use super::take::Fleet;
use crate::action::Services;
use crate::engine::{FleetDriver, FleetEnd, StopSignal, learn_given};
use crate::fleet::{FleetFact, FleetState, Flow, RowId, RowKey, StopAfter};
use crate::ops::attach::services;
use crate::ops::cancel::heeding;
use crate::ops::takeover::epoch;
use crate::ops::{OpError, ResumeRequest, Workspace, call};
use crate::plan::Plan;
use crate::report::fleet::FleetReporter;
use crate::run::Resumption;
use crate::sandbox::Sandbox;
use crate::secret::Mask;
use crate::store::Origin;

/// How a fleet is watched and stopped.
pub struct FleetConsole {
    pub reporters: Vec<Box<dyn FleetReporter>>,
    pub stop: StopSignal,
    /// Learns the secrets that all rows share, so that the log can leave them out.
    pub mask: Mask,
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

/// What is done with the rows.
pub(super) struct Work<'a> {
    /// How rows go on that have begun before.
    pub request: &'a ResumeRequest<'a>,
    pub flow: FlowRequest,
    /// Takes the outputs of each row that succeeds.
    pub each: Option<Each>,
    /// What rows made is taken back.
    pub undoes: bool,
}

/// Drives these rows until nothing goes on.
pub(super) async fn drive(
    workspace: &Workspace,
    mut fleet: Fleet,
    rows: Vec<RowId>,
    work: Work<'_>,
    console: FleetConsole,
) -> Result<FleetOutcome, OpError> {
    // Noted before any row is handed on: what the command has not taken is told whatever dies.
    if work.each.is_some() && !fleet.state.hands_on {
        fleet.record(workspace, vec![FleetFact::HandsOn])?;
    }
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
    let Work { request, flow, each, undoes } = work;
    let mut how = FleetRows {
        workspace,
        pin: state.workflows.last().cloned().unwrap_or_default(),
        shared: shared_services(workspace, &state, &mask, &origin)?,
        mask,
        stored: StoredRows::read(workspace, &state, &rows)?.knowing(texts.clone(), plan.clone()),
        how: Resumption { epoch: epoch(workspace)?, wary: state.wary, ..Resumption::default() },
        plan,
        texts,
        unstored,
        request,
        each,
        undoes,
        refused: Vec::new(),
    };
    let driver = FleetDriver {
        sealer: StoredSealer(writer.sealer()),
        log: StoredLog(writer),
        flow: flow.of(&state),
        state,
        clock: how.shared.clock.clone(),
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

/// The services of a fleet. Those of its rows differ in what belongs to a row.
fn shared_services(
    workspace: &Workspace,
    state: &FleetState,
    mask: &Mask,
    origin: &Origin,
) -> Result<Services, OpError> {
    let file = call::file(origin);
    let services = services(workspace, (&state.started, state.now), mask, file.as_deref())?;
    Ok(Services { http: services.http.patient(services.clock.clone()), ..services })
}

async fn end(sandbox: Option<Sandbox>) {
    if let Some(sandbox) = sandbox {
        sandbox.stop().await;
    }
}
