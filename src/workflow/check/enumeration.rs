//! A literal parameter is one of the values that the action allows.

use serde_json::Value;

use super::Names;
use crate::diagnostic::{Diagnostic, nearest};
use crate::workflow::Report;

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    for used in names.uses() {
        let Some(action) = used.action else { continue };
        for (name, value) in used.with {
            let (Some(parameter), Some(Value::String(text))) = (action.parameter(&name.value), value.as_literal())
            else {
                continue;
            };
            if parameter.one_of.is_empty() || parameter.one_of.contains(&text.as_str()) {
                continue;
            }
            report.add(|| {
                let message = format!("`{}` is not one of the values of `{}`", text.escape_debug(), name.value);
                let all = match parameter.one_of {
                    [only] => format!("write {only}, or leave it out: {}", parameter.doc),
                    all => format!("write one of {}", all.join(", ")),
                };
                let near = nearest(text, parameter.one_of.iter().copied());
                let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
                Diagnostic::error("E0113", value.span, message).help(format!("{near}{all}"))
            });
        }
    }
}
