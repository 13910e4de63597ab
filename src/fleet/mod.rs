//! The same workflow for many rows: what a fleet is, what became of each row, and which rows may begin.
//!
//! A row is a run: its entries are those of any run, and stand in the fleet's one journal, each under its row. What a fleet
//! knows beside them are its own facts. [`FleetState`] is the fold of both; it holds of a row what is needed to
//! choose and to count, and nothing that grows with what the row does.

mod admit;
mod bad_row;
mod event;
mod fact;
#[cfg(test)]
pub(crate) mod fixture;
mod meant;
mod row;
mod row_state;
mod state;
mod waits;

#[cfg(test)]
mod tests;

pub use admit::{Admission, Flow, Progress, StopAfter, StopReason, admit};
pub use bad_row::BadRow;
pub use event::{Happening, RowEvent, RowTrouble};
pub use fact::{Control, FleetEntry, FleetFact};
pub use row::{InvalidKey, Row, RowId, RowKey};
pub use row_state::{RowPhase, RowState};
pub use state::{FleetState, IllegalFact, Tally};
pub use waits::StepWaits;
