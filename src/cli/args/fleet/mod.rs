//! What `onramp fleet` takes.

mod out;
mod resolve;
mod rows;
mod run;
mod steer;

use clap::{Args, Subcommand};

pub use out::{FleetExport, FleetExportFormat, FleetList, FleetShow};
pub use resolve::{FleetResolve, FleetTeardown};
pub use rows::RowArgs;
pub use run::{Driving, FleetResume, FleetRun, FlowArgs};
pub use steer::{FleetCancel, FleetPause, FleetSet, FleetUnpause};

/// The same workflow for many rows.
#[derive(Debug, Subcommand)]
pub enum Fleet {
    Run(Box<FleetRun>),
    Resume(FleetResume),
    Resolve(FleetResolve),
    Show(FleetShow),
    List(FleetList),
    Pause(FleetPause),
    Unpause(FleetUnpause),
    Set(FleetSet),
    Cancel(FleetCancel),
    Export(FleetExport),
    Teardown(FleetTeardown),
}

/// Which fleet is meant.
#[derive(Debug, Args)]
pub struct WhichFleet {
    /// Its name, the beginning of it, or `last`.
    pub fleet: String,
}
