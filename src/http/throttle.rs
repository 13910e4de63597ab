//! How fast requests follow one another at a service that has said that there are too many: a decision on values.
//!
//! Nothing goes before the time that it asked for. Then one request goes at a time, two once that was answered, three once both
//! were, and so on until the next refusal: no burst follows.

use std::time::Duration;

use super::circuit::Turn;
use crate::clock::Timestamp;

/// Where so many may be under way again, it is as if nothing had been.
const FREE: u32 = 256;

/// What one service said of the rate of requests, for as long as that matters.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    rest_until: Timestamp,
    /// How many may be under way at a time; `None` for any number.
    abreast: Option<u32>,
    in_flight: u32,
    /// Since `abreast` was set.
    answers: u32,
    refusals: u64,
    /// Refusals since the last answer that was none.
    in_a_row: u32,
}

/// A request that was let through, with the number of refusals before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entered(u64);

impl Throttle {
    pub fn turn(&self, now: Timestamp) -> Turn {
        match self.abreast {
            _ if self.rest_until > now => Turn::At(self.rest_until),
            Some(abreast) if self.in_flight >= abreast => Turn::AfterAnother,
            _ => Turn::Now,
        }
    }

    pub fn enter(&mut self) -> Entered {
        self.in_flight = self.in_flight.saturating_add(1);
        Entered(self.refusals)
    }

    /// A request is over, of which the service said nothing about its rate.
    pub fn abandon(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    pub fn answered(&mut self, entered: Entered) {
        self.abandon();
        // What went before the last refusal says nothing of the time after it.
        if entered.0 == self.refusals {
            self.in_a_row = 0;
            self.answers = self.answers.saturating_add(1);
            if self.abreast.is_some_and(|abreast| self.answers >= abreast) {
                self.answers = 0;
                self.abreast = self.abreast.map(|abreast| abreast + 1).filter(|abreast| *abreast < FREE);
            }
        }
    }

    /// It was refused, and is to be left alone for `rest`; where the service does not say how long, `pause` does after so many
    /// refusals in a row. Gives when requests go again.
    pub fn refused(
        &mut self,
        entered: Entered,
        rest: Option<Duration>,
        now: Timestamp,
        pause: impl FnOnce(u32) -> Duration,
    ) -> Timestamp {
        self.abandon();
        let rest = rest.unwrap_or_else(|| pause(self.in_a_row));
        self.rest_until = self.rest_until.max(now.plus(rest));
        // Those that were under way together are refused together, which is one refusal.
        if entered.0 == self.refusals {
            self.refusals += 1;
            self.in_a_row = self.in_a_row.saturating_add(1);
        }
        (self.abreast, self.answers) = (Some(1), 0);
        self.rest_until
    }
}

#[cfg(test)]
mod tests;
