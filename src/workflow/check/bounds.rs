//! A literal parameter is within the bounds that the action knows.

use super::Names;
use crate::diagnostic::Diagnostic;
use crate::workflow::Report;

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    for used in names.uses() {
        let Some(action) = used.action else { continue };
        for (name, value) in used.with {
            let parameter = action.parameter(&name.value);
            let is_secret = parameter.is_some_and(|parameter| parameter.secret);
            let bounds = parameter.and_then(|parameter| parameter.bounds);
            let (Some(bounds), Some(literal)) = (bounds, value.as_literal()) else { continue };
            if bounds.hold(literal) {
                continue;
            }
            report.add(|| {
                // The place shows the value, which may be long, or hold a password.
                let message = format!("this cannot be `{}` of `{}`", name.value, action.name);
                let found = Diagnostic::error("E0117", value.span, message);
                found.help(format!("`{}` must be {bounds}", name.value)).concealed(is_secret)
            });
        }
    }
}
