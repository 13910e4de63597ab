//! The moment after which an answer is of no use.

use std::time::Duration;

use super::request::Timeout;
use crate::clock::Timestamp;

const LATE_REQUEST: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    pub at: Timestamp,
    /// The user's setting that says so, and its value.
    pub setting: Option<(&'static str, Duration)>,
}

impl Deadline {
    /// Moved on by what was waited for a turn.
    pub(super) fn after(self, waited: Duration) -> Self {
        Self { at: self.at.plus(waited), ..self }
    }

    /// How long a request may take that begins at `now`. One that begins late, as a resumed step's first, still gets a moment.
    pub(super) fn timeout(self, now: Timestamp) -> Timeout {
        let left = Some(self.at.since(now));
        Timeout { left, setting: self.setting, ..Timeout::default() }.after_waiting(Duration::ZERO)
    }
}

impl Timeout {
    /// What is left of it after a wait.
    pub(super) fn after_waiting(self, waited: Duration) -> Self {
        let Some(left) = self.left else { return self };
        let left = match left.saturating_sub(waited) {
            Duration::ZERO => LATE_REQUEST,
            left => left,
        };
        Self { after: self.after.min(left), left: Some(left), ..self }
    }
}
