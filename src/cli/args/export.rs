//! What `onramp export` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::groups::{StoreArgs, Which};

/// Write the outputs of a run for other programs.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    pub which: Which,

    /// How the outputs are written (docs/runs.md).
    #[arg(long, value_enum)]
    pub format: ExportFormat,

    /// Write secret outputs in the clear. Without it they are left out, or `***` in JSON and CSV.
    #[arg(long)]
    pub reveal: bool,

    /// Write to this file, for its owner alone, and not to stdout. With `github` the file is appended to, and stdout has the
    /// commands that mask secrets in the job's log.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Lines of a `.env` file.
    Dotenv,
    /// Lines for `eval` in a POSIX shell.
    Shell,
    /// One object, by the names of the outputs.
    Json,
    /// A table for people; JSON is more exact.
    Csv,
    /// For `--output "$GITHUB_ENV"` or `"$GITHUB_OUTPUT"`.
    Github,
}
