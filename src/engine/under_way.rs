//! What a run has under way. The run polls it itself: that spares each attempt a task, and a channel to the run.

use std::collections::VecDeque;

use futures_util::future::{AbortHandle, Abortable, BoxFuture, FutureExt as _};
use futures_util::stream::{FuturesUnordered, StreamExt as _};

/// Work that goes on only while one of its methods is awaited.
pub(super) struct UnderWay<T> {
    work: FuturesUnordered<BoxFuture<'static, Option<T>>>,
    /// What came of it, oldest first.
    ended: VecDeque<T>,
}

impl<T: Send + 'static> UnderWay<T> {
    pub(super) fn new() -> Self {
        Self { work: FuturesUnordered::new(), ended: VecDeque::new() }
    }

    /// Begins `work`; with the handle it is dropped where it stands, and nothing comes of it.
    pub(super) fn begin(&self, work: impl Future<Output = T> + Send + 'static) -> AbortHandle {
        let (handle, registration) = AbortHandle::new_pair();
        // Boxed as a whole, it is moved once.
        self.work.push(Abortable::new(work, registration).map(Result::ok).boxed());
        handle
    }

    /// What came of something, if anything has ended by now.
    pub(super) fn ready(&mut self) -> Option<T> {
        while let Some(Some(ended)) = self.work.next().now_or_never() {
            self.ended.extend(ended);
        }
        self.ended.pop_front()
    }

    /// What comes of something; if nothing is under way, never.
    pub(super) async fn next(&mut self) -> T {
        loop {
            if let Some(ended) = self.ended.pop_front() {
                return ended;
            }
            match self.work.next().await {
                Some(ended) => self.ended.extend(ended),
                None => std::future::pending().await,
            }
        }
    }

    /// Waits for `other` while all that is under way goes on.
    pub(super) async fn during<O>(&mut self, other: impl Future<Output = O>) -> O {
        let mut other = std::pin::pin!(other);
        loop {
            tokio::select! {
                biased;
                done = &mut other => return done,
                Some(ended) = self.work.next() => self.ended.extend(ended),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use tokio::sync::oneshot;

    use super::*;

    #[test]
    fn what_has_ended_is_given_in_that_order() {
        let mut under_way = UnderWay::new();
        let (first, second) = (oneshot::channel(), oneshot::channel());
        for receiver in [second.1, first.1] {
            under_way.begin(async { receiver.await.unwrap() });
        }
        assert_eq!(under_way.ready(), None);
        first.0.send(1).unwrap();
        assert_eq!(under_way.next().now_or_never(), Some(1));
        second.0.send(2).unwrap();
        assert_eq!((under_way.ready(), under_way.ready()), (Some(2), None));
    }

    #[test]
    fn nothing_comes_of_what_is_aborted_and_it_is_dropped() {
        let mut under_way = UnderWay::new();
        let (held, dropped) = oneshot::channel::<()>();
        let handle = under_way.begin(async move {
            let _held = held;
            pending::<u8>().await
        });
        assert!(under_way.next().now_or_never().is_none());
        handle.abort();
        assert!(under_way.next().now_or_never().is_none());
        assert!(dropped.now_or_never().unwrap().is_err());
    }

    #[tokio::test]
    async fn it_goes_on_while_something_else_is_awaited() {
        let mut under_way = UnderWay::new();
        let (sender, receiver) = oneshot::channel();
        under_way.begin(async move { sender.send(5).unwrap() });
        under_way.begin(ready(()));
        assert_eq!(under_way.during(receiver).await, Ok(5));
        assert_eq!(under_way.ready(), Some(()));
    }
}
