//! What the attributes of a tag say about its content.

use super::entities::decode_entities;

/// The attributes that matter, entities decoded, and what the others say.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    pub href: String,
    pub alt: String,
    /// Its text is not shown.
    pub hides: bool,
    /// Its text is bold, large or spaced.
    pub enlarges: bool,
    /// It looks like a button.
    pub is_button: bool,
    /// Mail programs mark an earlier message so.
    pub quotes: bool,
}

impl Attributes {
    pub fn read(tag: &str) -> Self {
        let mut attributes = Self::default();
        for (name, value) in pairs(tag) {
            let is = |known: &str| name.eq_ignore_ascii_case(known);
            if is("style") {
                value.split(';').for_each(|rule| attributes.read_rule(rule));
            } else if is("href") {
                attributes.href = decode_entities(value).into_owned();
            } else if is("alt") {
                attributes.alt = decode_entities(value).into_owned();
            } else if is("class") {
                let lower = value.to_ascii_lowercase();
                attributes.is_button |= ["button", "btn"].iter().any(|part| lower.contains(part));
                attributes.quotes |=
                    ["gmail_quote", "yahoo_quoted", "protonmail_quote"].iter().any(|part| value.contains(part));
            } else if is("role") {
                attributes.is_button |= value.eq_ignore_ascii_case("button");
            } else if is("type") {
                attributes.quotes |= value.eq_ignore_ascii_case("cite");
            } else if is("hidden") {
                attributes.hides = true;
            }
        }
        attributes
    }

    fn read_rule(&mut self, rule: &str) {
        let Some((name, value)) = rule.split_once(':') else { return };
        let (name, value) = (name.trim(), value.trim());
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let says = |known: &str| value.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known));
        if is("font-size") {
            self.hides |= says("0") && size(value).is_none_or(|size| size == 0);
            self.enlarges |= size(value).is_some_and(|size| (20..=100).contains(&size));
        } else if is("letter-spacing") {
            self.enlarges |= size(value).is_some_and(|size| (2..=100).contains(&size));
        } else if is("font-weight") {
            self.enlarges |= ["bold", "600", "700", "800", "900"].iter().any(|weight| says(weight));
        } else if is("display") {
            self.hides |= says("none");
        } else if is("visibility") {
            self.hides |= says("hidden");
        } else if is("mso-hide") {
            self.hides |= says("all");
        } else if is("max-height") {
            self.hides |= value == "0" || size(value) == Some(0);
        } else {
            self.is_button |= name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("padding"));
        }
    }
}

/// Whole pixels or points.
fn size(value: &str) -> Option<u32> {
    let (digits, rest) = value.split_at(value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len()));
    let unit = rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    digits.parse().ok().filter(|_| unit.starts_with("px") || unit.starts_with("pt") || unit.is_empty() && digits == "0")
}

/// Names and values as they are written, a value without its quotes.
pub(super) fn pairs(mut rest: &str) -> impl Iterator<Item = (&str, &str)> {
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '"' | '\'' | '='));
        if rest.is_empty() {
            return None;
        }
        let (name, behind) =
            rest.split_at(rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/')).unwrap_or(rest.len()));
        rest = behind.trim_start();
        let mut value = "";
        if let Some(given) = rest.strip_prefix('=') {
            (value, rest) = attribute_value(given.trim_start());
        }
        Some((name, value))
    })
}

fn attribute_value(given: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = given.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    given.split_at(given.find(char::is_whitespace).unwrap_or(given.len()))
}
