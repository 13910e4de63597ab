//! What `onramp graph` takes.

use clap::{Args, ValueEnum};

use super::groups::StoreArgs;

/// Draw a workflow or a run: as text for mermaid, or as SVG.
#[derive(Debug, Args)]
pub struct Graph {
    /// A workflow file, or a run, or a row of a fleet as FLEET/KEY: its steps are coloured by how they stand. What lies in a folder or
    /// ends in .yaml is a file.
    #[arg(value_name = "FILE|RUN")]
    pub what: String,

    /// The form of the picture.
    #[arg(long, value_enum, default_value_t = GraphFormat::Mermaid)]
    pub format: GraphFormat,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// Text that GitHub and others draw in Markdown.
    Mermaid,
    /// A picture for a browser.
    Svg,
}
