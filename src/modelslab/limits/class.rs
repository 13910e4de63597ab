//! Calls as they are counted: each subject's by itself, and all of a class.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::lesson::Lesson;
use super::line::Line;
use super::refused::Refused;
use super::window::{Sent, Turn};
use super::{Subject, lock};
use crate::clock::Timestamp;
use crate::workflow::Rate;

/// All calls of a class to one origin. They are counted from the first on, and bound by the class's rate once refusals show that
/// the service counts them together, as one does that goes by the address they come from.
pub(super) struct Class {
    pub all: Line,
    refused: Mutex<Refused>,
    period: Duration,
}

/// The calls of one subject, which are among those of their class.
pub(super) struct Counted {
    pub own: Line,
    pub class: Arc<Class>,
    subject: Subject,
}

/// A call as it was sent: of its subject, and of the class.
pub(super) type Sendings = (Sent, Sent);

impl Class {
    pub fn new(rate: Rate) -> Self {
        Self { all: Line::new(rate), refused: Mutex::default(), period: rate.per }
    }

    /// Whether subjects wait for each other.
    pub fn binds(&self) -> bool {
        lock(&self.refused).is_common()
    }
}

impl Counted {
    pub fn new(subject: Subject, class: Arc<Class>, rate: Rate) -> Self {
        Self { own: Line::new(rate), class, subject }
    }

    /// Counts a call as sent, if it may go now.
    pub fn send(&self, now: Timestamp) -> Option<Sendings> {
        let binds = self.class.binds();
        let (mut own, mut all) = (lock(&self.own.window), lock(&self.class.all.window));
        let free = own.turn(now) == Turn::Now && (!binds || all.turn(now) == Turn::Now);
        free.then(|| (own.send(), all.send()))
    }

    pub fn not_sent(&self) {
        self.own.close(|window| window.not_sent());
        self.class.all.close(|window| window.not_sent());
    }

    /// A call ended, with or without an answer that teaches something.
    pub fn end(&self, (own, of_all): Sendings, now: Timestamp, lesson: Option<&Lesson>) {
        if lesson.is_some_and(|lesson| lesson.refused) {
            self.refused(now);
        }
        // How many are left is said of the subject.
        let of_class = lesson.filter(|_| self.class.binds()).map(Lesson::without_count);
        self.class.all.close(|window| window.end(of_all, now, of_class.as_ref()));
        self.own.close(|window| window.end(own, now, lesson));
    }

    fn refused(&self, now: Timestamp) {
        if lock(&self.class.refused).note(&self.subject, now, self.class.period) {
            tracing::info!(
                "several were refused that had made few requests: the service counts all together, and so do we"
            );
        }
    }
}
