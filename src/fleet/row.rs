//! A row: one set of inputs, and what tells it from the others.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use crate::secret::Data;

/// In bytes.
const LONGEST_KEY: usize = 256;

/// What tells a row from all others of its fleet, whatever its place in a file: an e-mail address, or a digest of the row.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey(Arc<str>);

/// Why a text is no key of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidKey {
    Empty,
    TooLong,
    Control,
}

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a key must not be empty"),
            Self::TooLong => write!(f, "a key has at most {LONGEST_KEY} bytes"),
            Self::Control => f.write_str("a key has no control characters"),
        }
    }
}

impl std::error::Error for InvalidKey {}

impl RowKey {
    pub fn new(text: &str) -> Result<Self, InvalidKey> {
        if text.is_empty() {
            return Err(InvalidKey::Empty);
        }
        if text.len() > LONGEST_KEY {
            return Err(InvalidKey::TooLong);
        }
        if text.chars().any(char::is_control) { Err(InvalidKey::Control) } else { Ok(Self(text.into())) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl Borrow<str> for RowKey {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// A row as it was given, checked against the workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub key: RowKey,
    /// Its place in what was given, from 1.
    pub number: u64,
    /// All inputs of the workflow, defaults included.
    pub inputs: Data,
}
