//! Many runs at a time, and one journal for all of them.
//!
//! ```text
//!  row's driver ──entries──▶ RowLog ──sealed──▶ ┌────────────┐ one commit, one sync
//!  row's driver ──entries──▶ RowLog ──sealed──▶ │ FleetDriver │ ───────────────────▶ FleetLog
//!  row's driver ◀──────── it is on disk ─────── └────────────┘
//! ```
//!
//! Each row is driven as any run is, with a log that hands its entries to the fleet's driver. That one owns the
//! [`FleetState`](crate::fleet::FleetState): what came while the disk was busy, and in a crowd of rows what came soon
//! after a commit, goes into the next one, so that a group of rows shares a sync; between two commits it decides which rows begin.

mod driver;
mod message;
mod row_log;
#[cfg(test)]
mod tests;

pub use driver::{FleetDriver, FleetEnd, FleetLog, RowStart, Rows};
pub use row_log::{RowLog, RowNotes, Sealer};
