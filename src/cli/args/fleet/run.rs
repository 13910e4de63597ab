//! What `onramp fleet run` and `onramp fleet resume` take.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::{RowArgs, WhichFleet};
use crate::cli::args::groups::{Print, Progress, SameService, Service, Spend, StoreArgs};
use crate::fleet::StopAfter;

/// Run a workflow for every row that has no run yet.
///
/// Rows are known by their key: the same file given twice, or with rows added, reordered or repeated, never starts a second
/// run for the same key. Rows that were interrupted go on; those that failed are left to `onramp fleet resume --failed`.
///
/// Exit codes: 0 all rows succeeded, 2 wrong use or wrong rows, 4 some rows failed or stopped in doubt, 130 interrupted.
#[derive(Debug, Args)]
pub struct FleetRun {
    /// The workflow file.
    pub file: PathBuf,

    #[command(flatten)]
    pub rows: RowArgs,

    /// The fleet's name; else the stem of the file with the rows.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// The terms of the service allow so many accounts: said once for each service, needed above 25 rows.
    #[arg(long)]
    pub accept_terms: bool,

    #[command(flatten)]
    pub service: Service,

    #[command(flatten)]
    pub driving: Driving,
}

/// Go on with the rows of a fleet that have not ended.
///
/// Exit codes as of `onramp fleet run`.
#[derive(Debug, Args)]
pub struct FleetResume {
    #[command(flatten)]
    pub which: WhichFleet,

    /// And with those that failed, were cancelled, or stopped in doubt.
    #[arg(long)]
    pub failed: bool,

    /// Of these, only rows for which it holds, as 'error.code == "mail.timeout"' (docs/fleets.md).
    #[arg(long = "where", value_name = "CONDITION", requires = "failed")]
    pub condition: Option<String>,

    /// Only these rows, by run or key. May be given again.
    #[arg(long, value_name = "ROW", conflicts_with = "failed")]
    pub row: Vec<String>,

    /// Go on with the workflow as the fleet has it, whatever became of its file.
    #[arg(long)]
    pub as_stored: bool,

    /// No other copy of the fleet did anything, whatever speaks for that.
    #[arg(long)]
    pub trust_checkpoint: bool,

    #[command(flatten)]
    pub service: SameService,

    #[command(flatten)]
    pub driving: Driving,
}

/// How the rows are driven and watched.
#[derive(Debug, Args)]
pub struct Driving {
    #[command(flatten)]
    pub flow: FlowArgs,

    #[command(flatten)]
    pub each: EachArgs,

    #[command(flatten)]
    pub spend: Spend,

    #[command(flatten)]
    pub print: Print,

    #[command(flatten)]
    pub progress: Progress,

    #[command(flatten)]
    pub store: StoreArgs,
}

/// How many rows go on at a time, and when none begins any more.
#[derive(Debug, Args)]
pub struct FlowArgs {
    /// Rows that are under way at a time; 25, or what `onramp fleet set` said.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_parallel: Option<u32>,

    /// So many rows first; the others once all of these have succeeded.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub canary: Option<u32>,

    /// Begin no more rows once so many have failed: a number, or a share of those that have ended, as 5%.
    #[arg(long, value_name = "N", value_parser = stop_after)]
    pub stop_after: Option<StopAfter>,
}

fn stop_after(text: &str) -> Result<StopAfter, String> {
    let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number > 0);
    let read = match text.strip_suffix('%') {
        Some(share) => number(share).filter(|share| *share <= 100).map(StopAfter::Percent),
        None => number(text).map(StopAfter::Count),
    };
    read.ok_or_else(|| "write a number from 1, or a share as 5%".to_owned())
}

/// What takes the outputs of each row.
#[derive(Debug, Args)]
pub struct EachArgs {
    /// A command takes the outputs of each row that succeeds, those with an `env` as variables: `--each -- CMD`.
    ///
    /// It is run at least once for each row, with the row's key in ONRAMP_ROW and its run in ONRAMP_RUN, and again by the next
    /// process that is given --each if it did not end well. What it prints goes to stderr.
    #[arg(long, requires = "command")]
    pub each: bool,

    /// The command of --each and its arguments; there is no shell in between.
    #[arg(last = true, requires = "each", value_name = "COMMAND")]
    pub command: Vec<OsString>,
}
