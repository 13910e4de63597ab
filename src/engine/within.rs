//! A bound in time for work, which moves on by what the work waited for its turn.

use std::pin::pin;
use std::time::Duration;

use crate::action::Waits;

/// Nobody looks more often whether the bound has moved.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// What `work` comes to; `None` if its time was over before.
pub(super) async fn within<T>(
    limit: impl Into<Option<Duration>>,
    waits: &Waits,
    work: impl Future<Output = T>,
) -> Option<T> {
    let Some(mut left) = limit.into() else { return Some(work.await) };
    let mut work = pin!(work);
    let mut granted = Duration::ZERO;
    loop {
        if let Ok(done) = tokio::time::timeout(left, &mut work).await {
            return Some(done);
        }
        let more = waits.so_far().saturating_sub(granted);
        if more.is_zero() {
            return None;
        }
        granted += more;
        left = more.max(BETWEEN_LOOKS);
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Arc;

    use super::*;
    use crate::clock::ManualClock;

    /// An attempt that has waited for an hour.
    async fn after_an_hour() -> Waits {
        let clock = ManualClock::default();
        let waits = Waits::counted(Arc::new(clock.clone()));
        waits.during(async { clock.advance(Duration::from_secs(3600)) }).await;
        waits
    }

    #[tokio::test]
    async fn work_that_waited_for_its_turn_has_its_time_besides() {
        let work = async {
            for _ in 0..5 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        assert!(within(Duration::ZERO, &after_an_hour().await, work).await.is_some());
    }

    #[tokio::test]
    async fn work_that_did_not_wait_is_cut_off() {
        let waits = Waits::counted(Arc::new(ManualClock::default()));
        assert!(within(Duration::ZERO, &waits, pending::<()>()).await.is_none());
        assert!(within(Duration::ZERO, &Waits::default(), pending::<()>()).await.is_none());
        assert_eq!(within(None::<Duration>, &waits, async { 1 }).await, Some(1));
    }
}
