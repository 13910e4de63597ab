//! `needs` names steps that exist, each once, and not the step itself.

use std::collections::HashSet;

use super::Names;
use super::reference::unknown_step;
use crate::diagnostic::Diagnostic;
use crate::workflow::Report;

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    for step in &names.workflow.steps {
        let mut said = HashSet::new();
        for need in &step.needs {
            if !said.insert(&need.value) {
                report.warn(|| {
                    Diagnostic::warning("W0107", need.span, format!("`{}` already waits for `{}`", step.id, need.value))
                        .help("name it once")
                });
                continue;
            }
            if need.value == step.id {
                report.add(|| Diagnostic::error("E0131", need.span, format!("`{}` cannot wait for itself", step.id)));
            } else if names.step(need.value.as_str()).is_none() {
                report.add(|| unknown_step(names, need.value.as_str(), need.span));
            }
        }
    }
}
