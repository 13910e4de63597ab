//! The items of a matrix: the product of its variables' values, each item known by its value.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::derive;
use super::entry::MatrixItem;
use super::outcome::{ErrorKind, StepError};
use super::started::RunStarted;
use crate::diagnostic::kind;
use crate::expr::Scope;
use crate::secret::{Data, Datum, MASKED};
use crate::workflow::Matrix;

const MAX_ITEMS: usize = 100_000;

pub(super) fn items(matrix: &Matrix, scope: &dyn Scope, run: &RunStarted) -> Result<Vec<MatrixItem>, StepError> {
    let items: Vec<MatrixItem> = product(matrix, scope)?.into_iter().map(|values| named(values, run)).collect();
    unique(items.iter().map(|item| &*item.key))?;
    Ok(items)
}

/// What the items will be called, before there is a run. Those that are secret have a name only in a run.
pub fn item_names(matrix: &Matrix, scope: &dyn Scope) -> Result<Vec<String>, StepError> {
    let items = product(matrix, scope)?;
    let names: Vec<String> = items.iter().map(|parts| joined(parts, |_| MASKED.to_owned())).collect();
    unique(names.iter().map(String::as_str).filter(|name| !name.contains(MASKED)))?;
    Ok(names)
}

fn product<'m>(matrix: &'m Matrix, scope: &dyn Scope) -> Result<Vec<Vec<Part<'m>>>, StepError> {
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
    Ok(product)
}

fn unique<'i>(mut names: impl Iterator<Item = &'i str>) -> Result<(), StepError> {
    let mut seen = BTreeSet::new();
    match names.find(|name| !seen.insert(*name)) {
        Some(twice) => Err(wrong(format!("the matrix has the item `{twice}` twice"))),
        None => Ok(()),
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
    let key = joined(&parts, |secret| derive::opaque_item(run, &secret.to_string()));
    let values: Data = parts.into_iter().map(|part| (part.variable.to_owned(), part.datum)).collect();
    MatrixItem { key: key.into(), values }
}

/// The name of an item; that of a secret part is what `opaque` makes of it.
fn joined(parts: &[Part<'_>], opaque: impl Fn(&Value) -> String) -> String {
    let shown = |part: &Part<'_>| match &part.datum {
        Datum::Public(_) => part.shown.clone(),
        Datum::Secret(secret) => opaque(secret.expose()),
    };
    parts.iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn wrong(message: String) -> StepError {
    StepError::new(ErrorKind::Config, "config.matrix", message)
}
