//! `defaults:`, what holds for each step that does not say otherwise.

use std::time::Duration;

use super::decoder::Decoder;
use crate::expr::{Place, Template};
use crate::workflow::tree::{Entry, Node};
use crate::workflow::{RetryPolicy, Spanned, Step, Type};

pub(in crate::workflow) const KEYS: &[&str] = &["retry", "timeout", "attempt-timeout", "headers"];

/// A parameter of an action with its value.
type With = Vec<(Spanned<String>, Template)>;

/// What the headers may take in all steps, about in bytes.
const MAX_WEIGHT: usize = 32 << 20;

#[derive(Default)]
pub struct Defaults {
    retry: Option<RetryPolicy>,
    timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    pub headers: With,
}

impl Decoder<'_> {
    pub fn defaults(&mut self, node: &Node) -> Defaults {
        let Some(fields) = self.fields(node, "`defaults`", KEYS) else {
            return Defaults::default();
        };
        let (timeout, attempt_timeout) = self.time_limits(Some(&fields));
        Defaults {
            retry: fields.get("retry").and_then(|node| self.retry(node)),
            timeout,
            attempt_timeout,
            headers: self.each(fields.get("headers"), "a map of headers", Self::default_header),
        }
    }

    fn default_header(&mut self, entry: &Entry) -> Option<(Spanned<String>, Template)> {
        if !super::capture::is_header(&entry.key) {
            let message = format!("`{}` is not the name of a header", entry.key.escape_debug());
            self.error("E0134", entry.key_span, message);
            return None;
        }
        let name = Spanned { value: entry.key.clone(), span: entry.key_span };
        Some((name, self.template(&entry.value, &Type::Any, Place::Value)))
    }
}

impl Decoder<'_> {
    /// Each step has the headers for itself.
    pub fn apply(&mut self, defaults: &Defaults, steps: &mut [Step]) {
        let weight: usize = defaults.headers.iter().map(|(name, value)| name.value.len() + value.weight()).sum();
        match defaults.headers.first() {
            Some((name, _)) if weight.saturating_mul(steps.len()) > MAX_WEIGHT => {
                let help = "give the headers to the steps that need them";
                self.error_with_help("E0108", name.span, "these are too many headers for so many steps", help);
            }
            _ => steps.iter_mut().for_each(|step| defaults.apply(step)),
        }
    }
}

impl Defaults {
    fn apply(&self, step: &mut Step) {
        step.retry = step.retry.take().or_else(|| self.retry.clone());
        step.timeout = step.timeout.or(self.timeout);
        step.attempt_timeout = step.attempt_timeout.or(self.attempt_timeout);
        if self.headers.is_empty() {
            return;
        }
        let uses = step.uses.value.as_str();
        self.add_headers(uses, &mut step.with);
        if let Some(probe) = &mut step.probe {
            self.add_headers(uses, &mut probe.with);
        }
        if let Some(undo) = &mut step.undo {
            self.add_headers(&undo.uses.value, &mut undo.with);
        }
        if let Some(remedy) = &mut step.on_error {
            self.add_headers(&remedy.run.value, &mut remedy.with);
        }
    }

    /// Every request of `http` has them, those of a probe, an undo or a remedy too.
    fn add_headers(&self, action: &str, with: &mut With) {
        if action != "http" {
            return;
        }
        let under: Vec<(String, Template)> =
            self.headers.iter().map(|(name, value)| (name.value.clone(), value.clone())).collect();
        match with.iter_mut().find(|(name, _)| name.value == "headers") {
            Some((_, own)) => *own = own.clone().over(&under),
            None => {
                let span = self.headers.first().map(|(name, _)| name.span).unwrap_or_default();
                with.push((Spanned { value: "headers".to_owned(), span }, Template::map(under, span)));
            }
        }
    }
}
