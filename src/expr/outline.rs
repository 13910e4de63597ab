//! What is known of a text before its expressions are.

use serde_json::Value;

use super::Reference;
use super::template::{Part, Shape, Template};
use crate::diagnostic::Span;

impl Template {
    /// The text with `stand_in` for each expression; `None` if there is no text around them.
    pub fn outline(&self, stand_in: &str) -> Option<String> {
        match self.shape() {
            Shape::Literal(Value::String(text)) => Some(text.clone()),
            Shape::Text(parts) => Some(parts.iter().map(|part| part.text().unwrap_or(stand_in)).collect()),
            _ => None,
        }
    }

    /// All references but one that the value begins with.
    pub fn references_inside(&self) -> impl Iterator<Item = &(Reference, Span)> {
        let first = match self.shape() {
            Shape::Expression(expression) => Some(expression),
            Shape::Text(parts) => match parts.first() {
                Some(Part::Expression(expression)) => Some(expression),
                _ => None,
            },
            _ => None,
        };
        let first = first.map(|expression| expression.span.start);
        self.references().filter(move |(_, span)| Some(span.start) != first)
    }
}

impl Part {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Expression(_) => None,
        }
    }
}
