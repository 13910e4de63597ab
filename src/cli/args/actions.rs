//! What `onramp actions` takes.

use clap::Args;

/// Say what a step can do: all actions, or all of one.
///
/// Of one action: its parameters, outputs, effect and errors, how it is looked for and undone, and an example.
#[derive(Debug, Args)]
pub struct Actions {
    /// An action, as modelslab.signup, or the first word of several, as modelslab.
    pub name: Option<String>,

    /// Print one JSON document on stdout: of one action an object, else a list of them.
    #[arg(long)]
    pub json: bool,
}
