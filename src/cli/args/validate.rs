//! What `onramp validate` takes.

use std::path::PathBuf;

use clap::Args;

use super::groups::Print;

/// Check workflow files without running them.
#[derive(Debug, Args)]
pub struct Validate {
    /// Workflow files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    pub print: Print,
}
