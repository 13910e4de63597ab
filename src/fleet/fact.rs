//! What a fleet's journal holds beside the entries of its rows.

use super::row::{Row, RowId};
use crate::clock::Timestamp;
use crate::run::RunStarted;

#[derive(Debug, Clone, PartialEq)]
pub struct FleetEntry {
    pub at: Timestamp,
    pub fact: FleetFact,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FleetFact {
    /// What all rows have in common. Its run is the fleet, and it has no inputs.
    Started(Box<RunStarted>),
    /// Another process goes on. `wary`: the fleet's folder may be a copy, and what another one did is not in this journal.
    /// `trusted`: a person vouches for it.
    Resumed { wary: bool, trusted: bool },
    /// The workflow was edited: rows that begin from here on have the text that this pins, which gets the next version.
    Replanned { workflow: String },
    /// Each gets the next number.
    RowsAdded(Vec<Row>),
    /// They are not in what was given last: those that wait do not begin.
    RowsWithdrawn(Vec<RowId>),
    /// They were withdrawn, and are given again.
    RowsReturned(Vec<RowId>),
    /// A command of the user's takes the outputs of each row that has succeeded (`--each`).
    HandsOn,
    /// The user's command has taken the outputs of this row.
    HandedOn(RowId),
    /// What all rows made is taken back: none begins or goes on any more.
    TeardownStarted,
    /// Nothing is left of this row that could be undone.
    TornDown(RowId),
    /// From now on no row begins, or they do again.
    Paused(bool),
    /// At most so many rows are under way at a time.
    ParallelSet(u32),
}

/// What is asked of a fleet from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// No row begins; or rows begin again.
    Pause(bool),
    /// At most so many rows are under way at a time.
    MaxParallel(u32),
}

impl From<Control> for FleetFact {
    fn from(control: Control) -> Self {
        match control {
            Control::Pause(pause) => Self::Paused(pause),
            Control::MaxParallel(most) => Self::ParallelSet(most),
        }
    }
}
