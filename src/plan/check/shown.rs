//! No secret stands where it is shown, and none where others see it.

use crate::diagnostic::{Diagnostic, Span};
use crate::plan::secrecy::Secrecy;
use crate::workflow::{Audience, Names, Parameter, Report};

pub(super) fn check(names: &Names<'_>, secrecy: &Secrecy<'_>, report: &mut Report) {
    for used in names.uses() {
        let Some(action) = used.action else { continue };
        let step = Some(&names.workflow.steps[used.step]);
        for (name, value) in used.with {
            let Some(parameter) = action.parameter(&name.value) else { continue };
            // A URL may be secret as a whole, as that of a webhook: it begins with what the user gave.
            let all = value.references().filter(|_| !parameter.destination);
            let references = all.chain(value.references_inside().filter(|_| parameter.destination));
            for (reference, span) in references.filter(|(reference, _)| secrecy.is_secret_reference(reference, step)) {
                let place = format!("`{reference}` is secret, and `{}` of `{}` is", parameter.name, action.name);
                found(parameter, &place, report, *span);
            }
        }
    }
}

fn found(parameter: &Parameter, place: &str, report: &mut Report, span: Span) {
    match parameter.audience {
        Audience::Nobody => {}
        Audience::Shown(when) => report
            .add(|| Diagnostic::error("E0141", span, format!("{place} shown: {when}")).help("leave the secret out")),
        Audience::Others { who, instead } => {
            report.warn(|| Diagnostic::warning("W0103", span, format!("{place} no place for it: {who}")).help(instead));
        }
    }
}
