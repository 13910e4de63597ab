//! How many images of one key are made at a time. The service turns away who asks for more than its plan has places for.

use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use super::{Key, Limits, lock};
use crate::clock::Timestamp;
use crate::modelslab::ApiError;

/// What every plan has; one with more is not told of before it is full.
const PLACES: u32 = 5;

/// The places of one key. Who comes first goes first.
#[derive(Default)]
pub(super) struct Queue {
    line: tokio::sync::Mutex<()>,
    taken: Mutex<Taken>,
    left: Notify,
}

struct Taken {
    taken: u32,
    places: u32,
}

impl Default for Taken {
    fn default() -> Self {
        Self { taken: 0, places: PLACES }
    }
}

/// A place in the service's queue, from the request until there is an image or none is waited for. Dropped, it is free.
pub struct Place(Arc<Queue>);

impl Limits {
    /// Waits for a place. It fails if none is free before `deadline`. Dropping the future gives up the wait.
    pub(in crate::modelslab) async fn place(&self, key: Key, deadline: Option<Timestamp>) -> Result<Place, ApiError> {
        let queue = lock(&self.queues).entry(key).or_default().clone();
        match self.until(deadline, queue.take()).await? {
            Some(()) => Ok(Place(queue)),
            None => Err(ApiError::queue_full(queue.places())),
        }
    }
}

impl Queue {
    async fn take(&self) {
        let _first = self.line.lock().await;
        loop {
            // Made before looking, so that no end is missed.
            let left = self.left.notified();
            {
                let mut taken = lock(&self.taken);
                if taken.taken < taken.places {
                    taken.taken += 1;
                    return;
                }
            }
            left.await;
        }
    }

    fn places(&self) -> u32 {
        lock(&self.taken).places
    }
}

impl Place {
    /// So many the service said that there are.
    pub fn learn(&self, places: u32) {
        lock(&self.0.taken).places = places.max(1);
        self.0.left.notify_waiters();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = lock(&self.0.taken);
        taken.taken = taken.taken.saturating_sub(1);
        self.0.left.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt as _;

    use super::*;
    use crate::clock::ManualClock;
    use crate::modelslab::limits::Subject;

    fn key(holder: u8) -> Key {
        Key { origin: "https://host.test".into(), class: "queue", subject: Subject::Holder([holder; 32]) }
    }

    #[tokio::test]
    async fn who_finds_no_place_waits_until_one_is_left() {
        let limits = Arc::new(Limits::new(Arc::new(ManualClock::at(Timestamp::default()))));
        let mut places = Vec::new();
        for _ in 0..PLACES {
            places.push(limits.place(key(1), None).await.unwrap());
        }
        assert!(limits.place(key(2), None).await.is_ok(), "another key has places of its own");
        let mut next = Box::pin(limits.place(key(1), None));
        assert!((&mut next).now_or_never().is_none());
        places.pop();
        assert!(next.await.is_ok());
    }

    #[tokio::test]
    async fn what_the_service_says_of_its_places_counts() {
        let limits = Limits::new(Arc::new(ManualClock::at(Timestamp::default())));
        let first = limits.place(key(1), None).await.unwrap();
        first.learn(1);
        let late = limits.place(key(1), Some(Timestamp::default())).await.err().unwrap();
        assert_eq!((late.status, late.sent, late.transient), (Some(429), false, true));
        first.learn(2);
        assert!(limits.place(key(1), None).await.is_ok());
    }

    #[tokio::test]
    async fn a_wait_that_is_given_up_takes_no_place() {
        let limits = Limits::new(Arc::new(ManualClock::at(Timestamp::default())));
        let first = limits.place(key(1), None).await.unwrap();
        first.learn(1);
        let soon = tokio::time::timeout(Duration::ZERO, limits.place(key(1), None)).await;
        assert!(soon.is_err());
        let mut released = Box::pin(limits.place(key(1), None));
        assert!((&mut released).now_or_never().is_none());
        limits.release();
        assert!(released.await.err().unwrap().is(ApiError::WITHDRAWN));
        drop(first);
        assert!(limits.place(key(1), None).await.is_ok());
    }
}
