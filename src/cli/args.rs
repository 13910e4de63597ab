//! The command line, as clap reads it.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

mod handling;
mod resolve;
mod stopping;
mod teardown;

pub use handling::{Exec, Export, ExportFormat, Key, Prune, Rotate};
pub use resolve::Resolve;
pub use stopping::{Cancel, Inject};
pub use teardown::Teardown;

/// Takes service accounts from nothing to working, without a browser.
///
/// A workflow is run step by step; each step is written to a journal before and after, so that a run can be resumed after
/// anything and nothing is done twice. stdout is data, stderr is talk.
///
/// Exit codes: 0 done, 1 a step failed or the run could not go on, 2 wrong use or wrong file, 3 stopped in doubt and a person must decide,
/// 130 interrupted or cancelled.
#[derive(Debug, Parser)]
#[command(name = "onramp", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,

    #[command(flatten)]
    pub global: Global,
}

#[derive(Debug, Args)]
pub struct Global {
    /// Colours: auto (a terminal, and NO_COLOR not set), always or never.
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, value_name = "WHEN", display_order = 900)]
    pub color: Color,

    /// Log to stderr: error, warn, info, debug or trace. Other libraries stay at warn.
    #[arg(long, env = "ONRAMP_LOG", global = true, value_name = "LEVEL", hide_env_values = true, display_order = 901)]
    pub log: Option<tracing::Level>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a workflow.
    Run(Run),
    /// Go on with all that is unfinished in a run, failed steps included.
    ///
    /// If the workflow's file was edited since, the run goes on with the edited one, and says first what that means for each
    /// step: kept, run again, looked at again once what it needs has run, judged again from its answer, removed, new. Comments,
    /// order, quoting, descriptions, retry and times change nothing. A step that took effect once is never done again unasked.
    Resume(Resume),
    /// Run steps of a run again, although they succeeded or failed.
    ///
    /// What waits for them keeps what it did, unless `--downstream` says that it runs again too. What is unfinished in the run
    /// goes on as with `resume`.
    Retry(Retry),
    /// Say of a step in doubt, failed or interrupted that it took place, or run it again.
    Resolve(Resolve),
    /// List all runs, the newest first.
    Runs(Runs),
    /// Show a run: its steps, errors and outputs.
    Show(Show),
    /// End a run from another terminal.
    ///
    /// Exit code 0 once the run has ended, however it did; 1 if it has not in the time waited for.
    Cancel(Cancel),
    /// Undo what a run made, last things first.
    Teardown(Teardown),
    /// Write the outputs of a run for other programs.
    Export(Export),
    /// Run a command with the outputs of a run in its environment.
    Exec(Exec),
    /// Forget runs that are over, or only their secrets.
    Prune(Prune),
    /// The key that seals runs.
    #[command(subcommand)]
    Key(Key),
    /// Check workflow files without running them.
    Validate(Validate),
    /// Run the embedded service by itself, until it is told to stop.
    Sandbox(Sandbox),
}

/// Where runs are kept.
#[derive(Debug, Args)]
pub struct StoreArgs {
    /// The folder that runs are kept in.
    #[arg(long, env = "ONRAMP_STORE", default_value = ".onramp", value_name = "DIR", hide_env_values = true)]
    pub store: PathBuf,
}

#[derive(Debug, Args)]
pub struct Run {
    /// The workflow file.
    pub file: PathBuf,

    /// Run against the embedded sandbox: nothing but this machine is contacted.
    #[arg(long)]
    pub sandbox: bool,

    /// A value for an input: NAME=VALUE, NAME=@FILE, or NAME=@- for standard input. Also read from ONRAMP_INPUT_NAME.
    #[arg(short = 'i', long = "input", value_name = "NAME=VALUE")]
    pub input: Vec<String>,

    /// Values for inputs, as a JSON object in a file.
    #[arg(long, value_name = "FILE")]
    pub inputs: Option<PathBuf>,

    /// An earlier run whose outputs become inputs of the same name, unless they are given otherwise.
    #[arg(long, value_name = "RUN")]
    pub inputs_from: Option<String>,

    /// The root of the service, instead of https://modelslab.com.
    #[arg(long, env = "ONRAMP_BASE_URL", value_name = "URL", hide_env_values = true)]
    pub base_url: Option<String>,

    /// A host or origin to which secrets may go beside the base URL and addresses given as inputs.
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,

    /// How long after its last byte a request in doubt is left alone before somebody looks.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub settle: Option<Duration>,

    /// A name for the run. If there is a run of this name, it is resumed, or shown if it is done; other inputs are refused.
    #[arg(long, value_name = "NAME")]
    pub id: Option<String>,

    /// Go only as far as this step and what it needs; a resume goes on.
    #[arg(long, value_name = "STEP")]
    pub until: Option<String>,

    #[command(flatten)]
    pub inject: Inject,

    #[command(flatten)]
    pub output: Output,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, Args)]
pub struct Output {
    /// Print one JSON document on stdout instead of the summary.
    #[arg(long)]
    pub json: bool,

    /// Print secret outputs in the clear.
    #[arg(long)]
    pub reveal: bool,

    /// No progress on stderr.
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct Resume {
    #[command(flatten)]
    pub going: GoingOn,
}

#[derive(Debug, Args)]
pub struct Retry {
    /// A step, or an item of one as `invite[ada@onramp.test]`; may be a list, and be given again.
    #[arg(long, value_name = "STEP", required = true)]
    pub step: Vec<String>,

    /// Run all that depends on these steps again as well.
    #[arg(long)]
    pub downstream: bool,

    #[command(flatten)]
    pub going: GoingOn,
}

/// How a run that exists goes on.
#[derive(Debug, Args)]
pub struct GoingOn {
    /// An id, the beginning of one, a name given with --id, or `last`.
    pub run: String,

    /// What this step or item did stands, although it would be something else now.
    #[arg(long, value_name = "STEP")]
    pub keep: Vec<String>,

    /// Do once more what this step or item did.
    #[arg(long, value_name = "STEP")]
    pub redo: Vec<String>,

    /// Go only as far as this step and what it needs.
    #[arg(long, value_name = "STEP")]
    pub until: Option<String>,

    /// Print what would become of each step, and do nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// Ignore the workflow's file: go on with the workflow as the run has it.
    #[arg(long)]
    pub as_stored: bool,

    /// Must be the base URL that the run was started with, if it is given.
    #[arg(long, env = "ONRAMP_BASE_URL", value_name = "URL", hide_env_values = true)]
    pub base_url: Option<String>,

    /// No other copy of the run's folder was worked in, although it was moved, copied or restored.
    #[arg(long)]
    pub trust_checkpoint: bool,

    #[command(flatten)]
    pub inject: Inject,

    #[command(flatten)]
    pub output: Output,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, Args)]
pub struct Runs {
    /// Print one JSON document on stdout.
    #[arg(long)]
    pub json: bool,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, Args)]
pub struct Show {
    /// An id, the beginning of one, a name given with --id, or `last`.
    pub run: String,

    /// Print one JSON document on stdout.
    #[arg(long)]
    pub json: bool,

    /// Print secret outputs in the clear.
    #[arg(long)]
    pub reveal: bool,

    /// Every try of every step, with what came of it.
    #[arg(long)]
    pub tries: bool,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, Args)]
pub struct Validate {
    /// Workflow files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,

    /// Print the findings as one JSON document on stdout.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Sandbox {
    /// HTTP port; 0 is any that is free.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub port: u16,

    /// IMAP port; 0 is any that is free.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub imap_port: u16,

    /// SMTP port; 0 is any that is free.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub smtp_port: u16,

    /// Keep the service's state in this folder, over restarts.
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,

    /// Faults to inject, as JSON (docs/sandbox.md).
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,

    /// Makes tokens, keys and fault draws repeatable; 0 draws a seed.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub seed: u64,

    /// Hand mail to another server instead of the sandbox's own inbox: lmtp://HOST:PORT.
    #[arg(long, value_name = "URL")]
    pub deliver_to: Option<String>,

    /// How the verification mail looks: laravel-link, code, spans, plain or base64.
    #[arg(long, value_name = "STYLE")]
    pub mail_style: Option<String>,

    /// Multiplies the rate limits.
    #[arg(long, value_name = "FACTOR")]
    pub rate_scale: Option<f64>,

    /// How long every request is held back.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub latency: Option<Duration>,
}

fn duration(text: &str) -> Result<Duration, String> {
    crate::workflow::parse_duration(text).ok_or_else(|| "write it like 500ms, 30s, 1m30s or 30d".to_owned())
}
