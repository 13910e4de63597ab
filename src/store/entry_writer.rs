//! Whoever writes a run, wherever it is kept.

use super::error::StoreError;
use super::fleet::RowWriter;
use super::writer::RunWriter;
use crate::clock::Timestamp;
use crate::fleet::FleetState;
use crate::run::{Entry, Recorded};
use crate::workflow::Texts;

/// Writes entries of one run: into its own journal, or, of a row, into that of its fleet.
pub enum EntryWriter {
    Run(Box<RunWriter>),
    Row(Box<RowWriter>),
}

impl EntryWriter {
    /// See [`RunWriter::append`].
    pub fn append(&mut self, entries: &[Entry], sync: bool) -> Result<(), StoreError> {
        match self {
            Self::Run(writer) => writer.append(entries, sync),
            Self::Row(writer) => writer.append(entries, sync),
        }
    }

    /// See [`RunWriter::keep_workflow`]. `version` is the run's; a fleet counts its own.
    pub fn keep_workflow(&mut self, version: u32, texts: &Texts) -> Result<String, StoreError> {
        match self {
            Self::Run(writer) => writer.keep_workflow(version, texts),
            Self::Row(writer) => writer.keep_workflow(texts),
        }
    }

    pub fn checkpoint_due(&self) -> bool {
        match self {
            Self::Run(writer) => writer.checkpoint_due(),
            Self::Row(writer) => writer.checkpoint_due(),
        }
    }

    /// See [`RunWriter::checkpoint`]. A fleet has one checkpoint for all of its rows.
    pub fn checkpoint(&mut self, state: &Recorded, durable: bool) -> Result<(), StoreError> {
        match self {
            Self::Run(writer) => writer.checkpoint(state, durable),
            Self::Row(writer) => writer.checkpoint(durable),
        }
    }

    /// Nothing is left of the run that could be undone: the fleet of a row is told.
    pub fn torn_down(&mut self, at: Timestamp) -> Result<(), StoreError> {
        match self {
            Self::Run(_) => Ok(()),
            Self::Row(writer) => writer.torn_down(at),
        }
    }

    /// The fleet that the run is a row of.
    pub fn fleet(&self) -> Option<&FleetState> {
        match self {
            Self::Run(_) => None,
            Self::Row(writer) => Some(writer.state()),
        }
    }
}

impl From<RunWriter> for EntryWriter {
    fn from(writer: RunWriter) -> Self {
        Self::Run(Box::new(writer))
    }
}
