//! The outputs of a fleet's rows.

use super::stored_rows::StoredRows;
use crate::engine::learn_state;
use crate::fleet::{FleetState, RowId, RowKey, RowPhase};
use crate::id::RunId;
use crate::ops::outputs::{RunOutput, listed};
use crate::ops::stored::Stored;
use crate::ops::{OpError, Workspace};
use crate::run::RunStatus;
use crate::secret::{Data, Mask};

/// So many rows are read at a time: not all of a journal is in memory, nor is it read for every few rows.
const GROUP: usize = 2048;

pub(super) struct RowOutputs {
    pub row: RowId,
    pub key: RowKey,
    pub label: Option<String>,
    pub run: RunId,
    pub list: Vec<RunOutput>,
    /// What it was given.
    pub inputs: Data,
    /// Secret values cannot be had any more.
    pub secrets_pruned: bool,
}

/// The rows that have outputs: they have succeeded, and nothing of them is taken back.
pub(super) fn succeeded(state: &FleetState) -> Vec<RowId> {
    let has_succeeded = |id: &RowId| {
        state.row(*id).is_some_and(|row| row.phase == RowPhase::Ended(RunStatus::Succeeded) && !row.teardown)
    };
    state.numbered().map(|(id, _)| id).filter(has_succeeded).collect()
}

/// Gives the outputs of these rows, one after the other.
pub(super) fn each_outputs(
    workspace: &Workspace,
    state: &FleetState,
    rows: &[RowId],
    take: &mut dyn FnMut(RowOutputs) -> Result<(), OpError>,
) -> Result<(), OpError> {
    let mut stored = StoredRows::read(workspace, state, &[])?;
    for group in rows.chunks(GROUP) {
        stored.turn_to(group)?;
        for row in group {
            let Some(known) = state.row(*row) else { continue };
            let Stored { plan, state: run, secrets_pruned, .. } = stored.take(workspace, *row)?;
            let mask = Mask::default();
            if secrets_pruned.is_none() {
                learn_state(&mask, &workspace.registry, &plan, &run);
            }
            let list = listed(&plan, &run, &mask);
            take(RowOutputs {
                row: *row,
                key: known.key.clone(),
                label: known.label.clone(),
                run: run.started.run.clone(),
                list,
                inputs: run.started.inputs.clone(),
                secrets_pruned: secrets_pruned.is_some(),
            })?;
        }
    }
    Ok(())
}
