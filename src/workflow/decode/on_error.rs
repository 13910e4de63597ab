//! `on-error:`

use super::decoder::Decoder;
use crate::id::StepId;
use crate::workflow::tree::{Kind, Node};
use crate::workflow::{OnError, Spanned};

pub(in crate::workflow) const KEYS: &[&str] = &["when", "run", "with", "rerun-from", "max"];

impl Decoder<'_> {
    /// Of the step `own`.
    pub fn on_error(&mut self, node: &Node, own: &StepId) -> Option<OnError> {
        let fields = self.fields(node, "`on-error`", KEYS)?;
        let [when, run, rerun_from] =
            ["when", "run", "rerun-from"].map(|key| fields.required(self, key, "`on-error`", node.span));
        let max = match fields.get("max") {
            Some(node) => self.integer(node, 1, 10),
            None => Some(1),
        };
        let when = when.map(|node| match &node.kind {
            Kind::Scalar(_) => std::slice::from_ref(node),
            _ => self.items(node, "a list of error codes"),
        });
        if when.is_some_and(<[Node]>::is_empty) {
            self.error("E0106", node.span, "`when` needs at least one error code");
        }
        let when = when.map(|nodes| nodes.iter().filter_map(|node| self.spanned_text(node, "an error code")).collect());
        let run = run.and_then(|node| self.spanned_text(node, "the name of an action"));
        let with = self.parameters(fields.get("with"), run.as_ref().map_or("", |run: &Spanned<String>| &run.value));
        let rerun_from = rerun_from.and_then(|node| self.step_id(node));
        // An empty name stands for one that could not be read, as it does in a step.
        let run = run.unwrap_or(Spanned { value: String::new(), span: node.span });
        let rerun_from = rerun_from.unwrap_or(Spanned { value: own.clone(), span: node.span });
        let (when, max) = (when.unwrap_or_default(), max.unwrap_or(1));
        Some(OnError { when, run, with, rerun_from, max, span: node.span })
    }
}
