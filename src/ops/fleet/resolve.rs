//! A person answers for steps of many rows at once.

use super::condition::Condition;
use super::pick::{begun, each_named, holds};
use super::stored_rows::StoredRows;
use crate::fleet::{FleetState, RowId, RowPhase, RowState};
use crate::id::{RunId, TaskPath};
use crate::ops::resolve::answered;
use crate::ops::stored::{Stored, sealing_key};
use crate::ops::{Answer, OpError, Workspace};
use crate::plan::Plan;
use crate::run::{Entry, Phase, RunState, RunStatus};
use crate::store::LoadedFleet;

pub struct FleetResolveRequest {
    pub fleet: String,
    /// These rows, each by key, run or label; else all that have not succeeded and for which the condition holds.
    pub named: Vec<String>,
    pub condition: Option<Condition>,
    /// Else all of a row that is in doubt, or what it failed at.
    pub step: Option<String>,
    pub answer: Answer,
}

/// The answers are in the journal.
pub struct FleetResolved {
    pub fleet: RunId,
    /// Rows that were answered for.
    pub answered: usize,
    /// Rows about which there was nothing to answer, as people call them, and why.
    pub left: Vec<(String, String)>,
    /// What the user should know of.
    pub words: Vec<String>,
}

/// Records the answers, all of them or none. Nothing is sent: what follows is for a resume.
pub fn fleet_resolve(workspace: &Workspace, request: FleetResolveRequest) -> Result<FleetResolved, OpError> {
    let fleet = workspace.find_fleet(&request.fleet)?;
    let key = sealing_key(workspace)?;
    let (mut writer, LoadedFleet { mut state, warnings, .. }) = workspace.take_fleet(&fleet, &key)?;
    let rows = meant(&state, &request)?;
    let stored = StoredRows::read(workspace, &state, &rows)?;
    let mut resolving = Resolving { workspace, stored, request, words: warnings };
    let (mut answers, mut left) = (Vec::new(), Vec::new());
    for row in rows {
        let Some(known) = state.row(row) else { continue };
        match resolving.row(row, known) {
            Ok(entries) => answers.push((row, entries)),
            Err(OpError::Usage(why)) => left.push((state.name_of(row), why)),
            Err(error) => return Err(error),
        }
    }
    let mut words = resolving.words;
    words.sort();
    words.dedup();
    if !answers.is_empty() {
        let entries: Vec<(RowId, &[Entry])> = answers.iter().map(|(row, entries)| (*row, entries.as_slice())).collect();
        writer.record(&mut state, &[], &entries, true)?;
        writer.checkpoint(&state, true)?;
    }
    Ok(FleetResolved { fleet, answered: answers.len(), left, words })
}

/// The rows that are answered for: there are some.
fn meant(state: &FleetState, request: &FleetResolveRequest) -> Result<Vec<RowId>, OpError> {
    if !request.named.is_empty() {
        return each_named(state, &request.named, begun);
    }
    let mut rows = Vec::new();
    let is_open = |row: &RowState| row.began.is_some() && row.phase != RowPhase::Ended(RunStatus::Succeeded);
    for (id, row) in state.numbered().filter(|(_, row)| is_open(row)) {
        if holds(request.condition.as_ref(), row)? {
            rows.push(id);
        }
    }
    match rows.is_empty() {
        true => Err(OpError::Usage(format!("no row of fleet {} is meant: nothing was answered", state.id()))),
        false => Ok(rows),
    }
}

struct Resolving<'w> {
    workspace: &'w Workspace,
    stored: StoredRows,
    request: FleetResolveRequest,
    words: Vec<String>,
}

impl Resolving<'_> {
    /// The answers for one row.
    fn row(&mut self, row: RowId, known: &RowState) -> Result<Vec<Entry>, OpError> {
        let Self { workspace, stored, request, words } = self;
        let Stored { plan, mut state, .. } = stored.take(workspace, row)?;
        let mut tasks = match &request.step {
            Some(step) => vec![step.clone()],
            None => in_doubt(&plan, &state),
        };
        if tasks.is_empty() {
            tasks.extend(known.trouble.as_ref().map(|trouble| trouble.task.to_string()));
        }
        if tasks.is_empty() {
            return Err(OpError::Usage("nothing in it is in doubt or has failed; `--step` names a step".to_owned()));
        }
        let mut said = Vec::new();
        let answer = |task: &String| {
            let entry = answered(workspace, &plan, &mut state, task, request.answer.clone(), &mut said)?;
            Ok(entry)
        };
        let entries = tasks.iter().map(answer).collect::<Result<_, OpError>>()?;
        words.extend(said);
        Ok(entries)
    }
}

/// What waits for a person in a run.
fn in_doubt(plan: &Plan, state: &RunState) -> Vec<String> {
    let doubtful = |phase: &Phase| matches!(phase, Phase::InDoubt { .. });
    let mut found = Vec::new();
    for (planned, step) in plan.steps.iter().zip(&state.steps) {
        let tasks = step.tasks.iter().filter(|task| doubtful(&task.phase));
        found.extend(tasks.map(|task| TaskPath { item: task.item.clone(), ..TaskPath::step(planned.id.clone()) }));
        let remedy = step.remedy.as_deref().is_some_and(|remedy| doubtful(&remedy.phase));
        found.extend(remedy.then(|| TaskPath::remedy(planned.id.clone())));
    }
    found.iter().map(TaskPath::to_string).collect()
}
