//! A row: one set of inputs, and what tells it from the others.

use std::borrow::Borrow;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use crate::id::{InvalidId, RunId};
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
    /// Secrets of its own, in the place of those that all rows have.
    pub secrets: Data,
    /// By what a person knows it where its key is a digest. No secret.
    pub label: Option<String>,
    /// The inputs that an earlier fleet found out: nobody typed them.
    pub found: Vec<String>,
}

/// The place of a row in its fleet, from 1: in the order in which the fleet came to know its rows. Never given to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(NonZeroU32);

impl RowId {
    /// `None` for 0.
    pub fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    pub(super) fn at(index: usize) -> Option<Self> {
        Self::new(u32::try_from(index).ok()?.checked_add(1)?)
    }

    pub(super) fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    pub fn get(self) -> u32 {
        self.0.get()
    }

    /// The run that this row is: `q4-000017`.
    pub fn run(self, fleet: &RunId) -> Result<RunId, InvalidId> {
        RunId::new(&format!("{fleet}-{:06}", self.0))
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_what_can_be_read_on_one_line() {
        assert_eq!(RowKey::new("agent+1@example.com").unwrap().as_str(), "agent+1@example.com");
        assert_eq!(RowKey::new(""), Err(InvalidKey::Empty));
        assert_eq!(RowKey::new("a\nb"), Err(InvalidKey::Control));
        assert!(RowKey::new(&"a".repeat(256)).is_ok());
        assert_eq!(RowKey::new(&"a".repeat(257)), Err(InvalidKey::TooLong));
    }

    #[test]
    fn a_row_is_a_run_of_its_own_name() {
        let fleet = RunId::new("q4").unwrap();
        assert_eq!(RowId::new(17).unwrap().run(&fleet).unwrap().as_str(), "q4-000017");
        assert_eq!(RowId::new(0), None);
    }
}
