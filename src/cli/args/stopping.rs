//! How runs are stopped, and troubled on purpose.

use std::time::Duration;

use clap::Args;

use super::{StoreArgs, duration};

#[derive(Debug, Args)]
pub struct Cancel {
    /// An id, the beginning of one, or `last`.
    pub run: String,

    /// How long to wait until the run has ended.
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "2m")]
    pub wait: Duration,

    /// Ask, and do not wait.
    #[arg(long, conflicts_with = "wait")]
    pub no_wait: bool,

    /// Print one JSON document on stdout instead of the summary.
    #[arg(long)]
    pub json: bool,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, Args)]
pub struct Inject {
    /// Make trouble to see what the workflow does then: fail:STEP, fail:STEP@N (its N-th try), repeat:STEP, crash:STEP or
    /// delay:STEP=2s. STEP may be an item, as invite[ada@onramp.test]. May be given again (docs/runs.md).
    #[arg(long, value_name = "TROUBLE")]
    pub inject: Vec<String>,
}
