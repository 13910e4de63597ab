//! An `http` request has one body.

use super::Names;
use crate::diagnostic::Diagnostic;
use crate::workflow::Report;

const BODIES: [&str; 3] = ["json", "form", "body"];

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    for used in names.uses().filter(|used| used.uses.value == "http") {
        let mut bodies = used.with.iter().map(|(name, _)| name).filter(|name| BODIES.contains(&name.value.as_str()));
        let Some(first) = bodies.next() else { continue };
        for other in bodies {
            report.add(|| {
                let message = format!("a request has one body, and `{}` is already given", first.value);
                Diagnostic::error("E0114", other.span, message).help("keep one of json, form, body")
            });
        }
    }
}
