//! The formats of text inputs.

use serde_json::Value;

/// The formats that exist.
pub(super) const FORMATS: [&str; 1] = ["email"];

/// Why `value`, or one of its items, is not of the format. Only texts have one.
pub(super) fn violation(value: &Value, format: &str) -> Option<String> {
    match value {
        Value::String(text) if format == "email" && !is_email(text) => {
            Some("not an e-mail address: one is written `name@host`".to_owned())
        }
        Value::Array(items) => items.iter().find_map(|item| violation(item, format)),
        _ => None,
    }
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
    use super::*;

    #[test]
    fn addresses_are_told_from_other_text() {
        for good in ["agent@onramp.test", "a.b+c@x-y.example", "root@localhost", "jörg@bücher.example"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "@b", "a@", "a b@c", "a@b@c", ".a@b", "a..b@c", "a@b..c", "a@-b", "a@b\n", "a@b>,<c@d"] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
