//! Named values as they stand in the files: public ones as they are, secret ones sealed together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Malformed;
use crate::secret::{Data, Datum};
use crate::store::error::StoreError;
use crate::store::seal::{PRUNED, Place, RunKeys};

/// Deeper values are refused. What comes from outside is at most 128 deep.
pub(in crate::store) const MAX_DEPTH: usize = 512;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(in crate::store) struct StoredData {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    public: BTreeMap<String, Value>,
    /// The names of the secret ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    secret: Vec<String>,
    /// Their values, as one JSON list: to seal and to open costs the same for one value as for ten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<String>,
}

impl StoredData {
    pub fn is_empty(&self) -> bool {
        self.public.is_empty() && self.secret.is_empty()
    }

    /// `field` is the name of the whole.
    pub fn seal(data: &Data, keys: &RunKeys, place: &Place<'_>, field: &str) -> Result<Self, StoreError> {
        let (mut stored, mut values) = (Self::default(), Vec::new());
        for (name, datum) in data {
            if depth(datum.expose()) > MAX_DEPTH {
                return Err(StoreError::TooDeep { limit: MAX_DEPTH });
            }
            match datum {
                Datum::Public(value) => drop(stored.public.insert(name.clone(), value.clone())),
                Datum::Secret(value) => {
                    stored.secret.push(name.clone());
                    values.push(value.expose());
                }
            }
        }
        if !values.is_empty() {
            stored.sealed = Some(keys.seal(&values, place, &fields(field, &stored.secret))?);
        }
        Ok(stored)
    }

    pub fn open(self, keys: &RunKeys, place: &Place<'_>, field: &str) -> Result<Data, Malformed> {
        let mut data: Data = self.public.into_iter().map(|(name, value)| (name, Datum::Public(value))).collect();
        let Some(sealed) = self.sealed else { return Ok(data) };
        let field = fields(field, &self.secret);
        let values = match keys.are_pruned() {
            true => Some(vec![Value::from(PRUNED); self.secret.len()]),
            false => keys.open::<Vec<Value>>(&sealed, place, &field),
        };
        let values = values.filter(|values| values.len() == self.secret.len());
        let values = values.ok_or_else(|| Malformed(format!("what is sealed as `{field}` does not open here")))?;
        data.extend(self.secret.into_iter().zip(values.into_iter().map(Datum::secret)));
        Ok(data)
    }
}

/// What is sealed together, to the name: `outputs.body,token`.
fn fields(field: &str, names: &[String]) -> String {
    format!("{field}.{}", names.join(","))
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
