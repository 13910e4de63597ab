//! What several commands take, each group with its words in one place.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::Global;
use crate::ops::{DEFAULT_STORE, host_or_origin};
use crate::workflow::Money;

/// Where runs are kept.
#[derive(Debug, Args)]
pub struct StoreArgs {
    /// The folder that runs are kept in; `.onramp` if nothing else says so.
    #[arg(long, env = "ONRAMP_STORE", value_name = "DIR", hide_env_values = true)]
    pub store: Option<PathBuf>,
}

impl StoreArgs {
    /// The folder, from wherever it is named.
    pub fn folder(&self, global: &Global) -> PathBuf {
        let named = self.store.as_ref().or(global.chosen.store.as_ref());
        named.cloned().unwrap_or_else(|| DEFAULT_STORE.into())
    }
}

/// Which run is meant.
#[derive(Debug, Args)]
pub struct Which {
    /// An id, the beginning of one, a name given with --id, or `last`; a row of a fleet as FLEET/KEY.
    pub run: String,
}

/// Values for the inputs of a workflow.
#[derive(Debug, Args)]
pub struct Inputs {
    /// A value for an input: NAME=VALUE, NAME=@FILE, or NAME=@- for standard input. Also read from ONRAMP_INPUT_NAME.
    #[arg(short = 'i', long = "input", value_name = "NAME=VALUE")]
    pub input: Vec<String>,

    /// Values for inputs, as a JSON object in a file.
    #[arg(long, value_name = "FILE")]
    pub inputs: Option<PathBuf>,

    /// An earlier run whose outputs become inputs of the same name, unless they are given otherwise.
    #[arg(long, value_name = "RUN")]
    pub inputs_from: Option<String>,
}

/// Which service is meant.
#[derive(Debug, Args)]
pub struct Target {
    /// Run against the embedded sandbox: nothing but this machine is contacted.
    #[arg(long)]
    pub sandbox: bool,

    /// The root of the service, instead of https://modelslab.com.
    #[arg(long, env = "ONRAMP_BASE_URL", value_name = "URL", hide_env_values = true)]
    pub base_url: Option<String>,
}

/// Which service a run begins at, and how it is treated.
#[derive(Debug, Args)]
pub struct Service {
    #[command(flatten)]
    pub target: Target,

    /// A host or origin to which secrets may go beside the base URL and addresses given as inputs.
    #[arg(long, value_name = "HOST", value_parser = host_or_origin)]
    pub allow_host: Vec<String>,

    /// How long after its last byte a request in doubt is left alone before somebody looks.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub settle: Option<Duration>,
}

/// The service of a run that exists.
#[derive(Debug, Args)]
pub struct SameService {
    /// Must be the base URL that the run was started with, if it is given.
    #[arg(long, env = "ONRAMP_BASE_URL", value_name = "URL", hide_env_values = true)]
    pub base_url: Option<String>,
}

/// What may be spent.
#[derive(Debug, Args)]
pub struct Spend {
    /// Let the run spend up to so many US dollars, as 20 or 19.99, or `any`. Without it a step that spends money is refused;
    /// credits and the sandbox need no leave. A run that exists keeps its limit unless it is given another.
    #[arg(long, value_name = "LIMIT")]
    pub allow_spend: Option<Money>,
}

/// Trouble on purpose.
#[derive(Debug, Args)]
pub struct Inject {
    /// Make trouble to see what the workflow does then: fail:STEP, fail:STEP@N (its N-th try), repeat:STEP, crash:STEP or
    /// delay:STEP=2s. STEP may be an item, as invite[ada@onramp.test]. May be given again (docs/runs.md).
    #[arg(long, value_name = "TROUBLE")]
    pub inject: Vec<String>,
}

/// How a run is watched, and what is printed in the end.
#[derive(Debug, Args)]
pub struct Output {
    #[command(flatten)]
    pub print: Print,

    #[command(flatten)]
    pub secrets: Reveal,

    #[command(flatten)]
    pub progress: Progress,
}

#[derive(Debug, Args)]
pub struct Print {
    /// Print one JSON document on stdout.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Reveal {
    /// Print secret outputs in the clear.
    #[arg(long)]
    pub reveal: bool,
}

#[derive(Debug, Args)]
pub struct Progress {
    /// No progress on stderr.
    #[arg(short, long)]
    pub quiet: bool,
}

pub fn duration(text: &str) -> Result<Duration, String> {
    crate::workflow::parse_duration(text).ok_or_else(|| "write it like 500ms, 30s, 1m30s or 30d".to_owned())
}
