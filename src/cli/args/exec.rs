//! What `onramp exec` takes.

use std::ffi::OsString;

use clap::Args;

use super::groups::{StoreArgs, Which};

/// Run a command with the outputs of a run in its environment.
///
/// Each output that has an `env` in the workflow is set under that name, secret ones too; nothing is printed. Variables that
/// begin with ONRAMP_ are withheld. There is no shell in between. The exit code is the command's own: 128 and the signal if
/// one ended it, 127 if it was not found, 126 if it could not be run.
#[derive(Debug, Args)]
pub struct Exec {
    #[command(flatten)]
    pub which: Which,

    /// The command and its arguments.
    #[arg(required = true, last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,

    #[command(flatten)]
    pub store: StoreArgs,
}
