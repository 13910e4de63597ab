//! Where a run is kept: in a folder of its own, or, as a row, in its fleet. Whoever takes a run takes a row as well.

use std::path::{Path, PathBuf};

use super::fleet::row_of_key;
use super::stored::sealing_key;
use super::{OpError, Workspace};
use crate::fleet::{FleetState, RowId, RowPhase};
use crate::id::RunId;
use crate::run::Entry;
use crate::store::{
    CancelRequests, EntryWriter, FleetWriter, Key, Loaded, LoadedFleet, RowWriter, Store, StoreError, Suspicion,
};

/// Where a run is kept.
enum Kept {
    Alone,
    Row { fleet: RunId, row: RowId },
}

impl Workspace {
    /// The run that `wanted` means: an id, the beginning of one, `last`, or a row of a fleet, by its run id or as `FLEET/KEY`.
    pub(super) fn find(&self, wanted: &str) -> Result<RunId, OpError> {
        if let Some((fleet, key)) = wanted.split_once('/') {
            let fleet = self.find_fleet(fleet)?;
            let state = self.open().fleets().read_fleet(&fleet, &sealing_key(self)?)?.state;
            return row_of_key(&state, key).and_then(|row| run_of(&fleet, row));
        }
        match RunId::new(wanted) {
            Ok(run) if matches!(self.kept(&run), Kept::Row { .. }) => Ok(run),
            _ => self.open().find(wanted).map_err(|error| self.no_run(wanted, error)),
        }
    }

    /// A run of its own is found first: of a row that has its id, the key is needed.
    fn kept(&self, run: &RunId) -> Kept {
        let store = self.open();
        if store.run_dir(run).exists() {
            return Kept::Alone;
        }
        let fleets = store.fleets();
        let row = run.as_str().rsplit_once('-').and_then(|(fleet, number)| {
            let (fleet, row) = (RunId::new(fleet).ok()?, RowId::new(number.parse().ok()?)?);
            let is_there = row.run(&fleet).is_ok_and(|its| its == *run) && fleets.run_dir(&fleet).exists();
            is_there.then_some(Kept::Row { fleet, row })
        });
        row.unwrap_or(Kept::Alone)
    }

    /// The fleet of which this run is a row.
    pub(super) fn fleet_of(&self, run: &RunId) -> Option<RunId> {
        match self.kept(run) {
            Kept::Alone => None,
            Kept::Row { fleet, .. } => Some(fleet),
        }
    }

    /// The store and the name under which a run's folder is found.
    fn folder_of(&self, run: &RunId) -> (Store, RunId) {
        match self.kept(run) {
            Kept::Alone => (self.open(), run.clone()),
            Kept::Row { fleet, .. } => (self.open().fleets(), fleet),
        }
    }

    pub(super) fn run_dir(&self, run: &RunId) -> PathBuf {
        let (store, name) = self.folder_of(run);
        store.run_dir(&name)
    }

    /// Whether somebody writes a run now; of a row, whether somebody works on its fleet.
    pub(super) fn is_locked(&self, run: &RunId) -> Result<bool, OpError> {
        let (store, name) = self.folder_of(run);
        Ok(store.is_locked(&name)?)
    }

    /// What is asked of the process that works on a run.
    pub(super) fn cancel_requests(&self, run: &RunId) -> Result<CancelRequests, OpError> {
        let (store, name) = self.folder_of(run);
        Ok(store.cancel_requests(&name)?)
    }

    /// A run as it is now; also while it is being written.
    pub(super) fn load(&self, run: &RunId, key: &Key) -> Result<Loaded, OpError> {
        match self.kept(run) {
            Kept::Alone => Ok(self.open().read(run, key)?),
            Kept::Row { fleet, row } => {
                let loaded = self.open().fleets().read_fleet(&fleet, key)?;
                self.row(loaded, row, key).map(|(row, _)| row)
            }
        }
    }

    /// All entries of a run, from its first.
    pub(super) fn history(&self, run: &RunId, key: &Key) -> Result<Vec<Entry>, OpError> {
        match self.kept(run) {
            Kept::Alone => Ok(self.open().history(run, key)?),
            Kept::Row { .. } => self.load(run, key).map(|loaded| loaded.entries),
        }
    }

    /// Takes hold of a run. One that another process works on is refused, with the way to end that.
    pub(super) fn take(&self, run: &RunId) -> Result<(EntryWriter, Loaded), OpError> {
        let key = sealing_key(self)?;
        match self.kept(run) {
            Kept::Alone => {
                let held = self.open().resume(run, &key, &self.holder());
                let (writer, loaded) = held.map_err(|error| match error {
                    StoreError::Locked { .. } => {
                        OpError::Usage(format!("{error}; to end it first: {}", self.command_line("cancel", run)))
                    }
                    other => other.into(),
                })?;
                Ok((writer.into(), loaded))
            }
            Kept::Row { fleet, row } => {
                let (writer, loaded) = self.take_fleet(&fleet, &key)?;
                let (loaded, state) = self.row(loaded, row, &key)?;
                let writer = RowWriter::new(writer, state, row, loaded.entries.len() as u64);
                Ok((EntryWriter::Row(Box::new(writer)), loaded))
            }
        }
    }

    /// Takes hold of a fleet, in the same way.
    pub(super) fn take_fleet(&self, fleet: &RunId, key: &Key) -> Result<(FleetWriter, LoadedFleet), OpError> {
        let held = self.open().fleets().resume_fleet(fleet, key, &self.holder());
        held.map_err(|error| match error {
            StoreError::Locked { holder, .. } => {
                let by = holder.map_or_else(|| "another process".to_owned(), |holder| holder.to_string());
                let cancel = self.command_line("fleet cancel", fleet);
                OpError::Usage(format!("fleet {fleet} is being written by {by}; to end it first: {cancel}"))
            }
            other => other.into(),
        })
    }

    /// A row that has begun, as any run is loaded, and the state of its fleet.
    fn row(&self, loaded: LoadedFleet, row: RowId, key: &Key) -> Result<(Loaded, FleetState), OpError> {
        let LoadedFleet { fleet, state, warnings, suspicion, .. } = loaded;
        self.refuse_unbegun(&state, row)?;
        let reader = self.open().fleets().fleet_reader(&fleet, key)?;
        let facts = reader.facts(&state, &[row])?.remove(&row).unwrap_or_default();
        let suspicion = suspicion.or_else(|| state.wary.then_some(Suspicion::Before));
        let loaded = Loaded { warnings, suspicion, ..reader.row(&state, row, &facts)? };
        Ok((loaded, state))
    }

    fn refuse_unbegun(&self, state: &FleetState, row: RowId) -> Result<(), OpError> {
        let fleet = state.id();
        let Some(known) = state.row(row) else {
            let message = format!("fleet {fleet} has {} rows, and none of the number {row}", state.rows.len());
            return Err(OpError::Usage(message));
        };
        if known.phase != RowPhase::Waiting {
            return Ok(());
        }
        let name = state.name_of(row);
        let name = name.escape_debug();
        Err(OpError::Usage(match known.withdrawn {
            true => format!("row `{name}` of fleet {fleet} was withdrawn before it began: there is nothing of it"),
            false => format!(
                "row `{name}` of fleet {fleet} has not begun; `{}` begins it",
                self.command_line("fleet resume", fleet)
            ),
        }))
    }
}

/// Whether this is a row as `FLEET/KEY`: there is such a fleet, and no file of that name.
pub fn is_row(workspace: &Workspace, wanted: &str) -> bool {
    let fleet = wanted.split_once('/').map(|(fleet, _)| workspace.open().fleets().find(fleet));
    fleet.is_some_and(|found| found.is_ok()) && !Path::new(wanted).exists()
}

/// The run that a row is.
fn run_of(fleet: &RunId, row: RowId) -> Result<RunId, OpError> {
    row.run(fleet).map_err(|error| OpError::Usage(error.to_string()))
}
