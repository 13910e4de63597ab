//! What is declared is used.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Span};
use crate::expr::{Reference, Template};
use crate::workflow::{Names, Report};

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    // An expression that could not be read refers to nothing.
    if report.has_errors() {
        return;
    }
    let workflow = names.workflow;
    let used: HashSet<&Reference> = workflow.templates().flat_map(Template::references).map(|(used, _)| used).collect();
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
