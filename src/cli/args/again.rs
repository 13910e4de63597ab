//! What `onramp resume` and `onramp retry` take.

use clap::Args;

use super::groups::{Inject, Output, SameService, Spend, StoreArgs, Which};

/// Go on with all that is unfinished in a run, failed steps included.
///
/// If the workflow's file was edited since, the run goes on with the edited one, and says first what that means for each
/// step: kept, run again, looked at again once what it needs has run, judged again from its answer, removed, new. Comments,
/// order, quoting, descriptions, retry and times change nothing. A step that took effect once is never done again unasked.
#[derive(Debug, Args)]
pub struct Resume {
    #[command(flatten)]
    pub going: GoingOn,
}

/// Run steps of a run again, although they succeeded or failed.
///
/// What waits for them keeps what it did, unless `--downstream` says that it runs again too. What is unfinished in the run
/// goes on as with `resume`.
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
    #[command(flatten)]
    pub which: Which,

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

    #[command(flatten)]
    pub service: SameService,

    #[command(flatten)]
    pub spend: Spend,

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
