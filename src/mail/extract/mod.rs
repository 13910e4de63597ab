//! Code or link out of what a message says. Pure; where two things could be meant, it says so instead of choosing.
//!
//! `token` finds what has the shape of a code, `decoys` and `words` know what stands around it, `code` and `link` make weighed
//! [`Candidate`]s of it. The choice, the refusal and [`Explanation`] follow from these alone.

mod candidate;
mod code;
mod decoys;
mod link;
mod masking;
mod own;
mod pattern;
mod phrase;
mod sentence;
mod shape;
mod token;
mod words;

use std::fmt;

use serde_json::Value;

pub(super) use candidate::NotTaken;
pub use candidate::{Candidate, Sign};
pub(super) use masking::without_codes;
pub use own::{CodeRegex, CodeSelector, Pattern};
pub use pattern::LinkPattern;
pub use shape::CodeShape;

use super::message::Content;
use crate::diagnostic::{escape, kind, nearest};
use crate::secret::Secret;

/// What to take from a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extract {
    /// The one verification code in its text.
    Code,
    /// The one link that is meant to be followed.
    Link,
    /// The code that the user's own pattern names.
    Pattern(Pattern),
}

/// Why a value is not an [`Extract`], and what to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidExtract {
    pub why: String,
    pub help: String,
}

impl fmt::Display for InvalidExtract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.why, self.help)
    }
}

impl std::error::Error for InvalidExtract {}

/// What becomes of a message, and why.
#[derive(Debug, Clone)]
pub struct Explanation {
    pub outcome: Taken,
    /// The most likely first, what is certainly something else last.
    pub candidates: Vec<Candidate>,
    /// At this score a candidate is credible; a rival so little behind it makes it ambiguous.
    pub enough: i32,
    pub rival: i32,
}

/// What was taken.
#[derive(Debug, Clone)]
pub enum Taken {
    One(Secret<String>),
    Nothing,
    /// More than one could be meant, or one is doubtful; each masked.
    Refused(Vec<String>),
}

impl Extract {
    /// Reads `"code"`, `"link"`, `{"link": "/verify/{code}"}`, `{"regex": …}`, `{"css": …}` or `{"code": {"digits": 6}}`.
    pub fn parse(value: &Value) -> Result<Self, InvalidExtract> {
        match value {
            Value::String(word) if word == "code" => Ok(Self::Code),
            Value::String(word) if word == "link" => Ok(Self::Link),
            Value::String(word) => {
                let meant = nearest(word, ["code", "link"]).map(|meant| format!("did you mean `{meant}`? "));
                refuse(format!("`{}` cannot be extracted", escape(word)), meant.unwrap_or_default() + WAYS)
            }
            Value::Object(fields) => Pattern::parse(fields).map(Self::Pattern),
            other => refuse(format!("{} cannot be extracted", kind(other)), WAYS),
        }
    }

    /// Whether a pattern may have this key with this value, which may not be known yet.
    pub fn check_field(name: &str, value: Option<&Value>) -> Result<(), InvalidExtract> {
        match value {
            Some(value) => Pattern::field(name, value).map(drop),
            None => Pattern::check_key(name),
        }
    }

    /// What this gives, by the name of the output.
    pub fn gives(&self) -> &'static str {
        match self {
            Self::Code | Self::Pattern(_) => "code",
            Self::Link => "link",
        }
    }

    pub(super) fn take(&self, message: &[u8]) -> Result<String, NotTaken> {
        candidate::choose(&self.candidates(&self.content(message)), self.bar())
    }

    /// Reads a message, whatever its bytes are, and says what is taken from it and why.
    pub fn explain(&self, message: &[u8]) -> Explanation {
        let candidates = self.candidates(&self.content(message));
        let bar = self.bar();
        let outcome = match candidate::choose(&candidates, bar) {
            Ok(taken) => Taken::One(Secret::new(taken)),
            Err(NotTaken::Nothing) => Taken::Nothing,
            Err(NotTaken::Ambiguous(named)) => Taken::Refused(named),
        };
        Explanation { outcome, candidates, enough: bar.enough, rival: bar.rival }
    }

    /// As much of the message as is looked at.
    fn content(&self, message: &[u8]) -> Content {
        match self {
            Self::Pattern(Pattern::Css(_)) => Content::read_for_selector(message),
            _ => Content::read(message),
        }
    }

    fn candidates(&self, content: &Content) -> Vec<Candidate> {
        match self {
            Self::Code => code::candidates(content, None),
            Self::Link => link::candidates(content),
            Self::Pattern(pattern) => pattern.candidates(content),
        }
    }

    const fn bar(&self) -> candidate::Bar {
        match self {
            Self::Code | Self::Pattern(_) => code::BAR,
            Self::Link => link::BAR,
        }
    }
}

const WAYS: &str = "write code, link or a pattern such as { link: \"/verify/{code}\" }";

fn refuse<T>(why: impl Into<String>, help: impl Into<String>) -> Result<T, InvalidExtract> {
    Err(InvalidExtract { why: why.into(), help: help.into() })
}

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod wrapping;
