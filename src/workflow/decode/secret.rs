//! `secrets:`

use super::decoder::Decoder;
use crate::workflow::SecretInput;
use crate::workflow::tree::{Entry, Node};

pub(in crate::workflow) const KEYS: &[&str] = &["env", "description", "sandbox", "optional"];

impl Decoder<'_> {
    pub fn secret(&mut self, entry: &Entry) -> Option<SecretInput> {
        let name = self.declared(entry)?;
        let fields = self.fields(&entry.value, "a secret", KEYS);
        let get = |key| fields.as_ref().and_then(|fields| fields.get(key));
        Some(SecretInput {
            name,
            env: get("env").and_then(|node| self.variable(node)),
            description: get("description").and_then(|node| self.words(node)),
            sandbox: get("sandbox").and_then(|node| self.owned_text(node)),
            optional: get("optional").and_then(|node| self.boolean(node)).unwrap_or(false),
            span: entry.key_span,
        })
    }

    /// The name of an environment variable.
    pub fn variable(&mut self, node: &Node) -> Option<String> {
        let text = self.text(node, "the name of an environment variable")?;
        let valid = !text.is_empty()
            && !text.starts_with(|c: char| c.is_ascii_digit())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !valid {
            let message = format!("{} is not the name of an environment variable", node.found());
            self.error_with_help("E0134", node.span, message, "use letters, digits and `_`, as in `ONRAMP_PASSWORD`");
            return None;
        }
        Some(text.to_owned())
    }
}
