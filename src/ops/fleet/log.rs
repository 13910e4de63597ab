//! The journal and checkpoint of a fleet as the engine's log.

use crate::engine::{FleetLog, HostError, Sealer};
use crate::fleet::{FleetEntry, FleetState, RowId};
use crate::id::RunId;
use crate::run::Entry;
use crate::store::{FleetSealer, FleetWriter, SealedFacts, StoreError};

pub(super) struct StoredLog(pub FleetWriter);

#[derive(Clone)]
pub(super) struct StoredSealer(pub FleetSealer);

fn failed(error: StoreError) -> HostError {
    HostError(error.to_string())
}

impl FleetLog for StoredLog {
    type Sealed = SealedFacts;

    fn append(&mut self, facts: &[SealedFacts], sync: bool) -> Result<u64, HostError> {
        self.0.append(facts, sync).map_err(failed)
    }

    fn checkpoint(&mut self, state: &FleetState, last: bool) {
        if (last || self.0.checkpoint_due())
            && let Err(error) = self.0.checkpoint(state, last)
        {
            tracing::warn!(%error, "no checkpoint could be written; the journal has everything");
        }
    }
}

impl Sealer for StoredSealer {
    type Sealed = SealedFacts;

    fn fact(&self, entry: &FleetEntry) -> Result<SealedFacts, HostError> {
        self.0.fact(entry).map_err(failed)
    }

    fn row(&self, row: RowId, run: &RunId, entries: &[Entry]) -> Result<SealedFacts, HostError> {
        self.0.row(row, run, entries).map_err(failed)
    }
}
