//! What `onramp runs` and `onramp show` take.

use clap::Args;

use super::groups::{Print, Reveal, StoreArgs, Which};

/// List all runs, the newest first.
#[derive(Debug, Args)]
pub struct Runs {
    #[command(flatten)]
    pub print: Print,

    #[command(flatten)]
    pub store: StoreArgs,
}

/// Show a run: its steps, errors and outputs.
#[derive(Debug, Args)]
pub struct Show {
    #[command(flatten)]
    pub which: Which,

    #[command(flatten)]
    pub print: Print,

    #[command(flatten)]
    pub secrets: Reveal,

    /// Every try of every step, with what came of it.
    #[arg(long)]
    pub tries: bool,

    #[command(flatten)]
    pub store: StoreArgs,
}
