//! When the next call may go: a decision on values.
//!
//! The service counts as Laravel does: its window opens with the first request that it sees, and lasts a minute. When it saw one
//! is not known here, only that it was before the answer. So a call counts from when it is sent until a minute after its end: no
//! window of the service, wherever it lies, then has more of ours than its limit.

use std::collections::VecDeque;

use super::Lesson;
use crate::clock::Timestamp;
use crate::workflow::Rate;

/// Whether a call may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Now,
    /// Not before this moment, and then it is to be asked again.
    At(Timestamp),
    /// Not before another call has ended.
    AfterAnAnswer,
}

/// The calls of one class and subject.
pub(super) struct Window {
    rate: Rate,
    in_flight: usize,
    /// When the calls of the last period ended, oldest first.
    ended: VecDeque<Timestamp>,
    /// A refusal asked for rest until then.
    rest_until: Timestamp,
    refusals: u64,
    /// After a refusal: how many calls may be under way at a time. One at first, and one more with each that is let in.
    abreast: Option<usize>,
    bounds: Vec<Bound>,
}

/// What the service said is left of its window. None implies another.
#[derive(Clone, Copy)]
struct Bound {
    left: u32,
    until: Timestamp,
}

/// A call that was sent, with the number of refusals before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sent(u64);

impl Window {
    pub fn new(rate: Rate) -> Self {
        let (ended, bounds) = (VecDeque::new(), Vec::new());
        Self { rate, in_flight: 0, ended, rest_until: Timestamp::default(), refusals: 0, abreast: None, bounds }
    }

    pub fn turn(&self, now: Timestamp) -> Turn {
        let used_up = self.bounds.iter().filter(|bound| bound.left == 0).map(|bound| bound.until);
        let mut at = used_up.fold(self.rest_until, Timestamp::max);
        let over = self.over(now);
        let counted = self.in_flight + self.ended.len() - over;
        let freed = counted.checked_sub(self.most()).map(|above| self.ended.get(over + above));
        at = at.max(freed.flatten().map_or_else(Timestamp::default, |end| end.plus(self.rate.per)));
        let crowded = self.abreast.is_some_and(|most| self.in_flight >= most);
        match at {
            at if at > now => Turn::At(at),
            _ if crowded || freed == Some(None) => Turn::AfterAnAnswer,
            _ => Turn::Now,
        }
    }

    pub fn send(&mut self) -> Sent {
        self.in_flight += 1;
        for bound in &mut self.bounds {
            bound.left = bound.left.saturating_sub(1);
        }
        Sent(self.refusals)
    }

    /// A call came to nothing before it left.
    pub fn not_sent(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// A call ended, with or without an answer that teaches something.
    pub fn end(&mut self, sent: Sent, now: Timestamp, lesson: Option<&Lesson>) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.ended.drain(..self.over(now));
        self.bounds.retain(|bound| bound.until > now);
        // A clock that was set back must not leave the order.
        self.ended.insert(self.ended.partition_point(|end| *end <= now), now);
        let Some(lesson) = lesson else { return };
        if lesson.refused {
            self.refusals += 1;
            self.abreast = Some(1);
            self.rest_until = self.rest_until.max(now.plus(lesson.rest.unwrap_or_default()));
        } else if sent.0 == self.refusals {
            self.abreast = self.abreast.map(|abreast| abreast + 1).filter(|&abreast| abreast < self.most());
        }
        if let Some(left) = lesson.left {
            let longest = self.rate.per;
            self.bind(Bound { left, until: now.plus(lesson.reset.map_or(longest, |reset| reset.min(longest))) });
        }
    }

    /// Nothing is remembered that matters.
    pub fn is_idle(&self, now: Timestamp) -> bool {
        let counts = self.ended.back().is_some_and(|end| end.plus(self.rate.per) > now);
        self.in_flight == 0 && !counts && self.rest_until <= now && self.abreast.is_none()
    }

    /// How many of the calls that ended do not count any more.
    fn over(&self, now: Timestamp) -> usize {
        self.ended.partition_point(|end| end.plus(self.rate.per) <= now)
    }

    fn most(&self) -> usize {
        usize::try_from(self.rate.count).unwrap_or(usize::MAX).max(1)
    }

    fn bind(&mut self, new: Bound) {
        let implies = |a: &Bound, b: &Bound| a.left <= b.left && a.until >= b.until;
        if !self.bounds.iter().any(|bound| implies(bound, &new)) {
            self.bounds.retain(|bound| !implies(&new, bound));
            self.bounds.push(new);
        }
    }
}
