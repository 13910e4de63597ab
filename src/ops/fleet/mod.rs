//! Fleets: the same workflow for many rows.

mod attach;
mod begin;
mod join;
mod log;
mod pick;
mod run;
mod show;

pub use join::{Joined, join};
pub use pick::Pick;
pub use run::{FleetConsole, FleetOutcome, FleetResumeRequest, FleetRunRequest, fleet_resume, fleet_run};
pub use show::{ShownFleet, fleet_show, fleets};
