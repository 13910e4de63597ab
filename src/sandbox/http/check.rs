//! Checks of a request's fields, with Laravel's words for what is wrong.

use serde_json::{Map, Value, json};

use super::Refusal;

/// Collects what is wrong with the fields of `input`; the getters give a stand-in for a field that is.
pub struct Check<'a> {
    input: &'a Map<String, Value>,
    wrong: Map<String, Value>,
}

impl<'a> Check<'a> {
    pub fn new(input: &'a Map<String, Value>) -> Self {
        Self { input, wrong: Map::new() }
    }

    /// Says that `field` is wrong. What is said first about a field stands first.
    pub fn refuse(&mut self, field: &str, message: String) {
        match self.wrong.get_mut(field) {
            Some(Value::Array(messages)) => messages.push(message.into()),
            _ => drop(self.wrong.insert(field.to_owned(), json!([message]))),
        }
    }

    /// Every complaint, or nothing.
    pub fn done(self) -> Result<(), Refusal> {
        if self.wrong.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self.wrong)) }
    }

    pub(super) fn present(&self, field: &str) -> Option<&'a Value> {
        self.input.get(field).filter(|value| !value.is_null() && value.as_str() != Some(""))
    }

    /// A string of `min` to `max` characters that may be missing, null or empty.
    pub fn optional_text(&mut self, field: &str, min: usize, max: usize) -> Option<&'a str> {
        let Some(text) = self.present(field)?.as_str() else {
            self.refuse(field, format!("The {} field must be a string.", words(field)));
            return None;
        };
        let length = text.chars().count();
        if length < min {
            self.refuse(field, format!("The {} field must be at least {min} characters.", words(field)));
        }
        if length > max {
            self.refuse(field, format!("The {} field must not be greater than {max} characters.", words(field)));
        }
        Some(text)
    }

    /// Says so if `field` is missing, null or empty.
    pub fn require(&mut self, field: &str) {
        if self.present(field).is_none() {
            self.refuse(field, format!("The {} field is required.", words(field)));
        }
    }

    pub fn text(&mut self, field: &str, min: usize, max: usize) -> &'a str {
        self.require(field);
        self.optional_text(field, min, max).unwrap_or("")
    }

    /// An e-mail address, in lower case.
    pub fn email(&mut self, field: &str) -> String {
        let text = self.text(field, 0, 255);
        if !text.is_empty() && !is_email(text) {
            self.refuse(field, format!("The {} field must be a valid email address.", words(field)));
        }
        text.to_lowercase()
    }

    /// One of `allowed`, or the first of them if the field is missing.
    pub fn one_of(&mut self, field: &str, allowed: &[&'static str]) -> &'static str {
        let default = allowed.first().copied().unwrap_or("");
        let Some(value) = self.present(field) else { return default };
        match allowed.iter().find(|known| value.as_str() == Some(known)) {
            Some(known) => known,
            None => {
                self.refuse(field, format!("The selected {} is invalid.", words(field)));
                default
            }
        }
    }

    /// A list of strings, each accepted by `known`; `None` if the field is missing.
    pub fn texts(&mut self, field: &str, known: impl Fn(&str) -> bool) -> Option<Vec<String>> {
        let Some(items) = self.present(field)?.as_array() else {
            self.refuse(field, format!("The {} field must be an array.", words(field)));
            return None;
        };
        for (item, place) in items.iter().zip(0..) {
            if !item.as_str().is_some_and(&known) {
                self.refuse(&format!("{field}.{place}"), format!("The selected {field}.{place} is invalid."));
            }
        }
        Some(items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
    }
}

pub(super) fn words(field: &str) -> String {
    field.replace('_', " ")
}

/// Printable ASCII around one `@`, with a host name behind it: what can stand in a header as it is.
pub fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let local_ok = (1..=64).contains(&local.len())
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+-/=?^_`{|}~".contains(&b))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    local_ok && host.split('.').all(label_ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_complained_of_at_once() {
        let input = json!({ "name": 5, "password": "short", "scopes": ["*", 1] });
        let mut check = Check::new(input.as_object().unwrap());
        check.email("email");
        check.text("password", 8, 72);
        check.optional_text("name", 0, 255);
        check.texts("scopes", |scope| scope == "*");
        let Err(Refusal::Invalid(wrong)) = check.done() else { unreachable!("four fields are wrong") };
        assert_eq!(wrong.keys().collect::<Vec<_>>(), ["email", "password", "name", "scopes.1"]);
        assert_eq!(wrong["email"], json!(["The email field is required."]));
    }

    #[test]
    fn addresses_that_could_break_a_header_are_no_addresses() {
        for good in ["agent@onramp.test", "a+b@x", "o'neil@sub.example.com"] {
            assert!(is_email(good), "{good}");
        }
        for bad in
            ["", "a", "@x", "a@", "a b@x", "a@x\r\nBcc: b@x", "a@x..y", ".a@x", "a..b@x", "é@x", "a@b@x", "<a@x>"]
        {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
