//! Values, and expressions in their place.

use serde_json::{Map, Value, json};

use super::defined;
use crate::workflow::Type;

/// What the rest refers to.
pub(super) fn definitions() -> Map<String, Value> {
    let duration = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+$";
    [
        ("name", json!({ "type": "string", "pattern": "^[a-z][a-z0-9_]{0,63}$" })),
        ("expression", json!({ "type": "string", "pattern": r"\$\{\{" })),
        // A number or a truth value that stands where a text is wanted is taken as it is written.
        ("text", json!({ "type": ["string", "number", "boolean"] })),
        ("flag", json!({ "enum": [true, false, "true", "false"] })),
        ("duration", json!({ "type": "string", "pattern": duration, "examples": ["250ms", "30s", "5m", "1h30m"] })),
        ("variable", json!({ "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" })),
        ("condition", json!({ "type": ["string", "boolean"] })),
    ]
    .map(|(name, schema)| (name.to_owned(), schema))
    .into_iter()
    .collect()
}

/// A value of a type, or an expression that makes one.
pub(super) fn or_expression(ty: &Type) -> Value {
    match ty {
        Type::Any => json!({}),
        Type::String => defined("text"),
        other => json!({ "anyOf": [of_type(other, or_expression), defined("expression")] }),
    }
}

/// A value of a type, written out.
pub(super) fn constant(ty: &Type) -> Value {
    of_type(ty, constant)
}

fn of_type(ty: &Type, item: fn(&Type) -> Value) -> Value {
    match ty {
        Type::Any => json!({}),
        Type::String => defined("text"),
        Type::Integer => json!({ "type": "integer" }),
        Type::Number => json!({ "type": "number" }),
        Type::Boolean => defined("flag"),
        Type::Duration => defined("duration"),
        Type::Array(items) => json!({ "type": "array", "items": item(items) }),
        Type::Object => json!({ "type": "object" }),
    }
}

/// A whole number within bounds.
pub(super) fn count(least: u32, most: u32) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

/// One, or a list of at least one.
pub(super) fn one_or_more(of: Value) -> Value {
    json!({ "anyOf": [of, { "type": "array", "items": of, "minItems": 1 }] })
}
