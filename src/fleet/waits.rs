//! Where rows wait for their turn.

use std::time::Duration;

/// What the attempts of one step waited, over all rows: for a rate limit, a place in a queue, or a service that is down. Counts
/// those that waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StepWaits {
    pub attempts: u64,
    pub total: Duration,
    pub longest: Duration,
}

impl StepWaits {
    pub(super) fn add(&mut self, waited: Duration) {
        self.attempts += 1;
        self.total = self.total.saturating_add(waited);
        self.longest = self.longest.max(waited);
    }
}
