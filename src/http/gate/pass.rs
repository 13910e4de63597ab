//! A request on its way, and what its end tells of the service.

use std::sync::Arc;
use std::time::Duration;

use super::Line;
use crate::clock::{Clock, Timestamp};
use crate::http::circuit::{Change, Circuit, End, Sent};
use crate::http::pace::Pace;
use crate::http::throttle::{Entered, Throttle};

const FIRST_PAUSE: Duration = Duration::from_secs(1);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// After so many trials in vain the pause does not grow any more.
const GROWS_UNTIL: u32 = 8;

/// Nobody is left alone for longer, whatever it says.
const LONGEST_REST: Duration = Duration::from_secs(3600);

/// With jitter, so that not all who wait for a service come back to it in one moment.
pub(super) fn pause(trials: u32) -> Duration {
    let mut pace = Pace::new(FIRST_PAUSE, LONGEST_PAUSE);
    (0..trials.min(GROWS_UNTIL)).for_each(|_| _ = pace.pause());
    pace.pause()
}

/// A request that may be sent. Dropped without a word, it tells nothing of the service.
pub(in crate::http) struct Pass {
    line: Arc<Line>,
    clock: Arc<dyn Clock>,
    entered: Option<Entered>,
    sent: Option<(Sent, u64)>,
}

impl Pass {
    pub(super) fn new(line: Arc<Line>, clock: Arc<dyn Clock>) -> Self {
        Self { line, clock, entered: None, sent: None }
    }

    pub(super) async fn open(mut self, in_turn: bool, caller: u64) -> Self {
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
            let (place, seconds) = (&self.line.place, until.since(now).as_secs());
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
        let place = &self.line.place;
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
