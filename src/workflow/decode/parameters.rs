//! `with:` of a step, of its remedy or of its undo.

use super::decoder::Decoder;
use crate::expr::{Place, Template};
use crate::workflow::tree::{Entry, Node};
use crate::workflow::{Spanned, Type};

impl Decoder<'_> {
    /// Each parameter is read towards the type that the action states for it.
    pub fn parameters(&mut self, node: Option<&Node>, action: &str) -> Vec<(Spanned<String>, Template)> {
        let Some(node) = node else { return Vec::new() };
        let entries = self.entries(node, "a map of parameters");
        self.parameter_list(entries, action)
    }

    pub fn parameter_list<'n>(
        &mut self,
        entries: impl IntoIterator<Item = &'n Entry>,
        action: &str,
    ) -> Vec<(Spanned<String>, Template)> {
        let spec = self.catalogue.get(action).cloned();
        let mut parameters = Vec::new();
        for entry in entries {
            let ty = spec.as_ref().and_then(|spec| spec.parameter(&entry.key)).map_or(&Type::Any, |known| &known.ty);
            let name = Spanned { value: entry.key.clone(), span: entry.key_span };
            parameters.push((name, self.template(&entry.value, ty, Place::Value)));
        }
        parameters
    }
}
