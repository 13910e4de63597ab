//! Reads fleets back.

use std::path::PathBuf;

use crate::clock::Timestamp;
use crate::fleet::FleetState;
use crate::id::RunId;
use crate::ops::stored::sealing_key;
use crate::ops::{OpError, Workspace};
use crate::store::{Listed, LoadedFleet};

/// A fleet as it is stored, to be looked at.
pub struct ShownFleet {
    pub state: FleetState,
    /// A process works on it now.
    pub is_live: bool,
    pub warnings: Vec<String>,
    /// When the fleet's secrets were made unreadable, if they were.
    pub secrets_pruned: Option<Timestamp>,
    pub dir: PathBuf,
}

/// A fleet as it is now; also while it is being written.
pub fn fleet_show(workspace: &Workspace, wanted: &str) -> Result<ShownFleet, OpError> {
    let store = workspace.open().fleets();
    let fleet = workspace.find_fleet(wanted)?;
    let loaded = store.read_fleet(&fleet, &sealing_key(workspace)?)?;
    let is_live = store.is_locked(&fleet)?;
    let LoadedFleet { state, warnings, secrets_pruned, .. } = loaded;
    Ok(ShownFleet { state, is_live, warnings, secrets_pruned, dir: store.run_dir(&fleet) })
}

/// All fleets, the newest first.
pub fn fleets(workspace: &Workspace) -> Result<Vec<RunId>, OpError> {
    let listed = workspace.open().fleets().list()?;
    Ok(listed.into_iter().map(|Listed { run, .. }| run).collect())
}
