//! Where requests of many runs wait while a service does not answer, or has said that there are too many.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::circuit::{Change, Circuit, End, Sent, Turn};
use super::client::{HttpError, Timeout};
use super::pace::Pace;
use super::throttle::{Entered, Throttle};
use crate::clock::{Clock, Timestamp};

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Nobody is left alone for longer, whatever it says.
const LONGEST_REST: Duration = Duration::from_secs(3600);

/// After so many trials in vain the pause does not grow any more.
const GROWS_UNTIL: u32 = 8;

/// One run's way to services whose circuits it shares with others.
#[derive(Clone)]
pub(super) struct Gate {
    circuits: Arc<Circuits>,
    caller: u64,
    released: Arc<Notify>,
}

struct Circuits {
    clock: Arc<dyn Clock>,
    callers: AtomicU64,
    /// By host and port.
    lines: Mutex<HashMap<String, Arc<Line>>>,
}

/// Who goes to one service.
#[derive(Default)]
struct Line {
    circuit: Door<Circuit>,
    throttle: Door<Throttle>,
}

/// What lets requests through. Who comes first goes first.
#[derive(Default)]
struct Door<T> {
    queue: tokio::sync::Mutex<()>,
    state: Mutex<T>,
    changed: Notify,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// With jitter, so that not all who wait for a service come back to it in one moment.
fn pause(trials: u32) -> Duration {
    let mut pace = Pace::new(FIRST_PAUSE, LONGEST_PAUSE);
    (0..trials.min(GROWS_UNTIL)).for_each(|_| _ = pace.pause());
    pace.pause()
}

impl Gate {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let circuits = Circuits { clock, callers: AtomicU64::new(1), lines: Mutex::default() };
        Self { circuits: Arc::new(circuits), caller: 0, released: Arc::default() }
    }

    /// The same circuits for another run.
    pub fn shared(&self) -> Self {
        let caller = self.circuits.callers.fetch_add(1, Ordering::Relaxed);
        Self { circuits: self.circuits.clone(), caller, released: Arc::default() }
    }

    pub fn clock(&self) -> Arc<dyn Clock> {
        self.circuits.clock.clone()
    }

    /// Ends this run's waits that go on at this moment.
    pub fn release(&self) {
        self.released.notify_waiters();
    }

    /// The services that do not answer, by name.
    pub fn silent(&self) -> Vec<String> {
        let lines = lock(&self.circuits.lines);
        let silent =
            lines.iter().filter(|(_, line)| lock(&line.circuit.state).is_open()).map(|(place, _)| place.clone());
        let mut silent: Vec<String> = silent.collect();
        silent.sort();
        silent
    }

    /// Waits until a request to `place` may be sent, at most as long as `timeout` leaves, and says what is left of it; `in_turn`
    /// with those that wait since the service has said that there are too many. Dropping the future gives up the wait.
    pub async fn enter(&self, place: &str, in_turn: bool, timeout: Timeout) -> Result<(Pass, Timeout), HttpError> {
        let line = lock(&self.circuits.lines).entry(place.to_owned()).or_default().clone();
        let clock = &self.circuits.clock;
        let came = clock.now();
        let pass = Pass { line, place: place.to_owned(), clock: clock.clone(), entered: None, sent: None };
        let released = self.released.notified();
        let opening = pass.open(in_turn, self.caller);
        let bounded = async {
            match timeout.left {
                Some(left) => tokio::time::timeout(left, opening).await.ok(),
                None => Some(opening.await),
            }
        };
        let pass = tokio::select! {
            biased;
            opened = bounded => opened.ok_or_else(|| HttpError::held_back(place, timeout))?,
            () = released => return Err(HttpError::withdrawn()),
        };
        let waited = clock.now().since(came);
        Ok((pass, timeout.after_waiting(waited)))
    }
}

impl<T> Door<T> {
    /// Waits for one's turn, and takes it.
    async fn pass<S>(&self, clock: &dyn Clock, turn: impl Fn(&T, Timestamp) -> Turn, take: impl Fn(&mut T) -> S) -> S {
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

    fn change<S>(&self, how: impl FnOnce(&mut T) -> S) -> S {
        let changed = how(&mut lock(&self.state));
        self.changed.notify_waiters();
        changed
    }
}

/// A request that may be sent. Dropped without a word, it tells nothing of the service.
pub(super) struct Pass {
    line: Arc<Line>,
    place: String,
    clock: Arc<dyn Clock>,
    entered: Option<Entered>,
    sent: Option<(Sent, u64)>,
}

impl Pass {
    async fn open(mut self, in_turn: bool, caller: u64) -> Self {
        if in_turn {
            self.entered = Some(self.line.throttle.pass(&*self.clock, Throttle::turn, Throttle::enter).await);
        }
        self.sent = Some((self.line.circuit.pass(&*self.clock, Circuit::turn, Circuit::send).await, caller));
        self
    }

    pub fn answered(mut self) {
        if let Some(entered) = self.entered.take() {
            self.line.throttle.change(|throttle| throttle.answered(entered));
        }
        self.close(End::Answered, "");
    }

    /// The service has said that there are too many requests, and perhaps how long it is to be left alone.
    pub fn refused(mut self, rest: impl FnOnce(Timestamp) -> Option<Duration>) {
        if let Some(entered) = self.entered.take() {
            let now = self.clock.now();
            let rest = rest(now).map(|rest| rest.min(LONGEST_REST));
            let until = self.line.throttle.change(|throttle| throttle.refused(entered, rest, now, pause));
            let (place, seconds) = (&self.place, until.since(now).as_secs());
            tracing::info!("{place} says that there are too many requests: those that would go there wait {seconds} s");
        }
        self.close(End::Answered, "");
    }

    /// Nothing came, for that reason.
    pub fn silent(mut self, why: &str) {
        self.close(End::Silent, why);
    }

    fn close(&mut self, end: End, why: &str) {
        let Some(sent) = self.sent.take() else { return };
        let now = self.clock.now();
        let change = self.line.circuit.change(|circuit| circuit.end(sent, end, now, pause));
        let place = &self.place;
        match change {
            Some(Change::Opened(_)) => {
                tracing::warn!("{place} does not answer: what would go there waits until it does ({why})");
            }
            Some(Change::StillOpen(pause)) => {
                tracing::info!("{place} still does not answer: the next look is in {} s ({why})", pause.as_secs());
            }
            Some(Change::Closed) => tracing::warn!("{place} answers again: what waited goes on"),
            None => {}
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.entered.take().is_some() {
            self.line.throttle.change(Throttle::abandon);
        }
        self.close(End::Abandoned, "");
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::clock::ManualClock;

    const PLACE: &str = "service.test:443";

    async fn enter(gate: &Gate) -> Pass {
        gate.enter(PLACE, true, Timeout::default()).await.unwrap().0
    }

    /// A service that two runs found silent.
    async fn silent() -> (ManualClock, Gate, Gate) {
        let clock = ManualClock::at(Timestamp::default());
        let gate = Gate::new(Arc::new(clock.clone()));
        let (one, other) = (gate.shared(), gate.shared());
        for number in 0..5 {
            enter(if number % 2 == 0 { &one } else { &other }).await.silent("refused");
        }
        (clock, one, other)
    }

    #[tokio::test]
    async fn who_waits_goes_one_after_another_and_the_first_first() {
        let (clock, one, other) = silent().await;
        let (mut first, mut second) = (Box::pin(enter(&one)), Box::pin(enter(&other)));
        assert!((&mut first).now_or_never().is_none() && (&mut second).now_or_never().is_none());
        clock.advance(LONGEST_PAUSE);
        // Whoever came later looks first, and does not go first.
        assert!((&mut second).now_or_never().is_none());
        drop(first);
        let trial = (&mut second).now_or_never().unwrap();
        let mut third = Box::pin(enter(&one));
        assert!((&mut third).now_or_never().is_none());
        trial.answered();
        assert!(third.now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_run_that_stops_ends_its_own_waits_alone() {
        let (_clock, one, other) = silent().await;
        let mut mine = Box::pin(one.enter(PLACE, true, Timeout::default()));
        let mut theirs = Box::pin(other.enter(PLACE, true, Timeout::default()));
        assert!((&mut mine).now_or_never().is_none() && (&mut theirs).now_or_never().is_none());
        one.release();
        let error = mine.now_or_never().unwrap().err().unwrap();
        assert!(error.withdrawn && !error.sent && !error.transient);
        assert!(theirs.now_or_never().is_none());
    }

    #[tokio::test]
    async fn nobody_waits_beyond_a_deadline() {
        let (_clock, one, _) = silent().await;
        let timeout = Timeout { left: Some(Duration::ZERO), ..Timeout::default() };
        let error = one.enter(PLACE, true, timeout).await.err().unwrap();
        assert!(error.transient && error.timeout && !error.sent);
    }

    #[tokio::test]
    async fn another_service_is_not_waited_for() {
        let (_clock, one, _) = silent().await;
        assert!(one.enter("other.test:443", true, Timeout::default()).now_or_never().is_some());
        assert_eq!(one.silent(), [PLACE]);
    }

    #[tokio::test]
    async fn after_a_refusal_rows_go_one_by_one_and_those_with_limits_of_their_own_are_not_held() {
        let clock = ManualClock::at(Timestamp::default());
        let gate = Gate::new(Arc::new(clock.clone()));
        let (one, other) = (gate.shared(), gate.shared());
        enter(&one).await.refused(|_| Some(Duration::from_secs(20)));
        let (mut mine, mut theirs) = (Box::pin(enter(&one)), Box::pin(enter(&other)));
        assert!((&mut mine).now_or_never().is_none() && (&mut theirs).now_or_never().is_none());
        assert!(other.enter(PLACE, false, Timeout::default()).now_or_never().is_some());
        clock.advance(Duration::from_secs(20));
        // Whoever is woken looks again.
        drop(mine);
        let first = (&mut theirs).now_or_never().unwrap();
        let mut next = Box::pin(enter(&one));
        assert!((&mut next).now_or_never().is_none());
        first.answered();
        assert!(next.now_or_never().is_some());
    }

    #[test]
    fn pauses_grow_to_a_minute() {
        assert!(pause(0) <= Duration::from_millis(1200));
        assert!(pause(3) > pause(0));
        assert!(pause(u32::MAX) <= Duration::from_secs(72));
    }
}
