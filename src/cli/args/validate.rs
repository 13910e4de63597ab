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

    /// Take warnings for errors: exit code 2 if there are any.
    #[arg(long)]
    pub deny_warnings: bool,

    #[command(flatten)]
    pub print: Print,
}
