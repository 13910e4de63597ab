//! The type of a template.

use super::infer::{Types, infer};
use super::template::{Part, Shape, Template};
use super::types::ValueType;
use crate::diagnostic::Diagnostic;

impl Template {
    /// The type of its value, given those of what it refers to. What has no value whatever these are is a fault.
    pub fn infer(&self, types: &Types<'_>, faults: &mut Vec<Diagnostic>) -> ValueType {
        match self.shape() {
            Shape::Literal(value) => ValueType::of(value),
            Shape::Expression(expression) => infer(expression, types, faults),
            Shape::Text(parts) => {
                parts.iter().for_each(|part| in_text(part, types, faults));
                ValueType::String
            }
            Shape::List(items) => {
                let items: Vec<_> = items.iter().map(|item| item.infer(types, faults)).collect();
                ValueType::list(ValueType::any_of(items))
            }
            Shape::Map(fields) => {
                fields.iter().for_each(|(_, value)| drop(value.infer(types, faults)));
                ValueType::Object
            }
            Shape::Broken(parts) => {
                parts.iter().for_each(|part| drop(part.infer(types, faults)));
                ValueType::Any
            }
            Shape::Over(under, own) => {
                under.iter().for_each(|(_, value)| drop(value.infer(types, faults)));
                match own.infer(types, faults) {
                    ValueType::Any | ValueType::Null => ValueType::Object,
                    own => own,
                }
            }
        }
    }

    /// The items of a list that is written out, each with its own place.
    pub fn items(&self) -> Option<&[Template]> {
        match self.shape() {
            Shape::List(items) => Some(items),
            _ => None,
        }
    }

    /// The fields of an object that is written out, not all of them literals.
    pub fn fields(&self) -> Option<&[(String, Template)]> {
        match self.shape() {
            Shape::Map(fields) => Some(fields),
            _ => None,
        }
    }
}

fn in_text(part: &Part, types: &Types<'_>, faults: &mut Vec<Diagnostic>) {
    let Part::Expression(expression) = part else { return };
    let ty = infer(expression, types, faults);
    if matches!(ty, ValueType::Null | ValueType::List(_) | ValueType::Object) {
        let why = format!("this is {ty}, which text cannot hold");
        faults.push(Diagnostic::error("E0140", expression.span, why));
    }
}
