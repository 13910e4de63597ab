//! A line of calls that are counted together, and the permit of the one who came to the front.

use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use super::class::{Counted, Sendings};
use super::lesson::Lesson;
use super::lock;
use super::window::{Turn, Window};
use crate::clock::{Clock, Timestamp};
use crate::http::Response;
use crate::modelslab::ApiError;
use crate::workflow::Rate;

/// Who comes first goes first.
pub(super) struct Line {
    pub queue: tokio::sync::Mutex<()>,
    pub window: Mutex<Window>,
    pub ended: Notify,
}

impl Line {
    pub fn new(rate: Rate) -> Self {
        Self { queue: tokio::sync::Mutex::default(), window: Mutex::new(Window::new(rate)), ended: Notify::new() }
    }

    pub fn turn(&self, now: Timestamp) -> Turn {
        lock(&self.window).turn(now)
    }

    pub fn is_idle(&self, now: Timestamp) -> bool {
        lock(&self.window).is_idle(now)
    }

    /// A call has ended: whoever waits looks again.
    pub fn close(&self, how: impl FnOnce(&mut Window)) {
        how(&mut lock(&self.window));
        self.ended.notify_waiters();
    }
}

/// A call that may be sent. Dropped without a word, it counts as one that the service may have seen.
pub(in crate::modelslab) struct Permit {
    counted: Arc<Counted>,
    clock: Arc<dyn Clock>,
    sent: Option<Sendings>,
}

impl Permit {
    pub(super) fn new(counted: Arc<Counted>, clock: Arc<dyn Clock>, sent: Sendings) -> Self {
        Self { counted, clock, sent: Some(sent) }
    }

    /// The call has ended.
    pub fn end(mut self, answer: Result<&Response, &ApiError>) {
        match (answer, self.clock.now()) {
            (Ok(response), now) => self.close(|counted, sent| counted.end(sent, now, Some(&Lesson::of(response, now)))),
            (Err(error), _) if !error.sent => self.close(|counted, _| counted.not_sent()),
            (Err(_), _) => {}
        }
    }

    fn close(&mut self, how: impl FnOnce(&Counted, Sendings)) {
        if let Some(sent) = self.sent.take() {
            how(&self.counted, sent);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let now = self.clock.now();
        self.close(|counted, sent| counted.end(sent, now, None));
    }
}
