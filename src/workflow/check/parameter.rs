//! `with` holds the parameters that the action takes, and all that it needs.

use serde_json::Value;

use super::Names;
use super::names::Use;
use crate::diagnostic::{Diagnostic, nearest};
use crate::expr::Template;
use crate::workflow::{ActionSpec, Report};

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    for used in names.uses() {
        let Some(action) = used.action else { continue };
        unknown(&used, action, report);
        missing(&used, action, report);
        excluded(&used, action, report);
        alone(&used, action, report);
    }
}

fn unknown(used: &Use<'_>, action: &ActionSpec, report: &mut Report) {
    for (name, _) in used.with.iter().filter(|(name, _)| action.parameter(&name.value).is_none()) {
        report.add(|| {
            let message = format!("`{}` takes no parameter `{}`", action.name, name.value);
            let near = nearest(&name.value, action.parameters.iter().map(|parameter| parameter.name));
            let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
            Diagnostic::error("E0111", name.span, message)
                .label("unknown parameter")
                .help(format!("{near}{}", all(action)))
        });
    }
}

fn missing(used: &Use<'_>, action: &ActionSpec, report: &mut Report) {
    for parameter in action.parameters.iter().filter(|parameter| parameter.required) {
        if !used.with.iter().any(|(name, _)| name.value == parameter.name) {
            report.add(|| {
                let message = format!("`{}` needs the parameter `{}`", action.name, parameter.name);
                let help = format!("add `{}` to `{}`: {}", parameter.name, used.key, parameter.doc);
                Diagnostic::error("E0112", used.at, message).help(help)
            });
        }
    }
}

/// What another parameter rules out.
fn excluded(used: &Use<'_>, action: &ActionSpec, report: &mut Report) {
    for (name, value) in used.with {
        let Some((other, ruling)) = action.parameter(&name.value).and_then(|parameter| parameter.not_with) else {
            continue;
        };
        let rules = |value: &Template| match ruling {
            Some(ruling) => value.as_literal().and_then(Value::as_str) == Some(ruling),
            None => is_given(value),
        };
        if is_given(value) && used.with.iter().any(|(name, value)| name.value == other && rules(value)) {
            report.add(|| {
                let ruling = ruling.map_or_else(|| "given".to_owned(), |ruling| format!("`{ruling}`"));
                let message = format!("`{}` takes no `{}` where `{other}` is {ruling}", action.name, name.value);
                Diagnostic::error("E0117", name.span, message).help("leave out one of the two")
            });
        }
    }
}

/// What another parameter should stand beside.
fn alone(used: &Use<'_>, action: &ActionSpec, report: &mut Report) {
    for (name, _) in used.with.iter().filter(|(_, value)| is_given(value)) {
        let needs = action.parameter(&name.value).and_then(|parameter| parameter.needs);
        let Some((other, exception)) = needs else { continue };
        if !used.with.iter().any(|(name, value)| name.value == other && is_given(value)) {
            report.warn(|| {
                let message = format!("`{}` needs `{other}` beside `{}`, unless {exception}", action.name, name.value);
                let doc = action.parameter(other).map(|other| other.doc).unwrap_or_default();
                Diagnostic::warning("W0110", name.span, message).help(format!("add `{other}` to `{}`: {doc}", used.key))
            });
        }
    }
}

/// Null stands for nothing; what an expression gives is not known here.
fn is_given(value: &Template) -> bool {
    value.as_literal().is_none_or(|literal| !literal.is_null())
}

fn all(action: &ActionSpec) -> String {
    if action.parameters.is_empty() {
        return format!("`{}` takes none", action.name);
    }
    let names: Vec<&str> = action.parameters.iter().map(|parameter| parameter.name).collect();
    format!("`{}` takes {}", action.name, names.join(", "))
}
