//! What `onramp plan` takes.

use std::path::PathBuf;

use clap::Args;

use super::groups::{Inputs, Print, Service, Spend, StoreArgs};

/// Say what a run would do, without doing any of it.
///
/// Which steps would run and after what, what is still to be given, which hosts would be contacted and which secret would go
/// to which of them, what cannot be undone, how often rate limits are drawn on, and what costs something. Nothing is
/// contacted, nothing is written, and of secrets only whether their variables are set is looked at.
#[derive(Debug, Args)]
pub struct Plan {
    /// The workflow file.
    pub file: PathBuf,

    /// Below the page, every step by itself: tries, times, what happens in doubt, how it is undone.
    #[arg(long)]
    pub details: bool,

    #[command(flatten)]
    pub inputs: Inputs,

    #[command(flatten)]
    pub service: Service,

    #[command(flatten)]
    pub spend: Spend,

    /// Go only as far as this step and what it needs.
    #[arg(long, value_name = "STEP")]
    pub until: Option<String>,

    #[command(flatten)]
    pub print: Print,

    #[command(flatten)]
    pub store: StoreArgs,
}
