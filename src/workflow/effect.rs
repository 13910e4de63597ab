//! What an action does to the world, and how sure we can be of it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The class of an effect: what may be done when nobody knows whether an attempt took place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Changes nothing: do it again.
    Read,
    /// Its repetition is accepted (login, PUT, DELETE): intent committed, then again.
    Repeat,
    /// Again with the same `Idempotency-Key`, while the key lives.
    Keyed,
    /// Never blindly again: probed first.
    Once,
}

impl Effect {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Repeat => "repeat",
            Self::Keyed => "keyed",
            Self::Once => "once",
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
