//! What `onramp run` takes.

use std::path::PathBuf;

use clap::Args;

use super::groups::{Inject, Inputs, Output, Service, Spend, StoreArgs};

/// Run a workflow.
#[derive(Debug, Args)]
pub struct Run {
    /// The workflow file.
    pub file: PathBuf,

    #[command(flatten)]
    pub inputs: Inputs,

    #[command(flatten)]
    pub service: Service,

    #[command(flatten)]
    pub spend: Spend,

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
