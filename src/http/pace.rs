//! Pauses between looks: longer and longer, with jitter. The one place of the HTTP side that uses the `backoff` crate.

use std::time::Duration;

use backoff::backoff::Backoff as _;
use backoff::{ExponentialBackoff, ExponentialBackoffBuilder};

/// An endless sequence of pauses.
pub struct Pace {
    backoff: ExponentialBackoff,
    longest: Duration,
}

impl Pace {
    pub fn new(first: Duration, longest: Duration) -> Self {
        let backoff = ExponentialBackoffBuilder::new()
            .with_initial_interval(first)
            .with_max_interval(longest)
            .with_multiplier(2.0)
            .with_randomization_factor(0.2)
            .with_max_elapsed_time(None)
            .build();
        Self { backoff, longest }
    }

    /// The next pause.
    pub fn pause(&mut self) -> Duration {
        self.backoff.next_backoff().unwrap_or(self.longest)
    }
}
