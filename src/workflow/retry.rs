//! When a failed attempt is followed by another, and after what delay.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A class of failure that a retry policy can name in `when`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RetryClass {
    #[serde(rename = "network")]
    Network,
    #[serde(rename = "timeout")]
    Timeout,
    #[serde(rename = "429")]
    TooManyRequests,
    #[serde(rename = "5xx")]
    Server,
}

impl RetryClass {
    pub const ALL: [RetryClass; 4] = [Self::Network, Self::Timeout, Self::TooManyRequests, Self::Server];

    /// As a workflow spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::TooManyRequests => "429",
            Self::Server => "5xx",
        }
    }
}

/// `retry:` of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    /// All tries together, the first included; at least 1.
    pub max_attempts: u32,
    /// Before the second try.
    pub delay: Duration,
    /// What each delay is multiplied by for the next; at least 1.
    pub factor: f64,
    pub max_delay: Duration,
    /// Full jitter: the delay is drawn evenly from zero to its full length.
    pub jitter: bool,
    /// No further try starts later than this after the first began, waiting included.
    pub max_elapsed: Option<Duration>,
    pub when: Vec<RetryClass>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 4,
            delay: Duration::from_secs(1),
            factor: 2.0,
            max_delay: Duration::from_secs(30),
            jitter: true,
            max_elapsed: None,
            when: RetryClass::ALL.to_vec(),
        }
    }
}
