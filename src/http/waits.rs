//! What an attempt waits for its turn. Where many runs go through one limit, no budget pays for that.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, Timestamp};

/// The waits of one attempt. Clones count together; by default nothing is counted.
#[derive(Clone, Default)]
pub struct Waits(Option<Arc<Counted>>);

struct Counted {
    clock: Arc<dyn Clock>,
    tally: Mutex<Tally>,
}

/// Waits at the same time count once.
#[derive(Default)]
struct Tally {
    over: Duration,
    under_way: usize,
    since: Timestamp,
}

impl Waits {
    pub fn counted(clock: Arc<dyn Clock>) -> Self {
        Self(Some(Arc::new(Counted { clock, tally: Mutex::default() })))
    }

    pub fn are_counted(&self) -> bool {
        self.0.is_some()
    }

    /// Counts how long `wait` takes, also if it is given up.
    pub async fn during<T>(&self, wait: impl Future<Output = T>) -> T {
        let _open = self.0.as_deref().map(Open::new);
        wait.await
    }

    /// All of them until now.
    pub fn so_far(&self) -> Duration {
        let Some(counted) = &self.0 else { return Duration::ZERO };
        let tally = counted.tally();
        match tally.under_way {
            0 => tally.over,
            _ => tally.over + counted.clock.now().since(tally.since),
        }
    }
}

impl Counted {
    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Open<'a>(&'a Counted);

impl<'a> Open<'a> {
    fn new(counted: &'a Counted) -> Self {
        let mut tally = counted.tally();
        if tally.under_way == 0 {
            tally.since = counted.clock.now();
        }
        tally.under_way += 1;
        Self(counted)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let mut tally = self.0.tally();
        tally.under_way -= 1;
        if tally.under_way == 0 {
            let waited = self.0.clock.now().since(tally.since);
            tally.over += waited;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use futures_util::FutureExt as _;

    use super::*;
    use crate::clock::ManualClock;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn waits_at_the_same_time_count_once_and_those_given_up_as_well() {
        let clock = ManualClock::default();
        let waits = Waits::counted(Arc::new(clock.clone()));
        let (mut one, mut other) = (Box::pin(waits.during(pending::<()>())), Box::pin(waits.during(pending::<()>())));
        assert!((&mut one).now_or_never().is_none());
        clock.advance(SECOND);
        assert!((&mut other).now_or_never().is_none());
        assert_eq!(waits.so_far(), SECOND, "one goes on");
        clock.advance(SECOND);
        drop(one);
        clock.advance(SECOND);
        drop(other);
        clock.advance(SECOND);
        assert_eq!(waits.so_far(), 3 * SECOND);
    }

    #[test]
    fn what_takes_no_time_or_is_not_counted_is_nothing() {
        let clock = ManualClock::default();
        let waits = Waits::counted(Arc::new(clock.clone()));
        assert_eq!(waits.during(ready(1)).now_or_never(), Some(1));
        let uncounted = Waits::default();
        let mut wait = Box::pin(uncounted.during(pending::<()>()));
        assert!((&mut wait).now_or_never().is_none());
        clock.advance(SECOND);
        assert_eq!((waits.so_far(), uncounted.so_far()), (Duration::ZERO, Duration::ZERO));
    }
}
