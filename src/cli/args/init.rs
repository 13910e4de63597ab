//! What `onramp init` takes.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use crate::ops::TEMPLATES;

/// Write a workflow to start from.
///
/// Its comments explain the language. `onramp run FILE --sandbox` runs it as it stands.
#[derive(Debug, Args)]
pub struct Init {
    /// What to start from.
    #[arg(default_value = TEMPLATES[0].name, value_parser = names())]
    pub template: String,

    /// Where to write it; `-` is standard output. TEMPLATE.yaml in this folder if not given.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Replace a file that is there already.
    #[arg(long)]
    pub force: bool,

    /// Only name the templates, one a line.
    #[arg(long, conflicts_with_all = ["template", "output", "force"])]
    pub list: bool,
}

fn names() -> PossibleValuesParser {
    TEMPLATES.iter().map(|template| PossibleValue::new(template.name).help(template.about())).collect::<Vec<_>>().into()
}
