//! Code or link out of what a message says. Pure; where two things could be meant, it says so instead of choosing.

mod code;
mod link;
mod pattern;

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

pub use pattern::LinkPattern;

use super::message::Content;
use crate::diagnostic::{escape, kind, nearest};

/// What to take from a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extract {
    /// The one verification code in its text.
    Code,
    /// The one link that is meant to be followed.
    Link,
    /// The code that stands inside a link of a known form.
    Pattern(LinkPattern),
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

impl Extract {
    /// Reads `"code"`, `"link"` or `{"link": "/verify/{code}"}`.
    pub fn parse(value: &Value) -> Result<Self, InvalidExtract> {
        match value {
            Value::String(word) if word == "code" => Ok(Self::Code),
            Value::String(word) if word == "link" => Ok(Self::Link),
            Value::String(word) => {
                let meant = nearest(word, ["code", "link"]).map(|meant| format!("did you mean `{meant}`? "));
                refuse(format!("`{}` cannot be extracted", escape(word)), meant.unwrap_or_default() + WAYS)
            }
            Value::Object(fields) => {
                fields.iter().try_for_each(|(name, value)| Self::check_field(name, Some(value)))?;
                match fields.get(LINK) {
                    Some(Value::String(pattern)) => LinkPattern::parse(pattern).map(Self::Pattern),
                    _ => refuse("it has no `link`", FORM),
                }
            }
            other => refuse(format!("{} cannot be extracted", kind(other)), WAYS),
        }
    }

    /// Whether a pattern may have this field: it has one, a text, which may not be known yet.
    pub fn check_field(name: &str, value: Option<&Value>) -> Result<(), InvalidExtract> {
        if name != LINK {
            let meant = nearest(name, [LINK]).map(|meant| format!("did you mean `{meant}`? "));
            return refuse(format!("it has no key `{}`", escape(name)), meant.unwrap_or_default() + FORM);
        }
        match value {
            None => Ok(()),
            Some(Value::String(pattern)) => LinkPattern::parse(pattern).map(drop),
            Some(other) => refuse(format!("`link` is {}", kind(other)), FORM),
        }
    }

    /// What this gives, by the name of the output.
    pub fn gives(&self) -> &'static str {
        match self {
            Self::Code | Self::Pattern(_) => "code",
            Self::Link => "link",
        }
    }

    pub(super) fn take(&self, content: &Content) -> Result<String, NotTaken> {
        let found = match self {
            Self::Code => code::candidates(content),
            Self::Link => link::candidates(content),
            Self::Pattern(pattern) => pattern.candidates(content),
        };
        only(found)
    }
}

/// The only key of a pattern.
const LINK: &str = "link";
const FORM: &str = "write { link: \"/verify/{code}\" }";
const WAYS: &str = "write code, link or { link: \"/verify/{code}\" }";

fn refuse<T>(why: impl Into<String>, help: impl Into<String>) -> Result<T, InvalidExtract> {
    Err(InvalidExtract { why: why.into(), help: help.into() })
}

/// Why nothing was taken from a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotTaken {
    Nothing,
    /// More than one candidate, each masked.
    Ambiguous(Vec<String>),
}

fn only(candidates: BTreeSet<String>) -> Result<String, NotTaken> {
    if candidates.len() > 1 {
        return Err(NotTaken::Ambiguous(candidates.iter().take(8).map(|candidate| mask(candidate)).collect()));
    }
    candidates.into_iter().next().ok_or(NotTaken::Nothing)
}

/// Enough of a candidate to find it in the message again. A web address shows where it leads, not what it carries.
fn mask(candidate: &str) -> String {
    let length = candidate.chars().count();
    let shown: String = match url::Url::parse(candidate)
        .ok()
        .and_then(|url| url.host_str().map(|host| format!("{}://{host}/", url.scheme())))
    {
        Some(origin) => origin,
        None => candidate.chars().take(if length >= 12 { 3 } else { 1 }).collect(),
    };
    format!("{}… ({length} characters)", escape(&shown))
}

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;
