//! What `onramp fleet` takes.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::groups::{Print, Progress, SameService, Service, Spend, StoreArgs, duration};
use crate::fleet::StopAfter;
use crate::ops::RowFormat;

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

    #[command(flatten)]
    pub each: EachArgs,

    #[command(flatten)]
    pub flow: FlowArgs,

    /// The terms of the service allow so many accounts: said once for each service, needed above 25 rows.
    #[arg(long)]
    pub accept_terms: bool,

    #[command(flatten)]
    pub service: Service,

    #[command(flatten)]
    pub spend: Spend,

    #[command(flatten)]
    pub print: Print,

    #[command(flatten)]
    pub progress: Progress,

    #[command(flatten)]
    pub store: StoreArgs,
}

/// Where rows come from.
#[derive(Debug, Args)]
pub struct RowArgs {
    /// A file of rows: .csv, .jsonl, .json or .yaml; `-` is standard input.
    #[arg(long, value_name = "FILE", required_unless_present = "count")]
    pub inputs: Option<PathBuf>,

    /// What the rows are written in, where the file's name does not say so.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<RowsIn>,

    /// The column that tells rows apart, or several: `email,team`. Without it a row is told by all that it holds.
    #[arg(long, value_name = "COLUMN")]
    pub key: Option<String>,

    /// So many rows, without a file: each column from a --template.
    #[arg(long, value_name = "N", requires = "template", conflicts_with = "inputs")]
    pub count: Option<u64>,

    /// A column of --count: NAME=VALUE, in which ${{ index }} is the row's number.
    #[arg(long, value_name = "NAME=VALUE", requires = "count")]
    pub template: Vec<String>,

    /// A value for an input of every row: NAME=VALUE, NAME=@FILE or NAME=@-. What a row has itself wins.
    #[arg(short = 'i', long = "input", value_name = "NAME=VALUE")]
    pub input: Vec<String>,

    /// Go on with the good rows where others are wrong.
    #[arg(long)]
    pub skip_bad: bool,
}

/// What rows are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum RowsIn {
    Csv,
    Jsonl,
    Json,
    Yaml,
}

impl From<RowsIn> for RowFormat {
    fn from(rows: RowsIn) -> Self {
        match rows {
            RowsIn::Csv => Self::Csv,
            RowsIn::Jsonl => Self::Jsonl,
            RowsIn::Json => Self::Json,
            RowsIn::Yaml => Self::Yaml,
        }
    }
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

/// Write the outputs of all rows that have succeeded.
#[derive(Debug, Args)]
pub struct FleetExport {
    #[command(flatten)]
    pub which: WhichFleet,

    /// How they are written.
    #[arg(long, value_enum)]
    pub format: FleetExportFormat,

    /// Write secret outputs in the clear. Without it they are `***`, or left out of .env files.
    #[arg(long)]
    pub reveal: bool,

    /// Write to this file, for its owner alone, and not to stdout; for `dotenv-dir` the folder.
    #[arg(long, short, value_name = "PATH", required_if_eq("format", "dotenv-dir"))]
    pub output: Option<PathBuf>,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FleetExportFormat {
    /// A line for each row, its key first.
    Csv,
    /// An object for each row.
    Jsonl,
    /// A .env file for each row, named by its run.
    DotenvDir,
}

/// Which fleet is meant.
#[derive(Debug, Args)]
pub struct WhichFleet {
    /// Its name, the beginning of it, or `last`.
    pub fleet: String,
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

    /// Only these rows, by key. May be given again.
    #[arg(long, value_name = "KEY", conflicts_with = "failed")]
    pub row: Vec<String>,

    /// Go on with the workflow as the fleet has it, whatever became of its file.
    #[arg(long)]
    pub as_stored: bool,

    /// No other copy of the fleet did anything, whatever speaks for that.
    #[arg(long)]
    pub trust_checkpoint: bool,

    #[command(flatten)]
    pub each: EachArgs,

    #[command(flatten)]
    pub flow: FlowArgs,

    #[command(flatten)]
    pub service: SameService,

    #[command(flatten)]
    pub spend: Spend,

    #[command(flatten)]
    pub print: Print,

    #[command(flatten)]
    pub progress: Progress,

    #[command(flatten)]
    pub store: StoreArgs,
}

/// Say of steps of many rows that they took place, or run them again.
///
/// Only the answers are recorded; `onramp fleet resume` goes on with them. Without --step, all that is in doubt in a row is
/// answered, or else what it failed at. A row about which there is nothing to answer is left as it is and named.
///
/// Exit codes: 0 all rows were answered for, 2 wrong use, 4 some rows were left as they are.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("answer").required(true).args(["done", "redo"]))]
#[command(group = clap::ArgGroup::new("rows").required(true).args(["condition", "row"]))]
pub struct FleetResolve {
    #[command(flatten)]
    pub which: WhichFleet,

    /// Rows that have not succeeded and for which it holds, as 'error.code == "in_doubt"' (docs/fleets.md).
    #[arg(long = "where", value_name = "CONDITION")]
    pub condition: Option<String>,

    /// These rows, by key. May be given again.
    #[arg(long, value_name = "KEY")]
    pub row: Vec<String>,

    /// A step, an item of one, or what helps it after an error: `signup`, `invite[ada@onramp.test]`, `code/on-error`.
    #[arg(long)]
    pub step: Option<String>,

    /// It took place: it is not sent again.
    #[arg(long)]
    pub done: bool,

    /// Send it again, under a new idempotency key.
    #[arg(long)]
    pub redo: bool,

    /// An output of the step, the same for all rows: NAME=VALUE, NAME=@FILE, or NAME=@- for standard input.
    #[arg(long, value_name = "NAME=VALUE", conflicts_with = "redo", requires = "step")]
    pub output: Vec<String>,

    #[command(flatten)]
    pub store: StoreArgs,
}

/// Show a fleet: how many rows there are of each kind, why rows failed, and what does them again.
#[derive(Debug, Args)]
pub struct FleetShow {
    #[command(flatten)]
    pub which: WhichFleet,

    /// With --json: every row.
    #[arg(long, requires = "json")]
    pub rows: bool,

    #[command(flatten)]
    pub print: Print,

    #[command(flatten)]
    pub store: StoreArgs,
}

/// List all fleets, the newest first.
#[derive(Debug, Args)]
pub struct FleetList {
    #[command(flatten)]
    pub print: Print,

    #[command(flatten)]
    pub store: StoreArgs,
}

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

/// Undo what the rows of a fleet made, each as `onramp teardown` does.
///
/// No row begins or goes on after that. A teardown that was interrupted goes on when it is asked for again, and what failed is tried
/// again; what is undone stays so.
///
/// Exit codes: 0 nothing is left that could be undone, 2 wrong use, or nobody said yes, 4 of some rows it is not, 130 interrupted.
#[derive(Debug, Args)]
pub struct FleetTeardown {
    #[command(flatten)]
    pub which: WhichFleet,

    /// Do not ask. Without a terminal there is nobody to ask, and this is needed.
    #[arg(short, long)]
    pub yes: bool,

    /// Rows that are undone at a time; 25, or what `onramp fleet set` said.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_parallel: Option<u32>,

    #[command(flatten)]
    pub service: SameService,

    #[command(flatten)]
    pub print: Print,

    #[command(flatten)]
    pub progress: Progress,

    #[command(flatten)]
    pub store: StoreArgs,
}
