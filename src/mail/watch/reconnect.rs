//! The waits between connections. The one place that knows the `backoff` crate.

use std::time::Duration;

use backoff::SystemClock;
use backoff::backoff::Backoff;
use backoff::exponential::{ExponentialBackoff, ExponentialBackoffBuilder};

const LONGEST: Duration = Duration::from_secs(30);

pub(super) struct Reconnect(ExponentialBackoff<SystemClock>);

impl Reconnect {
    pub fn new(first: Duration) -> Self {
        let mut builder = ExponentialBackoffBuilder::new();
        builder.with_initial_interval(first).with_multiplier(2.0).with_randomization_factor(0.5);
        Self(builder.with_max_interval(LONGEST).with_max_elapsed_time(None).build())
    }

    pub fn next_wait(&mut self) -> Duration {
        self.0.next_backoff().unwrap_or(LONGEST)
    }

    /// A connection worked: the next loss is a new one.
    pub fn reset(&mut self) {
        self.0.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound() {
        let mut reconnect = Reconnect::new(Duration::from_millis(100));
        let first = reconnect.next_wait();
        let last = (0..30).map(|_| reconnect.next_wait()).last().unwrap();
        assert!(first <= Duration::from_millis(150), "{first:?}");
        assert!(last >= LONGEST / 2 && last <= LONGEST * 3 / 2, "{last:?}");
        reconnect.reset();
        assert!(reconnect.next_wait() <= Duration::from_millis(150));
    }
}
