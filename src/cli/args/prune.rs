//! What `onramp prune` takes.

use std::time::Duration;

use clap::Args;

use super::groups::{Print, StoreArgs, duration};

/// Forget runs and fleets that are over, or only their secrets.
///
/// A fleet is over when all of its rows are; it is forgotten as a whole.
#[derive(Debug, Args)]
pub struct Prune {
    /// Only those whose last entry is at least so old, such as 30d.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub older_than: Duration,

    /// Keep them, and make their secrets unreadable for good. They can be shown, but not resumed.
    #[arg(long)]
    pub secrets: bool,

    /// Also those that are interrupted or in doubt, or have rows that did not begin.
    #[arg(long)]
    pub unfinished: bool,

    /// Only say what would be done.
    #[arg(long)]
    pub dry_run: bool,

    #[command(flatten)]
    pub print: Print,

    #[command(flatten)]
    pub store: StoreArgs,
}
