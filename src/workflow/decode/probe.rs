//! `probe:`

use super::decoder::Decoder;
use crate::expr::{Place, Template};
use crate::workflow::Probe;
use crate::workflow::tree::{Kind, Node};

impl Decoder<'_> {
    /// All but `done-if` and `outputs` are parameters of the step's own action.
    pub fn probe(&mut self, node: &Node, action: &str) -> Option<Probe> {
        let Kind::Map(entries) = &node.kind else {
            self.wrong_type(node, "a map with `done-if` and a request");
            return None;
        };
        let get = |key: &str| entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value);
        let done_if = get("done-if");
        if done_if.is_none() {
            self.error_with_help(
                "E0106",
                node.span,
                "`probe` needs the key `done-if`",
                "say by what an answer shows that the step took effect, as in `done-if: response.status == 200`",
            );
        }
        let captures = self.each(get("outputs"), "a map of outputs", Self::capture);
        let done_if = done_if.and_then(|node| self.done_if(node));
        let parameters = entries.iter().filter(|entry| !matches!(entry.key.as_str(), "done-if" | "outputs"));
        let with = self.parameter_list(parameters, action);
        // The rest is checked whether or not the condition could be read.
        let done_if = done_if.unwrap_or_else(|| Template::literal(true.into()));
        Some(Probe { with, done_if, captures, span: node.span })
    }

    fn done_if(&mut self, node: &Node) -> Option<Template> {
        let Kind::Scalar(scalar) = &node.kind else {
            self.wrong_type(node, "a condition");
            return None;
        };
        let positions = node.positions(&self.source.text, scalar);
        Some(self.parsed(Template::condition_at(&scalar.text, &positions, Place::Capture)))
    }
}
