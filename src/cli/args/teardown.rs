//! What `onramp teardown` takes.

use clap::Args;

use super::groups::{Print, Progress, SameService, StoreArgs, Which};

/// Undo what a run made, last things first.
///
/// Each step ends as undone, nothing to undo, cannot be undone (with the reason), or undo failed; `onramp show` tells. An effect
/// that is in doubt is looked into first. A teardown that was interrupted goes on when it is asked for again, and what failed
/// is tried again; what is undone stays so. The run itself cannot go on any more.
///
/// Exit codes: 0 nothing is left that could be undone, 1 an undo failed, 2 wrong use, or nobody said yes, 3 of some step nobody
/// knows whether it took place, 130 interrupted.
#[derive(Debug, Args)]
pub struct Teardown {
    #[command(flatten)]
    pub which: Which,

    #[command(flatten)]
    pub undo: Undo,
}

/// How it is undone.
#[derive(Debug, Args)]
pub struct Undo {
    /// Do not ask. Without a terminal there is nobody to ask, and this is needed.
    #[arg(short, long)]
    pub yes: bool,

    #[command(flatten)]
    pub service: SameService,

    #[command(flatten)]
    pub print: Print,

    #[command(flatten)]
    pub progress: Progress,

    #[command(flatten)]
    pub store: StoreArgs,
}
