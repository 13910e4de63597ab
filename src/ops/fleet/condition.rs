//! `--where`: a condition on what became of rows.

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Source};
use crate::expr::{Place, Positions, Reference, RowValue, Scope, Template, Types, ValueType};
use crate::fleet::RowState;
use crate::ops::OpError;
use crate::secret::Datum;

/// Holds for some rows: `error.code == "mail.timeout" && row.key.endsWith("@x.test")`.
#[derive(Debug, Clone)]
pub struct Condition(Template);

impl Condition {
    /// What is wrong with it is drawn on it.
    pub fn parse(text: &str) -> Result<Self, OpError> {
        let refused = |findings: Vec<Diagnostic>| OpError::Workflow { source: Source::new("--where", text), findings };
        let template = Template::condition_at(text, &Positions::Verbatim(0), Place::Rows);
        let template = template.map_err(|broken| refused(broken.faults))?;
        let types: &Types<'_> = &|reference| match reference {
            Reference::Row(value) => value.value_type(),
            _ => ValueType::Any,
        };
        let mut faults = Vec::new();
        let ty = template.infer(types, &mut faults);
        match ty {
            _ if !faults.is_empty() => Err(refused(faults)),
            ValueType::Boolean | ValueType::Any => Ok(Self(template)),
            other => Err(OpError::Usage(format!("--where is true or false for a row, and this is {other}"))),
        }
    }

    pub(super) fn holds(&self, row: &RowState) -> Result<bool, OpError> {
        self.0.holds(&Known(row)).map_err(|error| {
            let key = row.key.as_str().escape_debug();
            let null = if row.trouble.is_none() { "; it has no error, so that `error.code` is null" } else { "" };
            OpError::Usage(format!("--where cannot be answered for row `{key}`: {error}{null}"))
        })
    }
}

/// What is known of a row.
struct Known<'r>(&'r RowState);

impl Scope for Known<'_> {
    fn resolve(&self, reference: &Reference) -> Option<Datum> {
        let Reference::Row(value) = reference else { return None };
        let row = self.0;
        let error = row.trouble.as_deref().map(|trouble| &trouble.error);
        let value = match value {
            RowValue::Key => row.key.as_str().into(),
            RowValue::Number => row.number.into(),
            RowValue::Status => row.status(false).into(),
            RowValue::Attempts => row.attempts.into(),
            RowValue::ErrorCode => error.map_or(Value::Null, |error| error.code.as_str().into()),
            RowValue::ErrorKind => error.map_or(Value::Null, |error| error.kind.to_string().into()),
            RowValue::ErrorMessage => error.map_or(Value::Null, |error| error.message.as_str().into()),
            RowValue::ErrorStep => {
                row.trouble.as_ref().map_or(Value::Null, |trouble| trouble.task.step.as_str().into())
            }
        };
        Some(Datum::Public(value))
    }
}
