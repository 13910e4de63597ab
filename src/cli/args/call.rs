//! What `onramp call` takes.

use clap::Args;

use super::groups::{Output, Service, Spend, StoreArgs};

/// Carry one action out, as a run of one step.
///
/// Any action, `onramp actions` lists them. It is journaled like any run: what was sent once is not sent again, `onramp resume`
/// goes on with it, `onramp show` tells of it. Its parameters can also be read from ONRAMP_INPUT_NAME.
#[derive(Debug, Args)]
pub struct Call {
    /// The action, such as modelslab.list_api_keys.
    pub action: String,

    /// A parameter: NAME=VALUE, NAME=@FILE, or NAME=@- for standard input. One that is secret is read from a file, standard
    /// input or its variable.
    #[arg(short, long, value_name = "NAME=VALUE")]
    pub with: Vec<String>,

    #[command(flatten)]
    pub service: Service,

    #[command(flatten)]
    pub spend: Spend,

    /// A name for the run. If there is a run of this name, it is resumed, or shown if it is done; other values are refused.
    #[arg(long, value_name = "NAME")]
    pub id: Option<String>,

    #[command(flatten)]
    pub output: Output,

    #[command(flatten)]
    pub store: StoreArgs,
}
