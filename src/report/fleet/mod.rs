//! Fleets, for people and for programs.

pub mod bad_rows;
mod page;
mod progress;
mod summary;

pub use page::{line, page};
pub use progress::{FleetLines, FleetLive, FleetReporter};
pub use summary::{FleetSummary, json};
