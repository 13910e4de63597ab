//! `retry:`

use super::decoder::Decoder;
use super::fields::Fields;
use crate::workflow::tree::{Kind, Node};
use crate::workflow::{RetryClass, RetryPolicy};

pub(in crate::workflow) const KEYS: &[&str] =
    &["max-attempts", "delay", "factor", "max-delay", "jitter", "max-elapsed", "when"];
pub(in crate::workflow) const MAX_ATTEMPTS: u32 = 1000;

impl Decoder<'_> {
    /// `retry: 3` is the total of tries; a map says more.
    pub fn retry(&mut self, node: &Node) -> Option<RetryPolicy> {
        let mut policy = RetryPolicy::default();
        if let Kind::Scalar(_) = &node.kind {
            policy.max_attempts = self.integer(node, 1, MAX_ATTEMPTS)?;
            return Some(policy);
        }
        let fields = self.fields(node, "`retry`", KEYS)?;
        if let Some(tries) = fields.get("max-attempts").and_then(|node| self.integer(node, 1, MAX_ATTEMPTS)) {
            policy.max_attempts = tries;
        }
        if let Some(delay) = fields.get("delay").and_then(|node| self.duration(node)) {
            policy.delay = delay;
            policy.max_delay = policy.max_delay.max(delay);
        }
        if let Some(factor) = fields.get("factor").and_then(|node| self.factor(node)) {
            policy.factor = factor;
        }
        if let Some(node) = fields.get("max-delay")
            && let Some(longest) = self.duration(node)
        {
            if longest < policy.delay {
                self.error("E0134", node.span, "`max-delay` is shorter than `delay`");
            }
            policy.max_delay = longest;
        }
        if let Some(jitter) = fields.get("jitter").and_then(|node| self.boolean(node)) {
            policy.jitter = jitter;
        }
        policy.max_elapsed = fields.get("max-elapsed").and_then(|node| self.duration(node));
        if let Some(node) = fields.get("when") {
            policy.when = self.classes(node);
        }
        self.idle_keys(&fields, &policy);
        Some(policy)
    }

    /// Keys that have no effect beside the others.
    fn idle_keys(&mut self, fields: &Fields<'_>, policy: &RetryPolicy) {
        if policy.max_attempts == 1 {
            let idle = KEYS.iter().filter(|key| **key != "max-attempts").find_map(|key| fields.entry(key));
            if let Some(entry) = idle {
                let message = format!("`{}` has no effect: there is one try", entry.key);
                self.no_effect(entry.key_span, message, "write `retry: 1`, or allow more tries");
            }
            return;
        }
        if let Some(entry) = fields.entry("max-elapsed")
            && policy.max_elapsed.is_some_and(|longest| longest <= policy.delay)
            && !policy.jitter
        {
            let message = "`max-elapsed` is over before the second try";
            self.no_effect(entry.value.span, message, "make it longer than `delay`");
        }
        if let Some(entry) = fields.entry("max-delay")
            && policy.factor == 1.0
        {
            let message = "`max-delay` has no effect: with `factor: 1` no delay is longer than `delay`";
            self.no_effect(entry.key_span, message, "drop it, or let the delays grow");
        }
    }

    fn factor(&mut self, node: &Node) -> Option<f64> {
        let text = self.text(node, "a number from 1 to 100")?;
        match text.parse::<f64>() {
            Ok(factor) if (1.0..=100.0).contains(&factor) => Some(factor),
            Ok(_) => {
                self.error("E0134", node.span, format!("{} is not a number from 1 to 100", node.found()));
                None
            }
            Err(_) => {
                self.wrong_type(node, "a number from 1 to 100");
                None
            }
        }
    }

    fn classes(&mut self, node: &Node) -> Vec<RetryClass> {
        let mut classes = Vec::new();
        for item in self.items(node, "a list of network, timeout, 429, 5xx") {
            let Some(text) = self.text(item, "network, timeout, 429 or 5xx") else { continue };
            match RetryClass::ALL.into_iter().find(|class| class.as_str() == text) {
                Some(class) if !classes.contains(&class) => classes.push(class),
                Some(_) => {}
                None => {
                    let message = format!("{} is not a class of failure", item.found());
                    self.error_with_help("E0134", item.span, message, "write network, timeout, 429 or 5xx");
                }
            }
        }
        classes
    }
}
