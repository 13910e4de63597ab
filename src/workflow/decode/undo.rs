//! `undo:`

use super::decoder::Decoder;
use crate::workflow::tree::Node;
use crate::workflow::{Spanned, Undo};

pub(in crate::workflow) const KEYS: &[&str] = &["uses", "with", "effect"];

impl Decoder<'_> {
    pub fn undo(&mut self, node: &Node) -> Option<Undo> {
        let fields = self.fields(node, "`undo`", KEYS)?;
        let uses = fields.required(self, "uses", "`undo`", node.span);
        let uses = uses.and_then(|node| self.spanned_text(node, "the name of an action"));
        let with = self.parameters(fields.get("with"), uses.as_ref().map_or("", |uses| &uses.value));
        let effect = fields.get("effect").and_then(|node| self.effect(node));
        // An empty name stands for one that could not be read, as it does in a step.
        let uses = uses.unwrap_or(Spanned { value: String::new(), span: node.span });
        Some(Undo { uses, with, effect, span: node.span })
    }
}
