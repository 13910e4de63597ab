//! What an answer teaches about the limits.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::http::{Response, rate_limit_reset, retry_after};

/// It can only make calls rarer than the documents say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lesson {
    /// It was a 429.
    pub refused: bool,
    /// How long a refusal asks to be left alone.
    pub rest: Option<Duration>,
    /// How many more calls the open window has room for.
    pub left: Option<u32>,
    /// When that window closes, from now; not asked where nothing is said of its room.
    pub reset: Option<Duration>,
}

impl Lesson {
    pub fn of(response: &Response, now: Timestamp) -> Self {
        let header = |name: &str| response.header(name);
        let refused = response.status == 429;
        let left = header("x-ratelimit-remaining").and_then(|left| left.trim().parse().ok());
        Self {
            refused,
            rest: refused.then(|| retry_after(header, now)).flatten(),
            left,
            reset: left.and_then(|_| rate_limit_reset(header, now)),
        }
    }

    pub fn without_count(&self) -> Self {
        Self { left: None, reset: None, ..self.clone() }
    }
}
