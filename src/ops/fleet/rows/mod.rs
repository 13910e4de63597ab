//! Rows as they are given, from a file, standard input or a template, to rows that are checked against the workflow.
//!
//! A format (`csv`, `json`, `yaml`) or a template hands each row to the [`Sheet`], which judges it. Nothing but the rows
//! themselves is kept.

mod cell;
mod csv;
mod format;
mod found;
mod json;
mod key;
mod sheet;
mod source;
mod template;
mod text;
mod yaml;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use crate::fleet::{BadRow, Row};
use crate::ops::OpError;
use crate::workflow::{Given, Workflow};
pub use format::RowFormat;
pub use found::{RowsFromRequest, rows_from};
use sheet::Sheet;
use text::Text;

/// A run of a fleet has six digits behind the fleet's name.
const MAX_ROWS: u64 = 999_999;

/// Where rows come from.
#[derive(Debug, Clone)]
pub enum RowSource {
    File(PathBuf),
    StandardInput,
    /// `count` rows; each column has a value in which `${{ index }}` is the row's number.
    Template {
        count: u64,
        columns: Vec<(String, String)>,
    },
}

pub struct RowsRequest<'a> {
    pub source: RowSource,
    /// Else by the file's extension, else by what the text begins with.
    pub format: Option<RowFormat>,
    /// The columns that tell rows apart, as `email` or `email,team`; else all that a row gives.
    pub key: Option<String>,
    /// For all rows; what a row gives itself wins.
    pub given: &'a BTreeMap<String, Given>,
    pub sandbox: bool,
}

/// What was given, judged.
#[derive(Debug)]
pub struct GivenRows {
    /// In the order given, each key once.
    pub rows: Vec<Row>,
    /// All that is wrong, in the order given.
    pub bad: Vec<BadRow>,
    pub duplicates: Vec<DuplicateRow>,
}

/// A row that is there already, value by value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateRow {
    pub number: u64,
    pub line: Option<u64>,
    /// The number of the first such row, which counts.
    pub first: u64,
}

/// Reads rows and checks each against the inputs of `workflow`. What is wrong with single rows is in the result; what is wrong
/// with the whole, such as a column that is no input, is the error. `stdin` is read for [`RowSource::StandardInput`] only.
pub fn read_rows(
    workflow: &Workflow,
    request: &RowsRequest<'_>,
    stdin: &mut dyn Read,
    say: &mut dyn FnMut(&str),
) -> Result<GivenRows, OpError> {
    let mut sheet = Sheet::new(workflow, request.key.as_deref(), request.given, request.sandbox)?;
    match &request.source {
        RowSource::Template { count, columns } => template::read(*count, columns, &mut sheet)?,
        RowSource::StandardInput => format::read(Text::new(stdin, "standard input"), request.format, &mut sheet)?,
        RowSource::File(path) => {
            let (mut file, exposed) = source::open(path)?;
            let format = request.format.or_else(|| RowFormat::of(path));
            format::read(Text::new(&mut file, &path.display().to_string()), format, &mut sheet)?;
            if exposed && sheet.holds_secrets() {
                let shown = path.display();
                say(&format!("{shown} holds secrets and can be read by others: run `chmod 600 {shown}`"));
            }
        }
    }
    let rows = sheet.finish()?;
    tell_duplicates(&rows.duplicates, say);
    Ok(rows)
}

fn tell_duplicates(duplicates: &[DuplicateRow], say: &mut dyn FnMut(&str)) {
    let Some(DuplicateRow { number, first, .. }) = duplicates.first() else { return };
    let such = format!("row {number} is row {first} again");
    match duplicates.len() {
        1 => say(&format!("{such}, and counts once")),
        count => say(&format!("{count} rows are there already, and count once: {such}, for one")),
    }
}

#[cfg(test)]
mod tests;
