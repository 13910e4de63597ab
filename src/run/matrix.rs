//! The items of a matrix: the product of its variables' values, each item known by its value.

use std::collections::BTreeSet;

use serde_json::Value;

use super::derive;
use super::entry::{MatrixItem, RunStarted};
use super::outcome::{ErrorKind, StepError};
use crate::expr::Scope;
use crate::secret::{Data, Datum};
use crate::workflow::Matrix;

const MAX_ITEMS: usize = 100_000;

pub(super) fn items(matrix: &Matrix, scope: &dyn Scope, run: &RunStarted) -> Result<Vec<MatrixItem>, StepError> {
    let mut product: Vec<Vec<(&str, Datum)>> = vec![Vec::new()];
    for (name, template) in &matrix.variables {
        let values = template.evaluate(scope).map_err(|error| wrong(error.message))?;
        let Value::Array(list) = values.expose() else {
            return Err(wrong(format!("matrix variable `{name}` must be a list")));
        };
        if product.len().saturating_mul(list.len()) > MAX_ITEMS {
            return Err(wrong(format!("the matrix has more than {MAX_ITEMS} items")));
        }
        let mut longer = Vec::with_capacity(product.len() * list.len());
        for item in &product {
            for value in list {
                let mut item = item.clone();
                item.push((name.as_str(), Datum::new(value.clone(), values.is_secret())));
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

fn named(values: Vec<(&str, Datum)>, run: &RunStarted) -> MatrixItem {
    let shown = |(_, datum): &(&str, Datum)| match datum {
        Datum::Public(Value::String(text)) => text.clone(),
        Datum::Public(other) => other.to_string(),
        Datum::Secret(secret) => derive::opaque_item(run, &secret.expose().to_string()),
    };
    let key = values.iter().map(shown).collect::<Vec<_>>().join(", ");
    let values: Data = values.into_iter().map(|(name, datum)| (name.to_owned(), datum)).collect();
    MatrixItem { key: key.into(), values }
}

fn wrong(message: String) -> StepError {
    StepError::new(ErrorKind::Config, "config.matrix", message)
}
