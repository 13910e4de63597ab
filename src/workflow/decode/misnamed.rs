//! What is declared under a name that is none. That is said once, where it stands: the rest of it is checked under a name that
//! stands in, and what refers to it is no second error.

use std::collections::{HashMap, HashSet};

use super::decoder::Decoder;
use crate::diagnostic::Diagnostic;
use crate::id::{InvalidId, Name, StepId};
use crate::workflow::tree::{Entry, Kind, Node};

#[derive(Default)]
pub struct Misnamed {
    /// As they are written.
    names: HashSet<String>,
    steps: HashMap<String, StepId>,
}

impl Misnamed {
    pub fn of(root: &Node) -> Self {
        let mut misnamed = Self::default();
        let steps = entries(field(root, "steps"));
        let mut taken: HashSet<String> = steps.iter().map(|entry| entry.key.clone()).collect();
        for Entry { key: id, value: step, .. } in steps {
            if StepId::local(id).is_err() {
                misnamed.add_step(id, &mut taken);
            }
            let matrix = field(step, "strategy").and_then(|strategy| field(strategy, "matrix"));
            let probe = field(step, "probe").and_then(|probe| field(probe, "outputs"));
            [field(step, "outputs"), matrix, probe].into_iter().for_each(|node| misnamed.add(node));
        }
        ["inputs", "secrets"].into_iter().for_each(|key| misnamed.add(field(root, key)));
        misnamed
    }

    fn add(&mut self, declared: Option<&Node>) {
        let wrong = entries(declared).iter().filter(|entry| Name::new(&entry.key).is_err());
        self.names.extend(wrong.map(|entry| entry.key.clone()));
    }

    fn add_step(&mut self, id: &str, taken: &mut HashSet<String>) {
        let meant = Some(snake_case(id)).filter(|name| StepId::local(name).is_ok() && !taken.contains(name));
        let name = meant
            .or_else(|| (taken.len()..).map(|number| format!("unnamed_{number}")).find(|name| !taken.contains(name)));
        if let Some(stand_in) = name.as_deref().and_then(|name| StepId::local(name).ok()) {
            self.steps.insert(id.to_owned(), stand_in);
            self.names.insert(id.to_owned());
        }
        taken.extend(name);
    }

    /// Whether something is declared under this name, which is none.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// What stands in for the id of that step.
    pub fn step(&self, id: &str) -> Option<StepId> {
        self.steps.get(id).cloned()
    }
}

impl Decoder<'_> {
    /// The name under which something is declared.
    pub fn declared(&mut self, entry: &Entry) -> Option<Name> {
        let stand_in = || Name::new(&snake_case(&entry.key)).or_else(|_| Name::new("unnamed")).ok();
        let name = Name::new(&entry.key).map_err(|error| self.no_name(entry, &error));
        name.ok().or_else(stand_in)
    }

    /// The same of a step.
    pub fn declared_step(&mut self, entry: &Entry) -> Option<StepId> {
        let id = StepId::local(&entry.key).map_err(|error| self.no_name(entry, &error));
        id.ok().or_else(|| self.misnamed.step(&entry.key))
    }

    fn no_name(&mut self, entry: &Entry, error: &InvalidId) {
        self.report.add(|| {
            let found = Diagnostic::error("E0107", entry.key_span, error.to_string());
            let meant = snake_case(&entry.key);
            if Name::new(&meant).is_ok() { found.help(format!("write `{meant}`")) } else { found }
        });
    }
}

/// What was likely meant.
fn snake_case(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars() {
        match c {
            'a'..='z' | '0'..='9' => name.push(c),
            'A'..='Z' => {
                if name.ends_with(|last: char| last.is_ascii_lowercase()) {
                    name.push('_');
                }
                name.push(c.to_ascii_lowercase());
            }
            _ => name.push('_'),
        }
    }
    name
}

fn field<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    entries(Some(node)).iter().find(|entry| entry.key == key).map(|entry| &entry.value)
}

fn entries(node: Option<&Node>) -> &[Entry] {
    match node.map(|node| &node.kind) {
        Some(Kind::Map(entries)) => entries,
        _ => &[],
    }
}
