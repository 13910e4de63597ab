//! What `onramp cancel` takes.

use std::time::Duration;

use clap::Args;

use super::groups::{Print, StoreArgs, Which, duration};

/// End a run from another terminal.
///
/// Exit code 0 once the run has ended, however it did; 1 if it has not in the time waited for.
#[derive(Debug, Args)]
pub struct Cancel {
    #[command(flatten)]
    pub which: Which,

    /// How long to wait until the run has ended.
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "2m")]
    pub wait: Duration,

    /// Ask, and do not wait.
    #[arg(long, conflicts_with = "wait")]
    pub no_wait: bool,

    #[command(flatten)]
    pub print: Print,

    #[command(flatten)]
    pub store: StoreArgs,
}
