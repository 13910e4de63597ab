//! What may be forgotten: a run, or a fleet with all of its rows.

use crate::clock::Timestamp;
use crate::fleet::{FleetState, RowPhase};
use crate::id::RunId;
use crate::ops::show::{Shown, read};
use crate::ops::stored::restore;
use crate::ops::{OpError, Workspace};
use crate::run::{RunStarted, RunStatus};
use crate::store::{Held, Key, LoadedFleet};

pub(super) enum Candidate {
    Run(Box<Shown>),
    Fleet(Box<LoadedFleet>),
}

impl Candidate {
    pub fn run(workspace: &Workspace, run: &RunId, key: &Key) -> Result<Self, OpError> {
        Ok(Self::Run(Box::new(read(workspace, run, key)?)))
    }

    pub fn fleet(workspace: &Workspace, fleet: &RunId, key: &Key) -> Result<Self, OpError> {
        Ok(Self::Fleet(Box::new(workspace.open().fleets().read_fleet(fleet, key)?)))
    }

    pub fn started(&self) -> &RunStarted {
        match self {
            Self::Run(shown) => &shown.outcome.state.started,
            Self::Fleet(loaded) => &loaded.state.started,
        }
    }

    pub fn status(&self) -> RunStatus {
        match self {
            Self::Run(shown) => shown.outcome.state.status,
            Self::Fleet(loaded) => status_of(&loaded.state),
        }
    }

    /// The time of its last entry.
    pub fn last(&self) -> Timestamp {
        match self {
            Self::Run(shown) => shown.outcome.state.now,
            Self::Fleet(loaded) => loaded.state.now,
        }
    }

    pub fn secrets_pruned(&self) -> Option<Timestamp> {
        match self {
            Self::Run(shown) => shown.secrets_pruned,
            Self::Fleet(loaded) => loaded.secrets_pruned,
        }
    }

    /// Whether nobody went on with it since it was read.
    pub fn is_as_read(&self, workspace: &Workspace, held: &Held<'_>, key: &Key) -> Result<bool, OpError> {
        Ok(match self {
            Self::Run(shown) => restore(workspace, held.read(key)?)?.state.seq == shown.outcome.state.seq,
            Self::Fleet(loaded) => held.read_fleet(key)?.state == loaded.state,
        })
    }
}

/// How a fleet on which nobody works stands, if it is taken for one run. A row that has not begun keeps it from being over, unless
/// it was withdrawn, or no row begins any more.
fn status_of(fleet: &FleetState) -> RunStatus {
    let has = |wanted: &dyn Fn(RowPhase) -> bool| fleet.rows.iter().any(|row| !row.torn_down && wanted(row.phase));
    let waits = !fleet.teardown && fleet.rows.iter().any(|row| row.phase == RowPhase::Waiting && !row.withdrawn);
    let ended = |status: RunStatus| has(&move |phase| phase == RowPhase::Ended(status));
    match () {
        () if ended(RunStatus::InDoubt) => RunStatus::InDoubt,
        () if waits || has(&|phase| phase == RowPhase::Begun) || ended(RunStatus::Interrupted) => {
            RunStatus::Interrupted
        }
        () if ended(RunStatus::Failed) => RunStatus::Failed,
        () if ended(RunStatus::Cancelled) => RunStatus::Cancelled,
        () => RunStatus::Succeeded,
    }
}
