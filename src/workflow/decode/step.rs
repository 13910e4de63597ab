//! `steps:`

use super::decoder::Decoder;
use crate::expr::{Place, Template};
use crate::id::StepId;
use crate::workflow::tree::{Entry, Kind, Node};
use crate::workflow::{Effect, Expect, Spanned, Step};

pub(in crate::workflow) const KEYS: &[&str] = &[
    "description",
    "uses",
    "with",
    "secrets",
    "needs",
    "if",
    "strategy",
    "retry",
    "timeout",
    "attempt-timeout",
    "continue-on-error",
    "settle",
    "effect",
    "expect",
    "outputs",
    "probe",
    "undo",
    "on-error",
];

impl Decoder<'_> {
    pub fn step(&mut self, entry: &Entry) -> Option<Step> {
        let id = self.declared_step(entry)?;
        let fields = self.fields(&entry.value, "a step", KEYS);
        let get = |key| fields.as_ref().and_then(|fields| fields.get(key));
        if let Some(fields) = &fields {
            fields.required(self, "uses", "a step", entry.key_span);
        }
        let uses = get("uses").and_then(|node| self.spanned_text(node, "the name of an action"));
        // An empty name stands for one that could not be read; checks pass over it.
        let uses = uses
            .unwrap_or(Spanned { value: String::new(), span: get("uses").map_or(entry.key_span, |node| node.span) });
        if let Some(fields) = &fields {
            self.check_call_keys(fields, KEYS, &uses);
        }
        let (timeout, attempt_timeout) = self.time_limits(fields.as_ref());
        let on_error = get("on-error").and_then(|node| self.on_error(node, &id));
        Some(Step {
            id,
            span: entry.key_span,
            description: get("description").and_then(|node| self.words(node)),
            with: self.parameters(get("with"), &uses.value),
            probe: get("probe").and_then(|node| self.probe(node, &uses.value)),
            secrets: self.handed_secrets(get("secrets")),
            uses,
            needs: get("needs").map(|node| self.needs(node)).unwrap_or_default(),
            condition: get("if").and_then(|node| self.condition(node)),
            matrix: get("strategy").and_then(|node| self.matrix(node)),
            retry: get("retry").and_then(|node| self.retry(node)),
            timeout,
            settle: get("settle").and_then(|node| self.duration(node)),
            effect: get("effect").and_then(|node| self.effect(node)),
            expect: get("expect").and_then(|node| self.expect_status(node)),
            captures: self.each(get("outputs"), "a map of outputs", Self::capture),
            attempt_timeout,
            continue_on_error: get("continue-on-error").and_then(|node| self.boolean(node)).unwrap_or(false),
            undo: get("undo").and_then(|node| self.undo(node)),
            on_error,
        })
    }

    /// `needs: signup` or `needs: [inbox, signup]`
    fn needs(&mut self, node: &Node) -> Vec<Spanned<StepId>> {
        let nodes = match &node.kind {
            Kind::Scalar(_) => std::slice::from_ref(node),
            _ => self.items(node, "a list of step ids"),
        };
        nodes.iter().filter_map(|node| self.step_id(node)).collect()
    }

    pub fn step_id(&mut self, node: &Node) -> Option<Spanned<StepId>> {
        let text = self.text(node, "a step id")?;
        let meant = self.misnamed.step(text);
        Some(Spanned { value: meant.or_else(|| self.local_id(text, node.span))?, span: node.span })
    }

    fn condition(&mut self, node: &Node) -> Option<Template> {
        let Kind::Scalar(scalar) = &node.kind else {
            self.wrong_type(node, "a condition");
            return None;
        };
        let positions = node.positions(&self.source.text, scalar);
        Some(self.parsed(Template::condition_at(&scalar.text, &positions, Place::Condition)))
    }

    pub fn effect(&mut self, node: &Node) -> Option<Spanned<Effect>> {
        let text = self.text(node, "an effect")?;
        let all = [Effect::Read, Effect::Repeat, Effect::Keyed, Effect::Once];
        let found = all.into_iter().find(|effect| effect.as_str() == text);
        if found.is_none() {
            let message = format!("{} is not an effect", node.found());
            self.error_with_help("E0134", node.span, message, "write read, repeat, keyed or once");
        }
        found.map(|value| Spanned { value, span: node.span })
    }

    /// `expect: { status: 200 }` or `expect: { status: [200, 201] }`
    fn expect_status(&mut self, node: &Node) -> Option<Expect> {
        let fields = self.fields(node, "`expect`", &["status"])?;
        let status = fields.required(self, "status", "`expect`", node.span)?;
        let nodes = match &status.kind {
            Kind::Scalar(_) => std::slice::from_ref(status),
            _ => self.items(status, "a status or a list of them"),
        };
        if nodes.is_empty() {
            self.error("E0106", status.span, "`status` needs at least one status");
        }
        let codes = nodes.iter().filter_map(|node| self.integer(node, 100, 599)).map(|code| code as u16).collect();
        Some(Expect { status: codes, span: node.span })
    }
}
