//! What a scalar means: decided by the type that is wanted, and by YAML's core schema only where any is.

use serde_json::{Number, Value};

use crate::workflow::Type;
use crate::workflow::duration::parse_duration;
use crate::workflow::tree::{Scalar, Style};

/// The value of a scalar that contains no expression, if it is of type `ty`.
pub(in crate::workflow) fn literal_of_type(scalar: &Scalar, ty: &Type) -> Option<Value> {
    let text = scalar.text.as_str();
    match ty {
        Type::Any if scalar.style == Style::Plain => Some(plain_value(text)),
        Type::Any => Some(Value::from(text)),
        _ if scalar.is_nothing() => None,
        Type::String => Some(Value::from(text)),
        Type::Duration => parse_duration(text).map(|_| Value::from(text)),
        Type::Boolean => text.parse().ok().map(Value::Bool),
        Type::Integer => integer(text).map(Value::Number),
        Type::Number => integer(text).or_else(|| float(text)).map(Value::Number),
        Type::Array(_) | Type::Object => None,
    }
}

/// A plain scalar by the YAML 1.2 core schema. A number that JSON cannot hold stays a text.
pub(in crate::workflow) fn plain_value(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let radix = |prefix, radix| Some(Number::from(u64::from_str_radix(text.strip_prefix(prefix)?, radix).ok()?));
    let number = integer(text).or_else(|| radix("0x", 16)).or_else(|| radix("0o", 8)).or_else(|| float(text));
    number.map_or_else(|| Value::from(text), Value::Number)
}

fn integer(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from)).ok()
}

fn float(text: &str) -> Option<Number> {
    let numeric = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    let marked = text.contains(['.', 'e', 'E']) && text.contains(|c: char| c.is_ascii_digit());
    (numeric && marked).then(|| text.parse().ok().and_then(Number::from_f64)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        for (text, value) in [
            ("12", json!(12)),
            ("-3", json!(-3)),
            ("+4", json!(4)),
            ("0x1F", json!(31)),
            ("0o17", json!(15)),
            ("1.5", json!(1.5)),
            ("1e3", json!(1000.0)),
            ("true", json!(true)),
            ("~", json!(null)),
            ("", json!(null)),
            ("yes", json!("yes")),
            ("1.2.3", json!("1.2.3")),
            (".", json!(".")),
            ("e", json!("e")),
            (".nan", json!(".nan")),
            ("99999999999999999999", json!("99999999999999999999")),
            ("2026-11-22", json!("2026-11-22")),
        ] {
            assert_eq!(plain_value(text), value, "{text}");
        }
    }

    #[test]
    fn the_wanted_type_decides() {
        let plain = |text: &str| Scalar { text: text.into(), style: Style::Plain };
        assert_eq!(literal_of_type(&plain("0123456"), &Type::String), Some(json!("0123456")));
        assert_eq!(literal_of_type(&plain("null"), &Type::String), Some(json!("null")));
        assert_eq!(literal_of_type(&plain(""), &Type::String), None);
        assert_eq!(literal_of_type(&plain("True"), &Type::Boolean), None);
        assert_eq!(literal_of_type(&plain("1.0"), &Type::Integer), None);
        assert_eq!(literal_of_type(&plain("1"), &Type::Number), Some(json!(1)));
        assert_eq!(literal_of_type(&plain("5m"), &Type::Duration), Some(json!("5m")));
    }
}
