//! What `onramp fleet show`, `list` and `export` take.

use std::path::PathBuf;

use clap::Args;

use super::WhichFleet;
use crate::cli::args::groups::{Print, StoreArgs};

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
