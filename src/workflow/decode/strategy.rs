//! `strategy:`

use super::decoder::Decoder;
use crate::expr::Place;
use crate::workflow::tree::{Entry, Node};
use crate::workflow::{Matrix, Type};

impl Decoder<'_> {
    pub fn matrix(&mut self, node: &Node) -> Option<Matrix> {
        let fields = self.fields(node, "`strategy`", &["matrix", "max-parallel"])?;
        let matrix = fields.required(self, "matrix", "`strategy`", node.span)?;
        let variable = |decoder: &mut Self, entry: &Entry| {
            let name = decoder.name(&entry.key, entry.key_span)?;
            Some((name, decoder.template(&entry.value, &Type::array(Type::Any), Place::Value)))
        };
        let variables = self.each(Some(matrix), "a map of variables, each with a list", variable);
        if variables.is_empty() {
            self.error("E0106", matrix.span, "a matrix needs at least one variable");
        }
        let max_parallel = fields.get("max-parallel").and_then(|node| self.integer(node, 1, 10_000));
        Some(Matrix { variables, max_parallel, fail_fast: false })
    }
}
