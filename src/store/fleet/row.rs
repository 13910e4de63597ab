//! The one who writes a row of a fleet on which nobody else works.

use std::path::PathBuf;

use super::writer::FleetWriter;
use crate::fleet::{FleetEntry, FleetFact, FleetState, RowEvent, RowId};
use crate::id::RunId;
use crate::run::{Entry, Fact};
use crate::store::disk::RunFile;
use crate::store::error::StoreError;
use crate::store::texts;
use crate::workflow::Texts;

/// What a [`RunWriter`](crate::store::RunWriter) is to a run: entries go into the fleet's journal, and into its state.
pub struct RowWriter {
    fleet: FleetWriter,
    state: FleetState,
    row: RowId,
    run: RunId,
    seq: u64,
}

impl RowWriter {
    /// Goes on with a row of `fleet` that has begun, whose last entry is `seq`. `state` is the fleet's after its last commit.
    pub fn new(fleet: FleetWriter, state: FleetState, row: RowId, seq: u64) -> Result<Self, StoreError> {
        let wrong = |what: String| StoreError::damaged(fleet.path(RunFile::Journal), None, what);
        let run = row.run(state.id()).map_err(|error| wrong(error.to_string()))?;
        Ok(Self { fleet, state, row, run, seq })
    }

    /// Of the fleet, after the last commit.
    pub fn state(&self) -> &FleetState {
        &self.state
    }

    pub fn path(&self, file: RunFile) -> PathBuf {
        self.fleet.path(file)
    }

    /// As [`RunWriter::append`](crate::store::RunWriter::append).
    pub fn append(&mut self, entries: &[Entry], sync: bool) -> Result<(), StoreError> {
        let wrong = entries.iter().zip(self.seq + 1..).find(|(entry, due)| entry.seq != *due);
        if let Some((entry, due)) = wrong {
            return Err(StoreError::OutOfOrder { expected: due, found: entry.seq });
        }
        let takeover = entries.iter().find_map(takeover);
        let mut facts = takeover.iter().map(|entry| self.fleet.sealer().fact(entry)).collect::<Result<Vec<_>, _>>()?;
        facts.extend(self.fleet.sealer().row(self.row, &self.run, entries)?);
        if takeover.is_some() {
            // The folder is the fleet's: that it may be a copy, or is none, holds for all rows.
            self.fleet.accept();
        }
        let offset = self.fleet.append(&facts, sync)?;
        let applied = takeover.iter().try_for_each(|entry| self.state.apply(entry));
        applied.map_err(|error| self.illegal(&error.to_string()))?;
        for entry in entries {
            let applied = self.state.apply_row(self.row, RowEvent::of(entry), offset);
            applied.map_err(|error| self.illegal(&error.to_string()))?;
        }
        self.seq += entries.len() as u64;
        Ok(())
    }

    fn illegal(&self, what: &str) -> StoreError {
        StoreError::damaged(self.path(RunFile::Journal), None, what)
    }

    /// Puts other texts beside those that the fleet has, as its next version, and gives what pins them.
    pub fn keep_workflow(&mut self, texts: &Texts) -> Result<String, StoreError> {
        let pin = texts::pin(texts)?;
        if self.state.workflows.last() == Some(&pin) {
            return Ok(pin);
        }
        let workflow = self.fleet.keep_workflow(self.state.version() + 1, texts)?;
        let entry = FleetEntry { at: self.state.now, fact: FleetFact::Replanned { workflow: workflow.clone() } };
        let sealed = self.fleet.sealer().fact(&entry)?;
        self.fleet.append(&[sealed], true)?;
        self.state.apply(&entry).map_err(|error| self.illegal(&error.to_string()))?;
        Ok(workflow)
    }

    pub fn checkpoint_due(&self) -> bool {
        self.fleet.checkpoint_due()
    }

    /// Replaces the fleet's checkpoint.
    pub fn checkpoint(&mut self, durable: bool) -> Result<(), StoreError> {
        self.fleet.checkpoint(&self.state, durable)
    }
}

/// What the fleet is to know of how a row was taken over.
fn takeover(entry: &Entry) -> Option<FleetEntry> {
    match &entry.fact {
        Fact::Resumed(how) if how.wary || how.trusted => {
            Some(FleetEntry { at: entry.at, fact: FleetFact::Resumed { wary: how.wary, trusted: how.trusted } })
        }
        _ => None,
    }
}
