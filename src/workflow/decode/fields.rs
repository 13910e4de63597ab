//! A map whose keys are known.

use super::decoder::Decoder;
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::workflow::tree::{Entry, Node};

pub struct Fields<'n> {
    entries: &'n [Entry],
    pub span: Span,
}

impl<'n> Fields<'n> {
    /// Reports the keys that are not allowed.
    pub fn new(
        decoder: &mut Decoder<'_>,
        entries: &'n [Entry],
        span: Span,
        what: &str,
        allowed: &'static [&'static str],
    ) -> Self {
        for entry in entries.iter().filter(|entry| !allowed.contains(&entry.key.as_str())) {
            decoder.report.add(|| unknown(entry, what, allowed));
        }
        Self { entries, span }
    }

    pub fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    pub fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value of a key that must be there; `at` is where the error points if it is not.
    pub fn required(&self, decoder: &mut Decoder<'_>, key: &str, what: &str, at: Span) -> Option<&'n Node> {
        let found = self.get(key);
        if found.is_none() {
            decoder.error("E0106", at, format!("{what} needs the key `{key}`"));
        }
        found
    }
}

fn unknown(entry: &Entry, what: &str, allowed: &'static [&'static str]) -> Diagnostic {
    let all = format!("{what} takes {}", allowed.join(", "));
    let help = match nearest(&entry.key, allowed.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? {all}"),
        None => all,
    };
    Diagnostic::error("E0104", entry.key_span, format!("unknown key `{}`", entry.key)).label("unknown key").help(help)
}
