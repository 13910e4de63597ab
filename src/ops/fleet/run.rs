//! Runs a fleet from its beginning, or goes on with it.

use super::begin::{Begun, begin, refuse_without_secrets};
use super::drive::{FleetConsole, FleetOutcome, FlowRequest, Work, drive};
use super::each::Each;
use super::join::{Joined, join, open_rows};
use super::manners::{MannersRequest, mind_manners};
use super::pick::Pick;
use super::take::{Fleet, Purpose, take};
use crate::fleet::{FleetState, Row, RowId};
use crate::id::RunId;
use crate::ops::run::origin_of;
use crate::ops::{Checked, DEFAULT_BASE_URL, OpError, ResumeRequest, RunRequest, Talk, Workspace};
use crate::store::NewFleet;

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
    let id = id_of(&name)?;
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
    let mut fleet = if store.ids()?.contains(&id) {
        take(workspace, &id, Purpose::RunAgain { sandbox: run.sandbox }, &resume, talk).await?
    } else {
        refuse_named_as_rows(workspace, &id)?;
        let origin = origin_of(run.file.as_deref(), &checked);
        let (texts, plan) = checked.into_plan()?;
        let Begun { at, started, key, unstored, sandbox } = begin(workspace, &plan, id, &rows, &run, talk).await?;
        let new = NewFleet { texts: &texts, origin: &origin, started: &started, at };
        let (writer, state) = store.create_fleet(new, &key, &workspace.holder())?;
        Fleet { writer, state, plan, texts, origin, unstored, sandbox }
    };
    let joined = join(&fleet.state, rows);
    refuse_strangers(&fleet.state, &joined)?;
    let Fleet { plan, state, unstored, .. } = &fleet;
    refuse_without_secrets(plan, (&state.started.secrets, unstored), &joined.added)?;
    say_joined(state, &joined, talk);
    fleet.record(workspace, joined.facts())?;
    let rows = open_rows(&fleet.state, each.is_some());
    drive(workspace, fleet, rows, Work { request: &resume, flow, each, undoes: false }, console).await
}

/// Goes on with the rows of a fleet that have not ended, and with those that were picked.
pub async fn fleet_resume(
    workspace: &Workspace,
    request: FleetResumeRequest<'_>,
    console: FleetConsole,
    talk: &mut dyn Talk,
) -> Result<FleetOutcome, OpError> {
    let FleetResumeRequest { fleet, resume, pick, flow, each } = request;
    let id = workspace.find_fleet(&fleet)?;
    let fleet = take(workspace, &id, Purpose::GoOn, &resume, talk).await?;
    let rows = pick.rows(&fleet.state, open_rows(&fleet.state, each.is_some()))?;
    drive(workspace, fleet, rows, Work { request: &resume, flow, each, undoes: false }, console).await
}

/// The id that a name is, if it leaves room for the numbers of rows.
fn id_of(name: &str) -> Result<RunId, OpError> {
    let id = RunId::new(name).map_err(|error| OpError::Usage(format!("{error}; `--name` gives the fleet another")))?;
    match RowId::new(u32::MAX).is_some_and(|last| last.run(&id).is_err()) {
        true => Err(OpError::Usage(format!(
            "`{id}` is too long for a fleet, whose rows have numbers behind it; `--name` gives another"
        ))),
        false => Ok(id),
    }
}

/// What a row's id means must be clear: no run may have one already.
fn refuse_named_as_rows(workspace: &Workspace, fleet: &RunId) -> Result<(), OpError> {
    let is_row = |run: &RunId| {
        let number = run.as_str().strip_prefix(fleet.as_str()).and_then(|rest| rest.strip_prefix('-')?.parse().ok());
        number.and_then(RowId::new).and_then(|row| row.run(fleet).ok()).is_some_and(|id| id == *run)
    };
    match workspace.open().ids()?.into_iter().find(is_row) {
        None => Ok(()),
        Some(run) => Err(OpError::Usage(format!(
            "there is a run {run}, which is what a row of fleet {fleet} would be called; `--name` gives the fleet another name"
        ))),
    }
}

/// Rows that are known by something else than before would all be done again.
fn refuse_strangers(state: &FleetState, joined: &Joined) -> Result<(), OpError> {
    let (Some(known), Some(new), true) = (state.rows.first(), joined.added.first(), joined.is_of_strangers(state))
    else {
        return Ok(());
    };
    let (fleet, known, new) = (state.id(), known.key.as_str().escape_debug(), new.key.as_str().escape_debug());
    Err(OpError::Usage(format!(
        "none of these rows is one of fleet {fleet}, and all would begin: it has rows such as `{known}`, and these are such as `{new}`. \
         Give the `--key` that it was begun with, or another `--name` for rows that are others"
    )))
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
