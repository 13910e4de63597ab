//! Fleets, for people and for programs.

pub mod bad_rows;
mod export;
mod json;
mod page;
mod progress;
mod summary;

#[cfg(test)]
mod tests;

pub use export::{ExportedRow, csv, jsonl};
pub use json::json;
pub use page::{line, page};
pub use progress::{FleetLines, FleetLive, FleetReporter};
pub use summary::FleetSummary;
