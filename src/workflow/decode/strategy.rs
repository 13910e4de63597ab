//! `strategy:`

use super::decoder::Decoder;
use crate::expr::Place;
use crate::workflow::tree::{Entry, Kind, Node};
use crate::workflow::{Matrix, Type};

pub(in crate::workflow) const KEYS: &[&str] = &["matrix", "max-parallel", "fail-fast"];
const MAX_VARIABLES: usize = 100;

impl Decoder<'_> {
    pub fn matrix(&mut self, node: &Node) -> Option<Matrix> {
        let fields = self.fields(node, "`strategy`", KEYS)?;
        let matrix = fields.required(self, "matrix", "`strategy`", node.span)?;
        let variable = |decoder: &mut Self, entry: &Entry| {
            let name = decoder.declared(entry)?;
            if ["include", "exclude"].contains(&entry.key.as_str()) {
                // Known from elsewhere, where they are no variables.
                let message = format!("a matrix has no `{}`", entry.key);
                let help = "list the items as objects of one variable: `{ item: [{ os: a, arch: b }] }`";
                decoder.error_with_help("E0134", entry.key_span, message, help);
            }
            let ty = match &entry.value.kind {
                Kind::Map(_) => Type::Object,
                _ => Type::array(Type::Any),
            };
            Some((name, decoder.template(&entry.value, &ty, Place::Value)))
        };
        let mut variables = self.each(Some(matrix), "a map of variables, each with a list or a map", variable);
        if variables.is_empty() {
            self.error("E0106", matrix.span, "a matrix needs at least one variable");
        }
        if variables.len() > MAX_VARIABLES {
            let message = format!("a matrix has {MAX_VARIABLES} variables at most");
            self.error("E0108", matrix.span, message);
            variables.truncate(MAX_VARIABLES);
        }
        let max_parallel = fields.get("max-parallel").and_then(|node| self.integer(node, 1, 10_000));
        let fail_fast = fields.get("fail-fast").and_then(|node| self.boolean(node)).unwrap_or(false);
        Some(Matrix { variables, max_parallel, fail_fast })
    }
}
