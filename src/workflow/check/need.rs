//! `needs` names steps that exist, and not the step itself.

use super::Names;
use super::reference::unknown_step;
use crate::diagnostic::Diagnostic;
use crate::workflow::Report;

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    for step in &names.workflow.steps {
        for need in &step.needs {
            if need.value == step.id {
                report.add(|| Diagnostic::error("E0131", need.span, format!("`{}` cannot wait for itself", step.id)));
            } else if names.step(need.value.as_str()).is_none() {
                report.add(|| unknown_step(names, need.value.as_str(), need.span));
            }
        }
    }
}
