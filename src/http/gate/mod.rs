//! Where requests of many runs wait while a service does not answer, or has said that there are too many.

mod door;
mod pass;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use super::circuit::Circuit;
use super::error::HttpError;
use super::request::Timeout;
use super::throttle::Throttle;
use crate::clock::Clock;
use door::{Door, lock};
pub(super) use pass::Pass;

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
struct Line {
    /// Host and port.
    place: String,
    circuit: Door<Circuit>,
    throttle: Door<Throttle>,
}

impl Line {
    fn to(place: &str) -> Arc<Self> {
        Arc::new(Self { place: place.to_owned(), circuit: Door::default(), throttle: Door::default() })
    }
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

    fn line(&self, place: &str) -> Arc<Line> {
        let mut lines = lock(&self.circuits.lines);
        if let Some(known) = lines.get(place) {
            return known.clone();
        }
        let line = Line::to(place);
        lines.insert(place.to_owned(), line.clone());
        line
    }

    /// Waits until a request to `place` may be sent, at most as long as `timeout` leaves, and says what is left of it; `in_turn`
    /// with those that wait since the service has said that there are too many. Dropping the future gives up the wait.
    pub async fn enter(&self, place: &str, in_turn: bool, timeout: Timeout) -> Result<(Pass, Timeout), HttpError> {
        let line = self.line(place);
        let clock = &self.circuits.clock;
        let came = clock.now();
        let pass = Pass::new(line, clock.clone());
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
