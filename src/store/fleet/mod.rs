//! A fleet's files: as those of a run, but for a journal in which the entries of all its rows stand, each under its row, and
//! a checkpoint that has a line's worth of each row.
//!
//! A fleet of ten thousand rows has a journal of a hundred megabytes and more. So nobody reads all of it: who wants to know
//! what became of the fleet reads the checkpoint and what follows it, and who wants a row reads from its first commit to
//! its last. What is read is checked: each line has the MAC of the line before in its own.

mod checkpoint;
mod facts;
mod read;
mod row;
mod rows;
mod scan;
mod writer;

pub(super) use read::read;
pub use read::{FleetReader, LoadedFleet, RowFacts};
pub use row::RowWriter;
pub use writer::{FleetSealer, FleetWriter, NewFleet, SealedFacts};

#[cfg(test)]
mod tests;
