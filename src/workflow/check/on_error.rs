//! `on-error` names errors that the action can end with and a step that exists, and stands where there is one thing to do
//! again.

use super::Names;
use super::reference::unknown_step;
use crate::diagnostic::{Diagnostic, nearest};
use crate::workflow::Report;

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    for (step, action) in names.steps() {
        let Some(remedy) = &step.on_error else { continue };
        if step.matrix.is_some() {
            report.add(|| {
                Diagnostic::error("E0115", remedy.span, "`on-error` has no place in a step with a matrix")
                    .help("its items fail one by one; use `retry`")
            });
        }
        let from = &remedy.rerun_from;
        if names.step(from.value.as_str()).is_none() {
            report.add(|| unknown_step(names, from.value.as_str(), from.span));
        }
        let Some(action) = action else { continue };
        for code in remedy.when.iter().filter(|code| !action.errors.contains(&code.value.as_str())) {
            report.add(|| {
                let message = format!("`{}` never ends with `{}`", action.name, code.value.escape_debug());
                let help = match nearest(&code.value, action.errors.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if action.errors.is_empty() => "it has no errors of its own; use `retry`".to_owned(),
                    None => format!("it can end with {}", action.errors.join(", ")),
                };
                Diagnostic::error("E0116", code.span, message).help(help)
            });
        }
    }
}
