//! The file as a whole.

use super::decoder::Decoder;
use super::misnamed::Misnamed;
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::workflow::report::Report;
use crate::workflow::tree::{Entry, Kind, Node};
use crate::workflow::{Budget, Called, Catalogue, Step, Workflow, tree};

pub(in crate::workflow) const KEYS: &[&str] = &[
    "name",
    "description",
    "inputs",
    "secrets",
    "max-parallel",
    "rate",
    "timeout",
    "on-failure",
    "defaults",
    "steps",
    "outputs",
];

/// Reads a workflow as far as it can be read; `None` if the file is not even a map. `called` are the files that it calls.
pub fn decode(
    source: &Source,
    catalogue: &Catalogue,
    called: &Called,
    budget: &mut Budget,
    report: &mut Report,
) -> Option<Workflow> {
    let root = tree::parse(source, report);
    let Some(root) = root else {
        report.add_if_empty(|| {
            Diagnostic::error("E0106", Span::default(), "the file is empty").help("a workflow needs `steps`")
        });
        return None;
    };
    if !matches!(root.kind, Kind::Map(_)) {
        report.add(|| {
            let message = format!("found {} where a workflow is wanted", root.found());
            Diagnostic::error("E0105", root.span, message).help("a workflow is a map with the key `steps`")
        });
        return None;
    }
    let misnamed = Misnamed::of(&root);
    Decoder { source, catalogue, called, report, budget, misnamed }.workflow(&root)
}

impl Decoder<'_> {
    fn workflow(&mut self, root: &Node) -> Option<Workflow> {
        let fields = self.fields(root, "a workflow", KEYS)?;
        let name = fields.get("name").and_then(|node| self.words(node)).unwrap_or_else(|| file_stem(self.source));
        let description = fields.get("description").and_then(|node| self.words(node));
        let inputs = self.each(fields.get("inputs"), "a map of inputs", Self::input);
        let secrets = self.each(fields.get("secrets"), "a map of secrets", Self::secret);
        let steps = fields.required(self, "steps", "a workflow", fields.span);
        let mut steps: Vec<Step> = self.each(steps, "a map of steps", Self::step);
        if let Some(entry) =
            fields.entry("steps").filter(|entry| matches!(&entry.value.kind, Kind::Map(all) if all.is_empty()))
        {
            self.error("E0106", entry.key_span, "a workflow needs at least one step");
        }
        let defaults = fields.get("defaults").map(|node| self.defaults(node)).unwrap_or_default();
        self.apply(&defaults, &mut steps);
        let outputs = self.each(fields.get("outputs"), "a map of outputs", Self::output);
        Some(Workflow {
            source: self.source.clone(),
            name,
            description,
            inputs,
            secrets,
            steps,
            outputs,
            limits: self.limits(&fields),
            default_headers: defaults.headers,
            teardown_on_failure: fields.get("on-failure").is_some_and(|node| self.is_teardown(node)),
        })
    }

    /// Reads each entry of a map that may be absent.
    pub fn each<T>(&mut self, node: Option<&Node>, wanted: &str, read: fn(&mut Self, &Entry) -> Option<T>) -> Vec<T> {
        let Some(node) = node else { return Vec::new() };
        let entries = self.entries(node, wanted);
        entries.iter().filter_map(|entry| read(self, entry)).collect()
    }
}

/// A workflow without a name is called as its file is.
fn file_stem(source: &Source) -> String {
    let file = source.path.rsplit(['/', '\\']).next().unwrap_or(&source.path);
    file.trim_end_matches(".yml").trim_end_matches(".yaml").to_owned()
}
