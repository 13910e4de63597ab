//! Where the rows of a fleet come from, as the command line says it.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::ops::RowFormat;

/// Where rows come from.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("rows").args(["inputs", "count", "rows_from"]).required(true)))]
pub struct RowArgs {
    /// A file of rows: .csv, .jsonl, .json or .yaml; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub inputs: Option<PathBuf>,

    /// What the rows are written in, where the file's name does not say so.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<RowsIn>,

    /// The column that tells rows apart, or several: `email,team`. Without it a row is told by all that it holds.
    #[arg(long, value_name = "COLUMN")]
    pub key: Option<String>,

    /// So many rows, without a file: each column from a --template.
    #[arg(long, value_name = "N", requires = "template")]
    pub count: Option<u64>,

    /// A column of --count: NAME=VALUE, in which ${{ index }} is the row's number.
    #[arg(long, value_name = "NAME=VALUE", requires = "count")]
    pub template: Vec<String>,

    /// An earlier fleet: a row for each that has succeeded there, under the same key. Its outputs, and what it was given, become the
    /// inputs and secrets of the same name, unless -i gives them otherwise.
    #[arg(long, value_name = "FLEET", conflicts_with_all = ["format", "key"])]
    pub rows_from: Option<String>,

    /// A value for an input of every row: NAME=VALUE, NAME=@FILE or NAME=@-. What a row of a file has itself wins.
    #[arg(short = 'i', long = "input", value_name = "NAME=VALUE")]
    pub input: Vec<String>,

    /// Go on with the good rows where others are wrong.
    #[arg(long)]
    pub skip_bad: bool,
}

/// What rows are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum RowsIn {
    Csv,
    Jsonl,
    Json,
    Yaml,
}

impl From<RowsIn> for RowFormat {
    fn from(rows: RowsIn) -> Self {
        match rows {
            RowsIn::Csv => Self::Csv,
            RowsIn::Jsonl => Self::Jsonl,
            RowsIn::Json => Self::Json,
            RowsIn::Yaml => Self::Yaml,
        }
    }
}
