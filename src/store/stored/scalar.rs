//! Times, durations and ids as they stand in the files.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Malformed;
use crate::clock::Timestamp;
use crate::id::{InvalidId, StepId, TaskPath};

/// RFC 3339 where that says it exactly, else milliseconds since the epoch (a saturated time has no calendar date).
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Moment(pub Timestamp);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.to_string();
        if Timestamp::parse(&text) == Some(self.0) {
            serializer.serialize_str(&text)
        } else {
            serializer.serialize_i64(self.0.as_millis())
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(String),
            Millis(i64),
        }
        match Written::deserialize(deserializer)? {
            Written::Millis(millis) => Ok(Self(Timestamp::from_millis(millis))),
            Written::Text(text) => Timestamp::parse(&text)
                .map(Self)
                .ok_or_else(|| serde::de::Error::custom("a time is written in RFC 3339")),
        }
    }
}

/// Whole milliseconds, rounded up: a service's wish to be left alone is not shortened.
pub(super) fn to_millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

pub(super) fn step(text: &str) -> Result<StepId, Malformed> {
    StepId::new(text).map_err(malformed)
}

pub(super) fn task(text: &str) -> Result<TaskPath, Malformed> {
    TaskPath::parse(text).map_err(malformed)
}

pub(super) fn malformed(error: InvalidId) -> Malformed {
    Malformed(error.to_string())
}
