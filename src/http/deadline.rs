//! The moment after which an answer is of no use.

use std::time::Duration;

use super::client::{REQUEST_TIMEOUT, Timeout};
use crate::clock::Timestamp;

const LATE_REQUEST: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    pub at: Timestamp,
    /// The user's setting that says so, and its value.
    pub setting: Option<(&'static str, Duration)>,
}

impl Deadline {
    /// How long a request may take that begins at `now`. One that begins late, as a resumed step's first, still gets a moment.
    pub fn timeout(self, now: Timestamp) -> Timeout {
        match self.at.since(now) {
            Duration::ZERO => Timeout { after: LATE_REQUEST, setting: self.setting },
            left if left < REQUEST_TIMEOUT => Timeout { after: left, setting: self.setting },
            _ => Timeout::default(),
        }
    }
}
