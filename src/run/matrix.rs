//! The items of a matrix: the product of its variables' values, each item known by its value.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::derive;
use super::entry::MatrixItem;
use super::outcome::{ErrorKind, StepError};
use super::started::RunStarted;
use crate::diagnostic::kind;
use crate::expr::Scope;
use crate::secret::{Data, Datum};
use crate::workflow::Matrix;

const MAX_ITEMS: usize = 100_000;

pub(super) fn items(matrix: &Matrix, scope: &dyn Scope, run: &RunStarted) -> Result<Vec<MatrixItem>, StepError> {
    let mut product: Vec<Vec<Part<'_>>> = vec![Vec::new()];
    for (name, template) in &matrix.variables {
        let values = template.evaluate(scope).map_err(|error| wrong(error.message))?;
        let Some(list) = entries(values.expose()) else {
            let found = kind(values.expose());
            return Err(wrong(format!("matrix variable `{name}` must be a list or an object, and is {found}")));
        };
        if product.len().saturating_mul(list.len()) > MAX_ITEMS {
            return Err(wrong(format!("the matrix has more than {MAX_ITEMS} items")));
        }
        let mut longer = Vec::with_capacity(product.len() * list.len());
        for item in &product {
            for (shown, value) in &list {
                let mut item = item.clone();
                let datum = Datum::new(value.clone(), values.is_secret());
                item.push(Part { variable: name.as_str(), shown: shown.clone(), datum });
                longer.push(item);
            }
        }
        product = longer;
    }
    let items: Vec<MatrixItem> = product.into_iter().map(|values| named(values, run)).collect();
    let mut seen = BTreeSet::new();
    match items.iter().find(|item| !seen.insert(item.key.clone())) {
        Some(twice) => Err(wrong(format!("the matrix has the item `{}` twice", twice.key))),
        None => Ok(items),
    }
}

/// One variable's part of an item.
#[derive(Clone)]
struct Part<'m> {
    variable: &'m str,
    /// What it is called, unless it is secret.
    shown: String,
    datum: Datum,
}

/// The values of a list, or the entries of an object, by their sorted keys.
fn entries(values: &Value) -> Option<Vec<(String, Value)>> {
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match values {
        Value::Array(list) => Some(list.iter().map(|value| (shown(value), value.clone())).collect()),
        Value::Object(fields) => {
            let entry = |(key, value): (&String, &Value)| (key.clone(), json!({ "key": key, "value": value }));
            let mut entries: Vec<_> = fields.iter().map(entry).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Some(entries)
        }
        _ => None,
    }
}

fn named(parts: Vec<Part<'_>>, run: &RunStarted) -> MatrixItem {
    let shown = |part: &Part<'_>| match &part.datum {
        Datum::Public(_) => part.shown.clone(),
        Datum::Secret(secret) => derive::opaque_item(run, &secret.expose().to_string()),
    };
    let key = parts.iter().map(shown).collect::<Vec<_>>().join(", ");
    let values: Data = parts.into_iter().map(|part| (part.variable.to_owned(), part.datum)).collect();
    MatrixItem { key: key.into(), values }
}

fn wrong(message: String) -> StepError {
    StepError::new(ErrorKind::Config, "config.matrix", message)
}
