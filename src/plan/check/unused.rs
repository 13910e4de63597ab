//! What is declared is used.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Span};
use crate::expr::{Reference, Template};
use crate::plan::graph::templates;
use crate::workflow::{Names, Report, Workflow};

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    // An expression that could not be read refers to nothing.
    if report.has_errors() {
        return;
    }
    let workflow = names.workflow;
    let used: HashSet<&Reference> = all(workflow).flat_map(Template::references).map(|(used, _)| used).collect();
    let mut warn = |what: &str, root: &str, name: &str, span: Span| {
        report.warn(|| {
            Diagnostic::warning("W0106", span, format!("the {what} `{name}` is never used"))
                .help(format!("refer to it as `{root}.{name}`, or drop it"))
        });
    };
    for input in workflow.inputs.iter().filter(|input| !used.contains(&Reference::Input(input.name.clone()))) {
        warn("input", "inputs", input.name.as_str(), input.span);
    }
    for secret in workflow.secrets.iter().filter(|secret| !used.contains(&Reference::Secret(secret.name.clone()))) {
        warn("secret", "secrets", secret.name.as_str(), secret.span);
    }
}

fn all(workflow: &Workflow) -> impl Iterator<Item = &Template> {
    let undos = workflow.steps.iter().flat_map(|step| &step.undo).flat_map(|undo| &undo.with);
    let headers = workflow.default_headers.iter().map(|(_, value)| value);
    let outputs = workflow.outputs.iter().map(|output| &output.value);
    workflow.steps.iter().flat_map(templates).chain(undos.map(|(_, value)| value)).chain(headers).chain(outputs)
}
