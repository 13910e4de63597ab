//! What `onramp schema` takes.

use clap::Args;

/// Print the JSON Schema of workflow files, for editors.
///
/// An editor with a YAML language server completes and checks a workflow whose first line is
/// `# yaml-language-server: $schema=FILE`, where FILE is what this command printed.
#[derive(Debug, Args)]
pub struct Schema {}
