//! `uses`, also of an `undo`, and `on-error.run` name an action that exists.

use super::Names;
use crate::diagnostic::{Diagnostic, nearest};
use crate::workflow::Report;

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    for used in names.uses().filter(|used| used.action.is_none() && !used.is_call() && !used.uses.value.is_empty()) {
        report.add(|| {
            let name = &used.uses.value;
            let found = Diagnostic::error("E0110", used.uses.span, format!("unknown action `{name}`"));
            match nearest(name, names.catalogue.names()) {
                Some(near) => found.help(format!("did you mean `{near}`?")),
                None => {
                    let all: Vec<&str> = names.catalogue.names().collect();
                    found.help(format!("these exist: {}", all.join(", ")))
                }
            }
        });
    }
}
