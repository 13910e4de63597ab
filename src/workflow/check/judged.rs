//! A value that is written out is one that the action takes.

use serde_json::Value;

use super::Names;
use crate::diagnostic::{Diagnostic, Span};
use crate::expr::Template;
use crate::workflow::judges::Refusal;
use crate::workflow::{ActionSpec, Cents, Parameter, Report};

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    for used in names.uses() {
        let Some(action) = used.action else { continue };
        for (name, value) in used.with {
            let Some(parameter) = action.parameter(&name.value) else { continue };
            for (span, refusal) in refused(parameter, value).into_iter().chain(no_amount(action, parameter, value)) {
                report.add(|| {
                    let message = format!("`{}` of `{}`: {}", parameter.name, action.name, refusal.why);
                    let found = Diagnostic::error("E0117", span, message);
                    Diagnostic { help: refusal.help, ..found.concealed(parameter.secret) }
                });
            }
        }
    }
}

/// Money that may be spent is known to the cent.
fn no_amount(action: &ActionSpec, parameter: &Parameter, value: &Template) -> Option<(Span, Refusal)> {
    action.reach.spends?.money.filter(|bound| bound.parameter() == Some(parameter.name))?;
    let literal = value.as_literal().filter(|literal| !literal.is_null() && Cents::of(literal).is_none())?;
    let refusal = Refusal::new(format!("{literal} is no amount"))
        .help("write US dollars with at most two decimals, as 20 or 19.99");
    Some((value.span, refusal))
}

fn refused(parameter: &Parameter, value: &Template) -> Vec<(Span, Refusal)> {
    let literal = value.as_literal();
    // What is out of bounds has been said.
    let is_other_fault = |literal: &Value| parameter.bounds.is_some_and(|bounds| !bounds.hold(literal));
    if literal.is_some_and(|literal| literal.is_null() && !parameter.required || is_other_fault(literal)) {
        return Vec::new();
    }
    let judges = parameter.judges;
    let whole = literal.zip(judges.value).and_then(|(literal, judge)| judge(literal).err());
    let of_field = |(name, value, span): (&str, Option<&Value>, Span)| Some((span, judges.field?(name, value).err()?));
    let fields = literal.and_then(Value::as_object).into_iter().flatten();
    let fields = fields.map(|(name, field)| (name.as_str(), Some(field), value.span));
    let open = value.fields().unwrap_or_default().iter();
    let open = open.map(|(name, field)| (name.as_str(), field.as_literal(), field.span));
    whole.map(|refusal| (value.span, refusal)).into_iter().chain(fields.chain(open).filter_map(of_field)).collect()
}
