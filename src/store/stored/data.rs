//! Named values as they stand in the files: public ones as they are, secret ones sealed together.

use std::{fmt, iter};

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::Malformed;
use crate::secret::{Data, Datum};
use crate::store::error::StoreError;
use crate::store::seal::{PRUNED, Place, RunKeys};

/// Deeper values are refused. What comes from outside is at most 128 deep.
pub(in crate::store) const MAX_DEPTH: usize = 512;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(in crate::store) struct StoredData {
    #[serde(default, skip_serializing_if = "Public::is_empty")]
    public: Public,
    /// The names of the secret ones.
    #[serde(default, skip_serializing_if = "Names::is_empty")]
    secret: Names,
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
        let mut values = Vec::new();
        for datum in data.values() {
            if depth(datum.expose()) > MAX_DEPTH {
                return Err(StoreError::TooDeep { limit: MAX_DEPTH });
            }
            if let Datum::Secret(value) = datum {
                values.push(value.expose());
            }
        }
        let secret = Names::Of(data.clone());
        let seal = || keys.seal(&values, place, &Fields { of: field, names: &secret });
        let sealed = (!values.is_empty()).then(seal).transpose()?;
        Ok(Self { public: Public(data.clone()), secret, sealed })
    }

    pub fn open(self, keys: &RunKeys, place: &Place<'_>, field: &str) -> Result<Data, Malformed> {
        let mut data = self.public.0;
        let Some(sealed) = self.sealed else { return Ok(data) };
        let (field, count) = (Fields { of: field, names: &self.secret }, self.secret.iter().count());
        let values = match keys.are_pruned() {
            true => Some(vec![Value::from(PRUNED); count]),
            false => keys.open::<Vec<Value>>(&sealed, place, &field),
        };
        let values = values.filter(|values| values.len() == count);
        let values = values.ok_or_else(|| Malformed(format!("what is sealed as `{field}` does not open here")))?;
        data.extend(self.secret.iter().map(str::to_owned).zip(values.into_iter().map(Datum::secret)));
        Ok(data)
    }
}

/// What is sealed together, to the name: `outputs.body,token`.
struct Fields<'a> {
    of: &'a str,
    names: &'a Names,
}

impl fmt::Display for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.of)?;
        let mut names = iter::once(".").chain(iter::repeat(",")).zip(self.names.iter());
        names.try_for_each(|(before, name)| f.write_str(before).and_then(|()| f.write_str(name)))
    }
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The names of the secret ones among values. To be written they are not copied.
#[derive(Debug, Clone)]
enum Names {
    Of(Data),
    Written(Vec<String>),
}

impl Default for Names {
    fn default() -> Self {
        Self::Written(Vec::new())
    }
}

impl Names {
    fn iter(&self) -> impl Iterator<Item = &str> {
        static NONE: Data = Data::new();
        let (data, written) = match self {
            Self::Of(data) => (data, &[][..]),
            Self::Written(names) => (&NONE, names.as_slice()),
        };
        let secret = data.iter().filter(|(_, datum)| datum.is_secret()).map(|(name, _)| name);
        secret.chain(written).map(String::as_str)
    }

    fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::Written)
    }
}

/// The public ones among values. To be written they are not copied.
#[derive(Debug, Clone, Default)]
struct Public(Data);

impl Public {
    fn values(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter().filter(|(_, datum)| !datum.is_secret()).map(|(name, datum)| (name, datum.expose()))
    }

    fn is_empty(&self) -> bool {
        self.values().next().is_none()
    }
}

impl Serialize for Public {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.values())
    }
}

impl<'de> Deserialize<'de> for Public {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Public;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("values by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Public, A::Error> {
        let mut public = Public::default();
        while let Some((name, value)) = map.next_entry()? {
            public.0.insert(name, Datum::Public(value));
        }
        Ok(public)
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
