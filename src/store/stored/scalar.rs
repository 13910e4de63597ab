//! Times, durations and ids as they stand in the files.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Malformed;
use crate::clock::Timestamp;
use crate::id::{InvalidId, StepId, TaskPath};
use crate::workflow::Money;

/// What RFC 3339 has words for, in milliseconds since 1970: the years 0 to 9999.
const CALENDAR: RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// RFC 3339 where that says it exactly, else milliseconds since the epoch (a saturated time has no calendar date).
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Moment(pub Timestamp);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_millis() {
            millis if CALENDAR.contains(&millis) => serializer.collect_str(&self.0),
            millis => serializer.serialize_i64(millis),
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

struct Written;

impl Visitor<'_> for Written {
    type Value = Moment;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time in RFC 3339, or milliseconds since 1970")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Moment, E> {
        Timestamp::parse(text).map(Moment).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_i64<E: Error>(self, millis: i64) -> Result<Moment, E> {
        Ok(Moment(Timestamp::from_millis(millis)))
    }

    fn visit_u64<E: Error>(self, millis: u64) -> Result<Moment, E> {
        i64::try_from(millis)
            .map_err(|_| E::invalid_value(Unexpected::Unsigned(millis), &self))
            .and_then(|millis| self.visit_i64(millis))
    }
}

/// US dollars as `--allow-spend` takes them: `19.99`, or `any`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dollars(pub Money);

impl Serialize for Dollars {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Dollars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(Dollars).map_err(D::Error::custom)
    }
}

/// Whole milliseconds, rounded up: a service's wish to be left alone is not shortened.
pub(in crate::store) fn to_millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

// Serde hands over a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
pub(super) fn is_zero(millis: &u64) -> bool {
    *millis == 0
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_date_as_long_as_there_is_one() {
        for (millis, written) in [
            (*CALENDAR.start(), r#""0000-01-01T00:00:00.000Z""#),
            (*CALENDAR.end(), r#""9999-12-31T23:59:59.999Z""#),
            (*CALENDAR.start() - 1, "-62167219200001"),
            (*CALENDAR.end() + 1, "253402300800000"),
            (i64::MIN, "-9223372036854775808"),
        ] {
            let moment = Moment(Timestamp::from_millis(millis));
            assert_eq!(serde_json::to_string(&moment).unwrap(), written);
            assert_eq!(serde_json::from_str::<Moment>(written).unwrap().0, moment.0);
        }
    }
}
