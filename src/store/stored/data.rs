//! Named values as they stand in the files: public ones as they are, secret ones sealed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Malformed;
use crate::secret::{Data, Datum};
use crate::store::error::StoreError;
use crate::store::seal::{Place, RunKeys};

/// A secret: `{"sealed": "base64"}`.
const SEALED: &str = "sealed";
/// A public value that would read as one of these two forms: `{"public": value}`.
const PUBLIC: &str = "public";

/// Deeper values are refused. What comes from outside is at most 128 deep.
pub(in crate::store) const MAX_DEPTH: usize = 512;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::store) struct StoredData(BTreeMap<String, Value>);

impl StoredData {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `field` is the name of the whole; each value is sealed as `field.name`.
    pub fn seal(data: &Data, keys: &RunKeys, place: &Place<'_>, field: &str) -> Result<Self, StoreError> {
        let sealed =
            data.iter().map(|(name, datum)| Ok((name.clone(), seal(datum, keys, place, &format!("{field}.{name}"))?)));
        sealed.collect::<Result<_, _>>().map(Self)
    }

    pub fn open(self, keys: &RunKeys, place: &Place<'_>, field: &str) -> Result<Data, Malformed> {
        let opened = self.0.into_iter().map(|(name, value)| {
            let datum = open(value, keys, place, &format!("{field}.{name}"))?;
            Ok((name, datum))
        });
        opened.collect()
    }
}

pub(super) fn seal(datum: &Datum, keys: &RunKeys, place: &Place<'_>, field: &str) -> Result<Value, StoreError> {
    if depth(datum.expose()) > MAX_DEPTH {
        return Err(StoreError::TooDeep { limit: MAX_DEPTH });
    }
    match datum {
        Datum::Secret(secret) => Ok(tagged(SEALED, Value::String(keys.seal(secret.expose(), place, field)?))),
        Datum::Public(value) if tag(value).is_some() => Ok(tagged(PUBLIC, value.clone())),
        Datum::Public(value) => Ok(value.clone()),
    }
}

pub(super) fn open(value: Value, keys: &RunKeys, place: &Place<'_>, field: &str) -> Result<Datum, Malformed> {
    match (tag(&value), value) {
        (Some(SEALED), Value::Object(form)) => {
            let opened = form.get(SEALED).and_then(Value::as_str).and_then(|text| keys.open(text, place, field));
            opened.map(Datum::secret).ok_or_else(|| Malformed(format!("the sealed value `{field}` does not open here")))
        }
        (Some(_), Value::Object(mut form)) => Ok(Datum::Public(form.remove(PUBLIC).unwrap_or_default())),
        (_, value) => Ok(Datum::Public(value)),
    }
}

fn tagged(tag: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(tag.to_owned(), value)]))
}

/// Which of the two forms a value has.
fn tag(value: &Value) -> Option<&'static str> {
    let (name, _) = value.as_object().filter(|form| form.len() == 1)?.iter().next()?;
    [SEALED, PUBLIC].into_iter().find(|tag| tag == name)
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
