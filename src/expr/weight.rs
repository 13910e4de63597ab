//! How much memory a value takes that stands in a workflow.

use serde_json::Value;

use super::template::{Part, Shape, Template};

/// What a value takes besides its text, and what a byte of an expression comes to once it is parsed.
const VALUE: usize = 100;
const PARSED: usize = 40;

impl Template {
    /// In bytes, and about.
    pub fn weight(&self) -> usize {
        let fields =
            |fields: &[(String, Self)]| fields.iter().map(|(name, value)| VALUE + name.len() + value.weight()).sum();
        VALUE
            + match &self.shape {
                Shape::Literal(value) => weight(value),
                Shape::Expression(expression) => PARSED * expression.source.len(),
                Shape::Text(parts) => parts.iter().map(part).sum(),
                Shape::List(items) | Shape::Broken(items) => items.iter().map(Self::weight).sum(),
                Shape::Map(own) => fields(own),
                Shape::Over(under, own) => fields(under) + own.weight(),
            }
    }
}

/// Of a value without expressions, in bytes, and about.
pub fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => VALUE + text.len(),
        Value::Array(items) => VALUE + items.iter().map(weight).sum::<usize>(),
        Value::Object(fields) => fields.iter().map(|(name, value)| VALUE + name.len() + weight(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => VALUE,
    }
}

fn part(part: &Part) -> usize {
    match part {
        Part::Text(text) => VALUE + text.len(),
        Part::Expression(expression) => VALUE + PARSED * expression.source.len(),
    }
}
