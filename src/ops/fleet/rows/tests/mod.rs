//! What rows come of what texts.

mod agree;
mod identity;
mod reading;
mod refusal;
mod template;

use std::collections::BTreeMap;

use super::sheet::Sheet;
use super::text::Text;
use super::{GivenRows, RowFormat, RowSource, RowsRequest, format, template as templates};
use crate::diagnostic::Source;
use crate::fleet::BadRow;
use crate::ops::OpError;
use crate::workflow::{Budget, Called, Catalogue, Given, Report, Workflow, decode};

const FILE: &str = "inputs:
  email: { format: email }
  team: { type: array, items: { type: string, format: email }, default: [] }
  count: { type: integer, default: 3 }
  ratio: { type: number, optional: true }
  active: { type: boolean, default: false }
  wait: { type: duration, optional: true }
  extra: { type: object, optional: true }
  list: { type: array, optional: true }
  code: { type: string, optional: true }
steps: {}
";

const SECRET: &str = "inputs:
  email: { format: email }
  count: { type: integer, default: 3 }
  password: { type: string, secret: true }
steps: {}
";

/// How rows are asked for.
struct Asked<'a> {
    workflow: &'a str,
    format: RowFormat,
    key: Option<&'a str>,
    given: &'a [(&'a str, &'a str)],
}

const CSV: Asked<'_> = Asked { workflow: FILE, format: RowFormat::Csv, key: None, given: &[] };
const JSONL: Asked<'_> = Asked { format: RowFormat::Jsonl, ..CSV };
const JSON: Asked<'_> = Asked { format: RowFormat::Json, ..CSV };
const YAML: Asked<'_> = Asked { format: RowFormat::Yaml, ..CSV };

impl Asked<'_> {
    fn with<T>(&self, read: impl FnOnce(&mut Sheet<'_>) -> Result<T, OpError>) -> Result<GivenRows, OpError> {
        let workflow = workflow(self.workflow);
        let text = |(name, value): &(&str, &str)| ((*name).to_owned(), Given::Text((*value).to_owned()));
        let given: BTreeMap<String, Given> = self.given.iter().map(text).collect();
        let mut sheet = Sheet::new(&workflow, self.key, &given, false)?;
        read(&mut sheet)?;
        sheet.finish()
    }

    fn read(&self, mut text: &[u8]) -> Result<GivenRows, OpError> {
        self.with(|sheet| format::read(Text::new(&mut text, "rows"), Some(self.format), sheet))
    }

    /// The rows of a text in which all is well.
    #[track_caller]
    fn rows(&self, text: &str) -> GivenRows {
        let rows = self.read(text.as_bytes()).unwrap();
        assert_eq!(rows.bad, [], "{text}");
        rows
    }

    /// What is wrong with rows of a text.
    #[track_caller]
    fn bad(&self, text: impl AsRef<[u8]>) -> Vec<String> {
        self.read(text.as_ref()).unwrap().bad.iter().map(told).collect()
    }

    /// What is wrong with the text as a whole.
    #[track_caller]
    fn refused(&self, text: impl AsRef<[u8]>) -> String {
        self.read(text.as_ref()).unwrap_err().to_string()
    }

    fn template(&self, count: u64, columns: &[(&str, &str)]) -> Result<GivenRows, OpError> {
        let columns: Vec<_> = columns.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        self.with(|sheet| templates::read(count, &columns, sheet))
    }
}

fn workflow(text: &str) -> Workflow {
    let (source, mut report) = (Source::new("test.yaml", text), Report::default());
    decode(&source, &Catalogue::default(), &Called::new(), &mut Budget::default(), &mut report).unwrap()
}

/// `ROW@LINE COLUMN [FOUND] REASON`
fn told(bad: &BadRow) -> String {
    let line = bad.line.map(|line| format!("@{line}")).unwrap_or_default();
    let column = bad.column.as_ref().map(|column| format!(" {column}")).unwrap_or_default();
    let found = bad.found.as_ref().map(|found| format!(" [{found}]")).unwrap_or_default();
    format!("{}{line}{column}{found}: {}", bad.number, bad.reason)
}
