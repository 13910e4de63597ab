//! The service's rate limits, kept on our side: a call waits for its turn instead of being refused.

mod class;
mod lesson;
mod line;
mod queue;
mod refused;
mod subject;
mod window;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::ApiError;
use crate::clock::{Clock, Timestamp};
use crate::workflow::{Rate, RateClass};
use class::{Class, Counted};
use lesson::Lesson;
use line::Line;
pub(super) use line::Permit;
pub use queue::Place;
use queue::Queue;
pub(super) use subject::{Key, Subject};
use window::Turn;

/// Nobody waits longer in here: the call fails, and whoever made it decides.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// A wait above this is told.
const UNNOTICED: Duration = Duration::from_secs(1);

/// Up to so many lines none is swept.
const UNSWEPT: usize = 1024;

/// What was called, by class and by whom the service counts. Clients that share it wait for each other.
pub struct Limits {
    clock: Arc<dyn Clock>,
    factor: f64,
    longest: Duration,
    lines: Arc<Mutex<Lines>>,
    /// Of images that are being made.
    queues: Arc<Mutex<HashMap<Key, Arc<Queue>>>>,
    released: Notify,
}

#[derive(Default)]
struct Lines {
    by_key: HashMap<Key, Arc<Counted>>,
    /// By origin and name.
    classes: HashMap<(Arc<str>, &'static str), Arc<Class>>,
    /// How many were left by the last sweep.
    swept: usize,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Limits {
    /// As the service documents them.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let (lines, queues) = (Arc::default(), Arc::default());
        Self { clock, factor: 1.0, longest: LONGEST_WAIT, lines, queues, released: Notify::new() }
    }

    /// Every limit times `factor`, at least one call in each period.
    pub fn scaled(self, factor: f64) -> Self {
        Self { factor, ..self }
    }

    /// Who waits here waits as long as it takes: where many rows go through one limit, all come to their turn.
    pub fn patient(self) -> Self {
        Self { longest: Duration::MAX, ..self }
    }

    /// The same counts for another run: who waits here is not released with those.
    pub fn shared(&self) -> Self {
        let (clock, lines, queues) = (self.clock.clone(), self.lines.clone(), self.queues.clone());
        Self { clock, lines, queues, released: Notify::new(), ..*self }
    }

    /// Ends all waits that go on at this moment; nothing was sent for them.
    pub fn release(&self) {
        self.released.notify_waiters();
    }

    /// Ends when all waits are ended.
    pub async fn released(&self) {
        self.released.notified().await;
    }

    /// Waits until a call may go. It fails if that cannot be before `deadline`. Dropping the future gives up the place.
    pub(super) async fn turn(
        &self,
        key: Key,
        class: &RateClass,
        deadline: Option<Timestamp>,
    ) -> Result<Permit, ApiError> {
        let class = &RateClass { rate: scaled(class.rate, self.factor), ..*class };
        let counted = self.counted(key, class.rate);
        let now = self.clock.now();
        if let Turn::At(at) = counted.own.turn(now) {
            self.refuse_beyond(at, now, deadline, class)?;
        }
        let turn = self.until(deadline, self.wait(&counted, class, deadline)).await?;
        turn.unwrap_or_else(|| Err(ApiError::held_back(class, None)))
    }

    /// What `waiting` comes to; `None` if that is not before `deadline`, an error if all waits are ended.
    async fn until<T>(
        &self,
        deadline: Option<Timestamp>,
        waiting: impl Future<Output = T>,
    ) -> Result<Option<T>, ApiError> {
        let released = self.released.notified();
        let bounded = async {
            match deadline {
                Some(at) => tokio::time::timeout(at.since(self.clock.now()), waiting).await.ok(),
                None => Some(waiting.await),
            }
        };
        tokio::select! {
            biased;
            came = bounded => Ok(came),
            () = released => Err(ApiError::withdrawn()),
        }
    }

    async fn wait(
        &self,
        counted: &Arc<Counted>,
        class: &RateClass,
        deadline: Option<Timestamp>,
    ) -> Result<Permit, ApiError> {
        let _first = counted.own.queue.lock().await;
        loop {
            self.come_to(&counted.own, class, deadline).await?;
            let all = &counted.class.all;
            let mut _first_of_all = None;
            if counted.class.binds() {
                _first_of_all = Some(all.queue.lock().await);
                self.come_to(all, class, deadline).await?;
            }
            if let Some(sent) = counted.send(self.clock.now()) {
                return Ok(Permit::new(counted.clone(), self.clock.clone(), sent));
            }
        }
    }

    /// Waits until `line` has room.
    async fn come_to(&self, line: &Line, class: &RateClass, deadline: Option<Timestamp>) -> Result<(), ApiError> {
        let mut told = false;
        loop {
            // Made before looking, so that no end is missed.
            let ended = line.ended.notified();
            let now = self.clock.now();
            match line.turn(now) {
                Turn::Now => return Ok(()),
                Turn::At(at) => {
                    self.refuse_beyond(at, now, deadline, class)?;
                    let wait = at.since(now);
                    if wait > UNNOTICED && !std::mem::replace(&mut told, true) {
                        let (count, seconds) = (class.rate.count, wait.as_secs());
                        tracing::info!(
                            class = class.name,
                            "waits {seconds} s: {count} requests a minute, or what the service said last"
                        );
                    }
                    tokio::select! {
                        () = ended => {}
                        () = tokio::time::sleep(wait) => {}
                    }
                }
                Turn::AfterAnAnswer => ended.await,
            }
        }
    }

    fn refuse_beyond(
        &self,
        at: Timestamp,
        now: Timestamp,
        deadline: Option<Timestamp>,
        class: &RateClass,
    ) -> Result<(), ApiError> {
        let wait = at.since(now);
        let late = wait > self.longest || deadline.is_some_and(|deadline| at >= deadline);
        if late { Err(ApiError::held_back(class, Some(wait))) } else { Ok(()) }
    }

    fn counted(&self, key: Key, rate: Rate) -> Arc<Counted> {
        let mut lines = lock(&self.lines);
        if let Some(known) = lines.by_key.get(&key) {
            return known.clone();
        }
        // Each sweep has as many new lines to itself as it goes through.
        if lines.by_key.len() >= UNSWEPT.max(2 * lines.swept) {
            let now = self.clock.now();
            lines.by_key.retain(|_, counted| Arc::strong_count(counted) > 1 || !counted.own.is_idle(now));
            lines.swept = lines.by_key.len();
        }
        let class = lines.classes.entry((key.origin.clone(), key.class)).or_insert_with(|| Arc::new(Class::new(rate)));
        let counted = Arc::new(Counted::new(key.subject.clone(), class.clone(), rate));
        lines.by_key.insert(key, counted.clone());
        counted
    }
}

fn scaled(rate: Rate, factor: f64) -> Rate {
    let count = (f64::from(rate.count) * factor).ceil().clamp(1.0, f64::from(u32::MAX)) as u32;
    Rate { count, ..rate }
}

#[cfg(test)]
mod tests;
