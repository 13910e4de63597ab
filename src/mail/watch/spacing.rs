//! How far apart looks into a mailbox begin.

use std::time::{Duration, Instant};

/// Where looks follow one another for so long, mail and waiters come in a stream.
const STREAM: Duration = Duration::from_secs(2);
/// In a stream, looks begin at least this far apart: one costs about the same for a message as for ten.
const BETWEEN: Duration = Duration::from_millis(25);

/// When looks began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spacing {
    /// The first of those that followed one another.
    first: Instant,
    last: Instant,
}

impl Spacing {
    pub fn new(now: Instant) -> Self {
        Self { first: now, last: now }
    }

    /// How long the next look waits. It counts as begun then.
    pub fn pause(&mut self, now: Instant) -> Duration {
        if now.duration_since(self.last) > 2 * BETWEEN {
            self.first = now;
        }
        let is_stream = now.duration_since(self.first) >= STREAM;
        let pause = if is_stream { (self.last + BETWEEN).saturating_duration_since(now) } else { Duration::ZERO };
        self.last = now + pause;
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many looks begin within `time` if there is reason for one so often, and when the next might.
    fn looks(spacing: &mut Spacing, start: Instant, time: Duration, every: Duration) -> (u128, Instant) {
        let (mut now, mut looks) = (start, 0);
        while now < start + time {
            now += spacing.pause(now) + every;
            looks += 1;
        }
        (looks, now)
    }

    const TIME: Duration = Duration::from_secs(10);
    const OFTEN: Duration = Duration::from_millis(1);

    #[test]
    fn looks_of_a_stream_begin_at_intervals() {
        let start = Instant::now();
        let (looks, _) = looks(&mut Spacing::new(start), start, TIME, OFTEN);
        let expected = STREAM.as_millis() + (TIME - STREAM).as_millis() / BETWEEN.as_millis();
        assert!(looks.abs_diff(expected) <= 2, "{looks} looks");
    }

    #[test]
    fn a_look_now_and_then_begins_at_once() {
        let (start, seldom) = (Instant::now(), 2 * BETWEEN + OFTEN);
        let (looks, _) = looks(&mut Spacing::new(start), start, TIME, seldom);
        assert_eq!(looks, TIME.as_millis().div_ceil(seldom.as_millis()));
    }

    #[test]
    fn a_stream_that_paused_is_none_until_it_has_lasted_again() {
        let start = Instant::now();
        let mut spacing = Spacing::new(start);
        let (_, end) = looks(&mut spacing, start, TIME, OFTEN);
        let later = end + 3 * BETWEEN;
        assert_eq!(looks(&mut spacing, later, STREAM, OFTEN).0, STREAM.as_millis());
    }
}
