//! What lets requests through, one decision at a time.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::clock::{Clock, Timestamp};
use crate::http::circuit::Turn;

/// Who comes first goes first.
#[derive(Default)]
pub(super) struct Door<T> {
    queue: tokio::sync::Mutex<()>,
    pub state: Mutex<T>,
    changed: Notify,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Door<T> {
    /// Waits for one's turn, and takes it.
    pub async fn pass<S>(
        &self,
        clock: &dyn Clock,
        turn: impl Fn(&T, Timestamp) -> Turn,
        take: impl Fn(&mut T) -> S,
    ) -> S {
        let _first = self.queue.lock().await;
        loop {
            // Made before looking, so that no end is missed.
            let changed = self.changed.notified();
            let now = clock.now();
            let turn = {
                let mut state = lock(&self.state);
                match turn(&state, now) {
                    Turn::Now => return take(&mut state),
                    other => other,
                }
            };
            match turn {
                Turn::At(at) => tokio::select! {
                    () = changed => {}
                    () = tokio::time::sleep(at.since(now)) => {}
                },
                _ => changed.await,
            }
        }
    }

    pub fn change<S>(&self, how: impl FnOnce(&mut T) -> S) -> S {
        let changed = how(&mut lock(&self.state));
        self.changed.notify_waiters();
        changed
    }
}
