//! The one who writes a row of a fleet on which nobody else works.

use super::writer::FleetWriter;
use crate::clock::Timestamp;
use crate::fleet::{FleetEntry, FleetFact, FleetState, RowId};
use crate::run::{Entry, Fact};
use crate::store::error::StoreError;
use crate::store::texts;
use crate::workflow::Texts;

/// What a [`RunWriter`](crate::store::RunWriter) is to a run: entries go into the fleet's journal, and into its state.
pub struct RowWriter {
    fleet: FleetWriter,
    state: FleetState,
    row: RowId,
    seq: u64,
}

impl RowWriter {
    /// Goes on with a row of `fleet` that has begun, whose last entry is `seq`. `state` is the fleet's after its last commit.
    pub fn new(fleet: FleetWriter, state: FleetState, row: RowId, seq: u64) -> Self {
        Self { fleet, state, row, seq }
    }

    /// Of the fleet, after the last commit.
    pub fn state(&self) -> &FleetState {
        &self.state
    }

    /// As [`RunWriter::append`](crate::store::RunWriter::append).
    pub fn append(&mut self, entries: &[Entry], sync: bool) -> Result<(), StoreError> {
        let wrong = entries.iter().zip(self.seq + 1..).find(|(entry, due)| entry.seq != *due);
        if let Some((entry, due)) = wrong {
            return Err(StoreError::OutOfOrder { expected: due, found: entry.seq });
        }
        let takeover: Vec<FleetEntry> = entries.iter().find_map(takeover).into_iter().collect();
        if !takeover.is_empty() {
            // The folder is the fleet's: that it may be a copy, or is none, holds for all rows.
            self.fleet.accept();
        }
        self.fleet.record(&mut self.state, &takeover, &[(self.row, entries)], sync)?;
        self.seq += entries.len() as u64;
        Ok(())
    }

    /// Puts other texts beside those that the fleet has, as its next version, and gives what pins them.
    pub fn keep_workflow(&mut self, texts: &Texts) -> Result<String, StoreError> {
        let pin = texts::pin(texts)?;
        if self.state.workflows.last() == Some(&pin) {
            return Ok(pin);
        }
        let workflow = self.fleet.keep_workflow(self.state.version() + 1, texts)?;
        let entry = FleetEntry { at: self.state.now, fact: FleetFact::Replanned { workflow: workflow.clone() } };
        self.fleet.record(&mut self.state, &[entry], &[], true)?;
        Ok(workflow)
    }

    /// Nothing is left of the row that could be undone.
    pub fn torn_down(&mut self, at: Timestamp) -> Result<(), StoreError> {
        if self.state.row(self.row).is_some_and(|row| row.torn_down) {
            return Ok(());
        }
        let entry = FleetEntry { at: at.max(self.state.now), fact: FleetFact::TornDown(self.row) };
        self.fleet.record(&mut self.state, &[entry], &[], true)?;
        self.checkpoint(true)
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
