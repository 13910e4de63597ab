//! What a parameter's value stays within, beyond its type.

use std::fmt;

use serde_json::Value;

use super::rules::is_of_format;

/// Bounds that an action knows before anything is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bounds {
    /// An integer from `least` to `most`, and a multiple of `step`.
    Range { least: i64, most: i64, step: i64 },
    /// Such as `email`, as inputs have them.
    Format(&'static str),
    /// A text that begins with one of these, in whatever case.
    Start(&'static [&'static str]),
    /// An object of texts, numbers and booleans; of nulls too, which are left out.
    Fields,
}

impl Bounds {
    pub const fn range(least: i64, most: i64) -> Self {
        Self::Range { least, most, step: 1 }
    }

    /// Whether a value is within them. One of another type is, since that is said elsewhere.
    pub fn hold(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Range { least, most, step }, Value::Number(number)) => match number.as_i64() {
                Some(number) => (*least..=*most).contains(&number) && number % step == 0,
                None => !number.is_u64(),
            },
            (Self::Format(format), Value::String(text)) => is_of_format(text, format),
            (Self::Start(starts), Value::String(text)) => starts
                .iter()
                .any(|start| text.get(..start.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(start))),
            (Self::Fields, Value::Object(fields)) => {
                !fields.values().any(|value| value.is_array() || value.is_object())
            }
            _ => true,
        }
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range { least, most, step: 1 } => write!(f, "from {least} to {most}"),
            Self::Range { least, most, step } => write!(f, "from {least} to {most}, a multiple of {step}"),
            Self::Format("email") => f.write_str("an e-mail address"),
            Self::Format(format) => write!(f, "of the format `{format}`"),
            Self::Start(starts) => {
                let starts: Vec<String> = starts.iter().map(|start| format!("`{start}`")).collect();
                write!(f, "a text that begins with {}", starts.join(" or "))
            }
            Self::Fields => f.write_str("an object of texts, numbers or booleans"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_range_has_both_its_ends_and_its_steps() {
        let side = Bounds::Range { least: 256, most: 1024, step: 8 };
        for (value, holds) in [(255, false), (256, true), (257, false), (1024, true), (1032, false), (-256, false)] {
            assert_eq!(side.hold(&json!(value)), holds, "{value}");
        }
        assert!(!side.hold(&json!(u64::MAX)));
        assert!(side.hold(&json!("256")), "another type is another fault");
    }

    #[test]
    fn fields_hold_no_lists_and_no_objects() {
        for (fields, holds) in [
            (json!({ "a": "x", "b": 1.5, "c": true, "d": null }), true),
            (json!({ "a": [1] }), false),
            (json!({ "a": {} }), false),
        ] {
            assert_eq!(Bounds::Fields.hold(&fields), holds, "{fields}");
        }
    }

    #[test]
    fn a_start_is_found_in_whatever_case() {
        let url = Bounds::Start(&["/", "https://"]);
        for (text, holds) in [("/a", true), ("HTTPS://a", true), ("a/b", false), ("", false), ("ä", false)] {
            assert_eq!(url.hold(&json!(text)), holds, "{text}");
        }
    }
}
