//! What a template says, apart from how it is written: for comparing a file with the one that a run began with.

use serde_json::{Value, json};

use super::template::{Part, Shape, Template};

impl Template {
    /// The same for two templates that differ only in comments, quoting, the order of keys or blanks around expressions.
    pub fn canonical(&self) -> Value {
        match self.shape() {
            Shape::Literal(value) => json!({ "literal": sorted(value) }),
            Shape::Expression(expression) => json!({ "expression": &*expression.source }),
            Shape::Text(parts) => json!({ "text": parts.iter().map(part).collect::<Vec<_>>() }),
            Shape::List(items) => json!({ "list": items.iter().map(Self::canonical).collect::<Vec<_>>() }),
            Shape::Map(fields) => json!({ "map": map(fields) }),
            Shape::Broken(_) => Value::Null,
            Shape::Over(under, own) => json!({ "over": [map(under), own.canonical()] }),
        }
    }
}

fn map(fields: &[(String, Template)]) -> Value {
    let mut fields: Vec<(String, Value)> =
        fields.iter().map(|(name, value)| (name.clone(), value.canonical())).collect();
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    Value::Object(fields.into_iter().collect())
}

fn part(part: &Part) -> Value {
    match part {
        Part::Text(text) => json!({ "literal": text }),
        Part::Expression(expression) => json!({ "expression": &*expression.source }),
    }
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> =
                fields.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(fields.into_iter().collect())
        }
        other => other.clone(),
    }
}
