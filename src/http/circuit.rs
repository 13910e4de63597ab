//! Whether a service answers: a decision on values.
//!
//! Failures in a row, of several callers, open the circuit, and nothing is sent any more. After a pause one request is let
//! through. If it fails the next pause is longer; if it is answered requests go again, two at first, and one more with each answer.

use std::time::Duration;

use crate::clock::Timestamp;

/// So many requests in a row without an answer open it.
const FAILURES: u32 = 5;

/// Where so many may be under way again, it is as if nothing had been.
const MENDED: u32 = 32;

/// Whether a request may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Now,
    /// Not before this moment, and then it is to be asked again.
    At(Timestamp),
    /// Not before another request has ended.
    AfterAnother,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Answered,
    /// No answer, or one of a gateway that had none.
    Silent,
    /// Given up by who made it: that tells nothing.
    Abandoned,
}

/// What an end changed, if somebody should be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Opened(Duration),
    /// The request that was let through failed as well.
    StillOpen(Duration),
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Closed,
    /// `trials` requests were let through in vain.
    Open {
        until: Timestamp,
        trials: u32,
    },
    /// One request is under way, and all others wait for its end.
    Trying {
        trials: u32,
    },
    Mending {
        room: u32,
    },
}

/// What is known of one service.
#[derive(Debug, Default)]
pub(super) struct Circuit {
    state: State,
    /// How often it was opened. What was sent before says nothing any more.
    round: u64,
    /// Of this round.
    in_flight: u32,
    streak: Streak,
}

/// Failures since the last answer.
#[derive(Debug, Default)]
struct Streak {
    failures: u32,
    first: Option<u64>,
    /// A caller alone may ask for what nobody could answer.
    several: bool,
}

/// A request that was let through, with its round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sent(u64);

impl Circuit {
    pub fn turn(&self, now: Timestamp) -> Turn {
        match self.state {
            State::Open { until, .. } if until > now => Turn::At(until),
            State::Trying { .. } => Turn::AfterAnother,
            State::Mending { room } if self.in_flight >= room => Turn::AfterAnother,
            _ => Turn::Now,
        }
    }

    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Open { .. } | State::Trying { .. })
    }

    /// A request goes whose turn it is.
    pub fn send(&mut self) -> Sent {
        if let State::Open { trials, .. } = self.state {
            self.state = State::Trying { trials };
        }
        self.in_flight += 1;
        Sent(self.round)
    }

    /// A request of `caller` ended. `pause` says how long to wait after so many trials in vain.
    pub fn end(
        &mut self,
        (sent, caller): (Sent, u64),
        end: End,
        now: Timestamp,
        pause: impl FnOnce(u32) -> Duration,
    ) -> Option<Change> {
        if sent.0 != self.round {
            return None;
        }
        self.in_flight = self.in_flight.saturating_sub(1);
        match (self.state, end) {
            (State::Trying { trials }, End::Abandoned) => self.state = State::Open { until: now, trials },
            (_, End::Abandoned) => {}
            (State::Trying { trials }, End::Silent) => {
                let trials = trials.saturating_add(1);
                return Some(Change::StillOpen(self.open(trials, now, pause)));
            }
            (_, End::Silent) => {
                self.streak.add(caller);
                if self.streak.failures >= FAILURES && self.streak.several {
                    return Some(Change::Opened(self.open(0, now, pause)));
                }
            }
            (state, End::Answered) => {
                self.streak = Streak::default();
                self.state = match state {
                    State::Trying { .. } => State::Mending { room: 2 },
                    State::Mending { room } if room < MENDED => State::Mending { room: room + 1 },
                    _ => State::Closed,
                };
                return matches!(state, State::Trying { .. }).then_some(Change::Closed);
            }
        }
        None
    }

    fn open(&mut self, trials: u32, now: Timestamp, pause: impl FnOnce(u32) -> Duration) -> Duration {
        let pause = pause(trials);
        self.state = State::Open { until: now.plus(pause), trials };
        (self.round, self.in_flight, self.streak) = (self.round + 1, 0, Streak::default());
        pause
    }
}

impl Streak {
    fn add(&mut self, caller: u64) {
        self.failures = self.failures.saturating_add(1);
        self.several |= *self.first.get_or_insert(caller) != caller;
    }
}

#[cfg(test)]
mod tests;
