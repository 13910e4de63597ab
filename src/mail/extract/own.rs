//! What the user says of the code: where it stands or how it is written. It wins over everything that is found out.

use std::collections::BTreeSet;

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::candidate::{Candidate, Sign};
use super::code;
use super::pattern::LinkPattern;
use super::shape::CodeShape;
use super::{InvalidExtract, refuse};
use crate::diagnostic::{escape, kind, nearest};
use crate::mail::message::{Block, Content, Selector, select};

const KEYS: [&str; 4] = ["link", "regex", "css", "code"];
const FORMS: &str =
    "write { link: \"/verify/{code}\" }, { regex: 'Code: (\\d+)' }, { css: \"#code\" } or { code: { digits: 6 } }";
/// A compiled pattern stays within this many bytes; to compile a larger one takes too long.
const MAX_REGEX: usize = 1 << 20;
const MAX_CODE: usize = 1024;
const MAX_MATCHES: usize = 100;
const GIVEN: Sign = Sign { weight: 100, name: "named by the user's own pattern" };

/// One way to say which code is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// The code inside a link of a known form.
    Link(LinkPattern),
    /// The group `code` of a regular expression, or its only group, or all of it.
    Regex(CodeRegex),
    /// The text of the element that a CSS selector means.
    Css(CodeSelector),
    /// A code of a known length.
    Shape(CodeShape),
}

/// A regular expression, compared by its text.
#[derive(Debug, Clone)]
pub struct CodeRegex(Regex);

/// A CSS selector over the HTML part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeSelector(Selector);

impl PartialEq for CodeRegex {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for CodeRegex {}

impl Pattern {
    pub(super) fn parse(fields: &serde_json::Map<String, Value>) -> Result<Self, InvalidExtract> {
        fields.keys().try_for_each(|key| Self::check_key(key))?;
        let mut given = fields.iter();
        match (given.next(), given.next()) {
            (Some((name, value)), None) => Self::field(name, value),
            (None, _) => refuse("it says nothing", FORMS),
            _ => refuse("it has more than one key", FORMS),
        }
    }

    /// What one key says.
    pub(super) fn field(name: &str, value: &Value) -> Result<Self, InvalidExtract> {
        Self::check_key(name)?;
        if name == "code" {
            return CodeShape::parse(value).map(Self::Shape);
        }
        let Value::String(text) = value else { return refuse(format!("`{name}` is {}", kind(value)), FORMS) };
        match name {
            "link" => LinkPattern::parse(text).map(Self::Link),
            "regex" => CodeRegex::parse(text).map(Self::Regex),
            _ => match Selector::parse(text) {
                Ok(selector) => Ok(Self::Css(CodeSelector(selector))),
                Err(why) => refuse(escape(&why), "write { css: \"#code\" }"),
            },
        }
    }

    pub(super) fn check_key(name: &str) -> Result<(), InvalidExtract> {
        if KEYS.contains(&name) {
            return Ok(());
        }
        let meant = nearest(name, KEYS).map(|meant| format!("did you mean `{meant}`? ")).unwrap_or_default();
        refuse(format!("it has no key `{}`", escape(name)), meant + FORMS)
    }

    pub(super) fn candidates(&self, content: &Content) -> Vec<Candidate> {
        let values = match self {
            Self::Shape(shape) => return code::candidates(content, Some(shape)),
            Self::Link(link) => link.candidates(content),
            Self::Regex(regex) => regex.candidates(content),
            Self::Css(CodeSelector(selector)) => {
                let texts = content.html.iter().flat_map(|html| select(html, selector));
                texts.map(|text| typed(&text)).filter(|text| is_code(text)).collect()
            }
        };
        let given = |value| Candidate { value, signs: vec![GIVEN], decoy: None, quoted: false };
        values.into_iter().map(given).collect()
    }
}

impl CodeRegex {
    fn parse(text: &str) -> Result<Self, InvalidExtract> {
        const HELP: &str = "write one group, or one that is named: { regex: 'Code: (?<code>\\d+)' }";
        let Ok(regex) =
            RegexBuilder::new(text).size_limit(MAX_REGEX).dfa_size_limit(MAX_REGEX).multi_line(true).build()
        else {
            let valid = regex_syntax::parse(text).is_ok();
            let why = if valid { "the pattern is too large" } else { "it is not a regular expression" };
            return refuse(why, HELP);
        };
        let is_named = regex.capture_names().any(|name| name == Some("code"));
        if regex.captures_len() > 2 && !is_named {
            return refuse("the pattern has more than one group, and none is named `code`", HELP);
        }
        Ok(Self(regex))
    }

    /// What the pattern finds in the text; if that is nothing, in the subject; if that is nothing, in the links.
    fn candidates(&self, content: &Content) -> BTreeSet<String> {
        let lines = |part: &Vec<Block>| part.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n");
        let mut found: BTreeSet<String> = content.parts.iter().flat_map(|part| self.codes(&lines(part))).collect();
        if found.is_empty() {
            found.extend(self.codes(&content.subject));
        }
        if found.is_empty() {
            found.extend(content.links.iter().flat_map(|link| self.codes(&link.href)));
        }
        found
    }

    fn codes(&self, text: &str) -> Vec<String> {
        let group = |found: regex::Captures<'_>| {
            let group = found.name("code").or_else(|| found.get(1)).or_else(|| found.get(0));
            group.map(|group| group.as_str().trim().to_owned())
        };
        self.0.captures_iter(text).take(MAX_MATCHES).filter_map(group).filter(|code| is_code(code)).collect()
    }
}

fn is_code(text: &str) -> bool {
    (1..=MAX_CODE).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// Digits that are set apart by spaces are typed without.
fn typed(text: &str) -> String {
    let digits = text.chars().all(|c| c.is_ascii_digit() || c == ' ');
    if digits { text.replace(' ', "") } else { text.to_owned() }
}
