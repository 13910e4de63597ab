//! What is asked of a fleet from another terminal.

use std::time::Duration;

use clap::Args;

use super::WhichFleet;
use crate::cli::args::groups::{StoreArgs, duration};

/// Let no more rows begin; those under way go on to their end.
#[derive(Debug, Args)]
pub struct FleetPause {
    #[command(flatten)]
    pub which: WhichFleet,

    #[command(flatten)]
    pub store: StoreArgs,
}

/// Let rows begin again.
#[derive(Debug, Args)]
pub struct FleetUnpause {
    #[command(flatten)]
    pub which: WhichFleet,

    #[command(flatten)]
    pub store: StoreArgs,
}

/// Change how many rows are under way at a time, also while they are.
#[derive(Debug, Args)]
pub struct FleetSet {
    #[command(flatten)]
    pub which: WhichFleet,

    /// Rows that are under way at a time.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_parallel: u32,

    #[command(flatten)]
    pub store: StoreArgs,
}

/// End a fleet from another terminal: no row begins, and those under way stop as a cancelled run does.
///
/// Exit code 0 once it has ended; 1 if it has not in the time waited for. `onramp fleet resume` goes on.
#[derive(Debug, Args)]
pub struct FleetCancel {
    #[command(flatten)]
    pub which: WhichFleet,

    /// How long to wait until it has ended.
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "2m")]
    pub wait: Duration,

    /// Ask, and do not wait.
    #[arg(long, conflicts_with = "wait")]
    pub no_wait: bool,

    #[command(flatten)]
    pub store: StoreArgs,
}
