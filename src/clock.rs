//! The only clock. Everything that needs the time is handed a [`Timestamp`] or a [`Clock`].

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Datelike as _, SecondsFormat, Timelike as _, Utc};

/// A moment: milliseconds since the Unix epoch, UTC. Written as RFC 3339 with three decimals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339; `None` if the text is something else.
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|t| Self(t.timestamp_millis()))
    }

    /// The time from `earlier` to this moment; zero if `earlier` is later.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// This moment moved on by `duration`.
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::<Utc>::from_timestamp_millis(self.0) {
            Some(t) if (0..=9999).contains(&t.year()) => {
                f.write_str(std::str::from_utf8(&in_digits(&t)).map_err(|_| fmt::Error)?)
            }
            Some(t) => f.write_str(&t.to_rfc3339_opts(SecondsFormat::Millis, true)),
            None => write!(f, "{} ms", self.0),
        }
    }
}

/// RFC 3339 of a year of four digits. A journal writes one with each entry, and a calendar's general way takes many times as long.
fn in_digits(t: &DateTime<Utc>) -> [u8; 24] {
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let mut put = |places: std::ops::Range<usize>, mut number: u32| {
        for place in text[places].iter_mut().rev() {
            *place += (number % 10) as u8;
            number /= 10;
        }
    };
    put(0..4, t.year().unsigned_abs());
    put(5..7, t.month());
    put(8..10, t.day());
    put(11..13, t.hour());
    put(14..16, t.minute());
    put(17..19, t.second());
    put(20..23, t.timestamp_subsec_millis());
    text
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Where the time comes from.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// The machine's clock. It may jump; the engine never lets a journal go backwards.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)] // the one place that reads the machine's clock
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that starts at some moment and never jumps, whatever is done to the machine's.
#[derive(Debug, Clone, Copy)]
pub struct SteadyClock {
    start: Timestamp,
    since: Instant,
}

impl SteadyClock {
    pub fn starting_at(start: Timestamp) -> Self {
        Self { start, since: Instant::now() }
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        self.start.plus(self.since.elapsed())
    }
}

/// A clock that stands still until it is told to go on.
#[derive(Debug, Clone, Default)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    pub fn at(start: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(start.0)))
    }

    pub fn advance(&self, by: Duration) {
        self.advance_to(self.now().plus(by));
    }

    /// Moves to `to`, unless that is in the past.
    pub fn advance_to(&self, to: Timestamp) {
        self.0.fetch_max(to.0, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_read_what_they_write() {
        let t = Timestamp::from_millis(1_795_311_245_067);
        assert_eq!(t.to_string(), "2026-11-22T01:34:05.067Z");
        assert_eq!(Timestamp::parse(&t.to_string()), Some(t));
        assert_eq!(Timestamp::parse("2026-11-22T02:34:05.067+01:00"), Some(t));
        assert_eq!(Timestamp::parse("yesterday"), None);
    }

    #[test]
    fn timestamps_are_written_as_the_calendar_has_them() {
        let day = 24 * 3600 * 1000;
        for millis in (-800_000..3_000_000).step_by(97).map(|number| number * day + number % day) {
            let calendar = DateTime::<Utc>::from_timestamp_millis(millis).unwrap();
            let written = calendar.to_rfc3339_opts(SecondsFormat::Millis, true);
            assert_eq!(Timestamp::from_millis(millis).to_string(), written);
        }
    }

    #[test]
    fn time_never_runs_backwards() {
        let (a, b) = (Timestamp::from_millis(5), Timestamp::from_millis(3));
        assert_eq!(b.since(a), Duration::ZERO);
        let clock = ManualClock::at(a);
        clock.advance_to(b);
        assert_eq!(clock.now(), a);
    }
}
