//! Rows without a file: a template for each column, filled in as many times as there are rows.

use serde_json::Value;

use super::cell::{Cell, Cells};
use super::sheet::Sheet;
use super::{MAX_ROWS, OpError};
use crate::diagnostic::{Diagnostic, Source};
use crate::expr::{Place, Positions, Reference, Scope, Template};
use crate::expr::{Types, ValueType};
use crate::secret::Datum;

pub(super) fn read(count: u64, columns: &[(String, String)], sheet: &mut Sheet<'_>) -> Result<(), OpError> {
    if count == 0 || count > MAX_ROWS {
        return Err(OpError::Usage(format!("a template makes 1 to {MAX_ROWS} rows")));
    }
    let names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
    let twice = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name));
    if let Some((_, name)) = twice {
        return Err(OpError::Usage(format!("there are two templates for `{}`", name.escape_debug())));
    }
    if let Some(name) = names.iter().find(|name| sheet.is_secret(name)) {
        let message = format!(
            "`{name}` is secret, and others can read a process's arguments: let the workflow draw it, or give rows in a file"
        );
        return Err(OpError::Usage(message));
    }
    sheet.columns(&names)?;
    let templates = columns.iter().map(|(name, text)| parse(name, text)).collect::<Result<Vec<_>, _>>()?;
    let mut varying = names.iter().zip(&templates).filter(|(_, template)| template.references().next().is_some());
    sheet.label_by(varying.next().map(|(name, _)| name));
    (1..=count).try_for_each(|index| sheet.take(None, Ok(row(&names, &templates, index)?)))
}

/// What is wrong with a template is drawn on it.
fn parse(name: &str, text: &str) -> Result<Template, OpError> {
    let source = Source::new("--template", &format!("{name}={text}"));
    let refused = |findings: Vec<Diagnostic>| OpError::Workflow { source: source.clone(), findings };
    let template = Template::parse_at(text, &Positions::Verbatim(name.len() + 1), Place::Row);
    let template = template.map_err(|broken| refused(broken.faults))?;
    let (types, mut faults): (&Types<'_>, _) = (&|_| ValueType::Integer, Vec::new());
    template.infer(types, &mut faults);
    if faults.is_empty() { Ok(template) } else { Err(refused(faults)) }
}

fn row(names: &[String], templates: &[Template], index: u64) -> Result<Cells, OpError> {
    let cell = |(name, template): (&String, &Template)| {
        let value = template.evaluate(&Index(index)).map_err(|error| {
            OpError::Usage(format!("--template, column `{}`, row {index}: {error}", name.escape_debug()))
        })?;
        let cell = match value.expose() {
            Value::Null => Cell::Nothing,
            Value::String(text) => Cell::Text(text.clone()),
            value @ (Value::Bool(_) | Value::Number(_)) => Cell::Text(value.to_string()),
            value => Cell::Json(value.clone()),
        };
        Ok((name.clone(), cell))
    };
    names.iter().zip(templates).map(cell).collect()
}

/// The number of a row.
struct Index(u64);

impl Scope for Index {
    fn resolve(&self, reference: &Reference) -> Option<Datum> {
        (*reference == Reference::Index).then(|| Datum::Public(Value::from(self.0)))
    }
}
