//! A row of a fleet where a run is meant: by its run's id, as `q4-000017`, or as `q4/KEY`.

use super::pick::named;
use super::stored_rows::StoredRows;
use crate::diagnostic::quoted;
use crate::fleet::{FleetState, RowId};
use crate::ops::stored::{Stored, sealing_key};
use crate::ops::{OpError, Workspace};
use crate::run::{Entry, RunStatus};

/// A row that was named where a run is meant.
pub(in crate::ops) struct NamedRow {
    state: FleetState,
    row: RowId,
}

impl NamedRow {
    /// `None` if `wanted` names no row of any fleet.
    pub fn find(workspace: &Workspace, wanted: &str) -> Result<Option<Self>, OpError> {
        let fleets = workspace.open().fleets();
        let state = |fleet| Ok::<_, OpError>(fleets.read_fleet(&fleet, &sealing_key(workspace)?)?.state);
        if let Some((fleet, key)) = wanted.split_once('/') {
            let state = state(fleets.find(fleet)?)?;
            let row = named(&state, key)?;
            return Ok(Some(Self { state, row }));
        }
        let number = |digits: &str| (digits.len() == 6).then(|| RowId::new(digits.parse().ok()?)).flatten();
        let Some((name, row)) = wanted.rsplit_once('-').and_then(|(name, digits)| Some((name, number(digits)?))) else {
            return Ok(None);
        };
        let Some(fleet) = fleets.list()?.into_iter().map(|listed| listed.run).find(|fleet| fleet.as_str() == name)
        else {
            return Ok(None);
        };
        let state = state(fleet)?;
        Ok(state.row(row).is_some().then_some(Self { state, row }))
    }

    /// Its run as it stands, with all that happened in it. One whose fleet nobody works on is interrupted.
    pub fn read(&self, workspace: &Workspace) -> Result<(Stored, Vec<Entry>), OpError> {
        let mut rows = StoredRows::read(workspace, &self.state, &[self.row])?;
        let (mut stored, entries) = rows.take_with_entries(workspace, self.row)?;
        let is_live = workspace.open().fleets().is_locked(self.state.id())?;
        if stored.state.status == RunStatus::Running && !is_live {
            stored.state = stored.state.abandoned();
        }
        Ok((stored, entries))
    }

    /// Where its entries are.
    pub fn dir(&self, workspace: &Workspace) -> std::path::PathBuf {
        workspace.open().fleets().run_dir(self.state.id())
    }

    /// Why it is not to be treated as a run by itself, and what does it.
    pub fn belongs_to_its_fleet(&self, workspace: &Workspace) -> OpError {
        let key = self.state.row(self.row).map(|row| quoted(row.key.as_str())).unwrap_or_default();
        let fleet = self.state.id();
        let resume = workspace.command_line_with("fleet resume", fleet, &format!(" --row {key}"));
        OpError::Usage(format!(
            "this is a row of fleet {fleet}, whose journal has one writer; `{resume}` goes on with it"
        ))
    }
}
