//! `outputs:` of the workflow.

use super::decoder::Decoder;
use crate::expr::{Place, ValueType};
use crate::workflow::tree::{Entry, Kind};
use crate::workflow::{Output, Type};

pub(in crate::workflow) const KEYS: &[&str] = &["value", "secret", "env", "description"];

impl Decoder<'_> {
    /// A value, or a map that says more about it.
    pub fn output(&mut self, entry: &Entry) -> Option<Output> {
        let name = self.declared(entry)?;
        let span = entry.key_span;
        let Kind::Map(_) = &entry.value.kind else {
            let value = self.template(&entry.value, &Type::Any, Place::Value);
            return Some(Output { name, value, ty: ValueType::Any, secret: false, env: None, span });
        };
        let fields = self.fields(&entry.value, "an output", KEYS)?;
        fields.get("description").and_then(|node| self.words(node));
        let value = fields.required(self, "value", "an output", span)?;
        Some(Output {
            name,
            value: self.template(value, &Type::Any, Place::Value),
            ty: ValueType::Any,
            secret: fields.get("secret").and_then(|node| self.boolean(node)).unwrap_or(false),
            env: fields.get("env").and_then(|node| self.variable(node)),
            span,
        })
    }
}
