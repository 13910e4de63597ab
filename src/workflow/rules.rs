//! What the values of an input must be like beyond their type.

use std::fmt::{self, Write as _};

use regex::Regex;
use serde_json::{Number, Value};

use super::Type;

/// The formats that exist.
pub(super) const FORMATS: [&str; 1] = ["email"];

/// Of one input, or of the items of one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    /// Such as `email`; of texts.
    pub format: Option<String>,
    /// Found somewhere in a text.
    pub pattern: Option<Pattern>,
    /// The only values allowed.
    pub one_of: Vec<Value>,
    pub bounds: Extent,
    /// Of each item of an array.
    pub items: Option<Box<Rules>>,
}

/// Both ends are allowed: of a text its length in characters, of an array the number of its items, of a number itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extent {
    pub least: Option<Number>,
    pub most: Option<Number>,
}

/// A regular expression, known by its text.
#[derive(Debug, Clone)]
pub struct Pattern {
    pub regex: Regex,
    /// At how many of its places a text may be at once.
    pub extent: usize,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.regex.as_str() == other.regex.as_str()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.regex.as_str())
    }
}

/// How an end of the bounds is written for a type, and what is counted; `None` for a type that has none.
pub(super) const fn bound_keys(ty: &Type) -> Option<[&'static str; 2]> {
    match ty {
        Type::String => Some(["min-length", "max-length"]),
        Type::Array(_) => Some(["min-items", "max-items"]),
        Type::Integer | Type::Number => Some(["minimum", "maximum"]),
        Type::Boolean | Type::Duration | Type::Object | Type::Any => None,
    }
}

impl Rules {
    /// Why `value` breaks them, in words that do not repeat it; it may be secret.
    pub fn violation(&self, value: &Value) -> Option<String> {
        if value.is_null() {
            return None;
        }
        if !self.one_of.is_empty() && !self.one_of.contains(value) {
            return Some(format!("one of {} is wanted", listed(&self.one_of)));
        }
        if let Some(why) = self.bounds.violation(value) {
            return Some(why);
        }
        match value {
            Value::String(text) => self.of_text(text),
            Value::Array(items) => {
                let rules = self.items.as_deref()?;
                let mut broken = items.iter().enumerate();
                broken.find_map(|(index, item)| Some(format!("item {}: {}", index + 1, rules.violation(item)?)))
            }
            _ => None,
        }
    }

    fn of_text(&self, text: &str) -> Option<String> {
        if self.format.as_deref().is_some_and(|format| !is_of_format(text, format)) {
            return Some("not an e-mail address: one is written `name@host`".to_owned());
        }
        let pattern = self.pattern.as_ref().filter(|pattern| !pattern.regex.is_match(text))?;
        Some(format!("it does not match `{pattern}`"))
    }
}

impl Extent {
    fn violation(&self, value: &Value) -> Option<String> {
        let (measure, unit) = match value {
            Value::String(text) => (text.chars().count() as f64, " character"),
            Value::Array(items) => (items.len() as f64, " item"),
            Value::Number(number) => (number.as_f64()?, ""),
            _ => return None,
        };
        let beyond = |bound: &Option<Number>, is_beyond: fn(f64, f64) -> bool| {
            bound.clone().filter(|bound| bound.as_f64().is_some_and(|bound| is_beyond(measure, bound)))
        };
        let too_little = beyond(&self.least, |measure, bound| measure < bound);
        let too_much = beyond(&self.most, |measure, bound| measure > bound);
        let counted = |bound: &Number| {
            let plural = if unit.is_empty() || bound.as_u64() == Some(1) { "" } else { "s" };
            format!("{bound}{unit}{plural}")
        };
        let least = too_little.map(|bound| format!("at least {} wanted", counted(&bound)));
        least.or_else(|| too_much.map(|bound| format!("at most {} wanted", counted(&bound))))
    }
}

fn listed(values: &[Value]) -> String {
    let mut list = List(String::new());
    let written = values.iter().enumerate().try_for_each(|(index, value)| {
        list.write_str(if index == 0 { "" } else { ", " })?;
        match value {
            Value::String(text) => list.write_str(text),
            other => write!(list, "{other}"),
        }
    });
    let ending = if written.is_ok() { "" } else { "…" };
    list.0 + ending
}

/// As much of a list as a person reads.
struct List(String);

impl fmt::Write for List {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        const LONGEST: usize = 1000;
        let room = LONGEST - self.0.len();
        self.0.push_str(&text[..text.floor_char_boundary(room)]);
        if text.len() <= room { Ok(()) } else { Err(fmt::Error) }
    }
}

/// Whether a text is of a format; of one that does not exist every text is.
pub(super) fn is_of_format(text: &str, format: &str) -> bool {
    format != "email" || is_email(text)
}

/// What every mail server would agree to be an address; RFC 5321's lengths, no quoting, no comments.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let atom = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
    let dots = |part: &str| !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    (1..=64).contains(&local.len())
        && local.chars().all(atom)
        && dots(local)
        && domain.len() <= 253
        && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern { regex: Regex::new(text).unwrap(), extent: 1 }
    }

    #[test]
    fn addresses_are_told_from_other_text() {
        for good in ["agent@onramp.test", "a.b+c@x-y.example", "root@localhost", "jörg@bücher.example"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "@b", "a@", "a b@c", "a@b@c", ".a@b", "a..b@c", "a@b..c", "a@-b", "a@b\n", "a@b>,<c@d"] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn every_rule_says_what_is_wanted_and_never_what_was_given() {
        let number = |number: u32| Some(Number::from(number));
        let bounds = |least, most| Extent { least, most };
        let short = Rules { bounds: bounds(number(2), number(3)), ..Rules::default() };
        let pattern = Rules { pattern: Some(pattern("^[a-z]+$")), ..Rules::default() };
        let one_of = Rules { one_of: vec![json!("dev"), json!(1)], ..Rules::default() };
        let items = Rules { items: Some(Box::new(one_of.clone())), ..short.clone() };
        for (rules, value, why) in [
            (&short, json!("\u{e4}\u{e4}"), None),
            (&short, json!("abcd"), Some("at most 3 characters wanted")),
            (&short, json!(["a"]), Some("at least 2 items wanted")),
            (&short, json!(3), None),
            (&short, json!(3.5), Some("at most 3 wanted")),
            (&short, json!(null), None),
            (&pattern, json!("abc"), None),
            (&pattern, json!("abc1"), Some("it does not match `^[a-z]+$`")),
            (&one_of, json!(1), None),
            (&one_of, json!("prod"), Some("one of dev, 1 is wanted")),
            (&items, json!(["dev", "prod"]), Some("item 2: one of dev, 1 is wanted")),
        ] {
            assert_eq!(rules.violation(&value).as_deref(), why, "{value}");
        }
    }
    #[test]
    fn of_many_allowed_values_the_first_are_told() {
        let one_of = vec![json!("é".repeat(300)), json!({ "a": "x".repeat(500_000) }), json!(1)];
        let why = Rules { one_of, ..Rules::default() }.violation(&json!(2)).unwrap();
        assert!(why.starts_with("one of éé") && why.contains("xx… is wanted") && why.len() < 1100, "{why}");
    }
}
