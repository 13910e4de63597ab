//! What is done with runs once they are over.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::{StoreArgs, duration};

#[derive(Debug, Args)]
pub struct Export {
    /// An id, the beginning of one, or `last`.
    pub run: String,

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

/// Run a command with the outputs of a run in its environment.
///
/// Each output that has an `env` in the workflow is set under that name, secret ones too; nothing is printed. Variables that
/// begin with ONRAMP_ are withheld. There is no shell in between. The exit code is the command's own: 128 and the signal if
/// one ended it, 127 if it was not found, 126 if it could not be run.
#[derive(Debug, Args)]
pub struct Exec {
    /// An id, the beginning of one, or `last`.
    pub run: String,

    /// The command and its arguments.
    #[arg(required = true, last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, Args)]
pub struct Prune {
    /// Only runs whose last entry is at least so old, such as 30d.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub older_than: Duration,

    /// Keep the runs, and make their secrets unreadable for good. They can be shown, but not resumed.
    #[arg(long)]
    pub secrets: bool,

    /// Also runs that are interrupted or in doubt.
    #[arg(long)]
    pub unfinished: bool,

    /// Only say what would be done.
    #[arg(long)]
    pub dry_run: bool,

    /// Print one JSON document on stdout.
    #[arg(long)]
    pub json: bool,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, Subcommand)]
pub enum Key {
    /// Make a key where the configuration says: at ONRAMP_KEY_FILE, or in your configuration folder.
    New,
    /// Seal all runs of the store with a new key, and keep the old one beside it.
    Rotate(Rotate),
}

#[derive(Debug, Args)]
pub struct Rotate {
    /// Seal with the key in this file, which is made if it is not there, and leave the present key alone.
    #[arg(long, value_name = "FILE", conflicts_with = "finish")]
    pub to_key_file: Option<PathBuf>,

    /// Make no new key: only seal runs with the present one that are still sealed with an older one.
    #[arg(long)]
    pub finish: bool,

    #[command(flatten)]
    pub store: StoreArgs,
}
