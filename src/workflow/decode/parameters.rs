//! `with:` of a step or of its remedy.

use super::decoder::Decoder;
use crate::expr::{Place, Template};
use crate::workflow::tree::Node;
use crate::workflow::{Spanned, Type};

impl Decoder<'_> {
    /// Each parameter is read towards the type that the action states for it.
    pub fn parameters(&mut self, node: Option<&Node>, action: &str) -> Vec<(Spanned<String>, Template)> {
        let Some(node) = node else { return Vec::new() };
        let spec = self.catalogue.get(action).cloned();
        let mut parameters = Vec::new();
        for entry in self.entries(node, "a map of parameters") {
            let ty = spec.as_ref().and_then(|spec| spec.parameter(&entry.key)).map_or(&Type::Any, |known| &known.ty);
            let name = Spanned { value: entry.key.clone(), span: entry.key_span };
            parameters.push((name, self.template(&entry.value, ty, Place::Value)));
        }
        parameters
    }
}
