//! `with:` of a step, of its remedy or of its undo, and `secrets:` of a call.

use std::collections::HashMap;

use super::decoder::Decoder;
use super::fields::Fields;
use crate::expr::{Place, Template};
use crate::workflow::tree::{Entry, Node};
use crate::workflow::{Spanned, Type, is_file};

pub(in crate::workflow) const CALL_KEYS: &[&str] =
    &["description", "uses", "with", "secrets", "needs", "if", "continue-on-error"];

impl Decoder<'_> {
    /// Each parameter is read towards the type that the action, or the file that is called, states for it.
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
        let called = self.called.get(action).into_iter().flat_map(|file| &file.inputs);
        let inputs: HashMap<&str, &Type> = called.map(|input| (input.name.as_str(), &input.ty)).collect();
        let mut parameters = Vec::new();
        for entry in entries {
            let parameter = || Some(&spec.as_ref()?.parameter(&entry.key)?.ty);
            let input = || inputs.get(entry.key.as_str()).copied();
            let ty = parameter().or_else(input).unwrap_or(&Type::Any);
            let name = Spanned { value: entry.key.clone(), span: entry.key_span };
            parameters.push((name, self.template(&entry.value, ty, Place::Value)));
        }
        parameters
    }

    /// What a call hands over of secrets; each is a text.
    pub fn handed_secrets(&mut self, node: Option<&Node>) -> Vec<(Spanned<String>, Template)> {
        let Some(node) = node else { return Vec::new() };
        let entries = self.entries(node, "a map of secrets");
        let name = |entry: &Entry| Spanned { value: entry.key.clone(), span: entry.key_span };
        entries.iter().map(|entry| (name(entry), self.template(&entry.value, &Type::String, Place::Value))).collect()
    }

    /// A call takes other keys than the use of an action.
    pub fn check_call_keys(&mut self, fields: &Fields<'_>, keys: &[&str], uses: &Spanned<String>) {
        let is_call = is_file(&uses.value);
        let refused = |key: &&&str| if is_call { !CALL_KEYS.contains(key) } else { **key == "secrets" };
        for entry in keys.iter().filter(refused).filter_map(|key| fields.entry(key)) {
            let (what, help) = match is_call {
                true => ("calls a file", "put it on the steps of that file"),
                false => ("uses an action", "name the secret in `with`; `secrets` are for a file that is called"),
            };
            let message = format!("`{}` has no place in a step that {what}", entry.key);
            self.error_with_help("E0115", entry.key_span, message, help);
        }
    }
}
