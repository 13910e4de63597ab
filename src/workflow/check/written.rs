//! A secret does not stand in the file, which many read and which is kept for good.

use std::collections::HashSet;

use serde_json::Value;
use url::Url;

use super::Names;
use crate::diagnostic::{Diagnostic, Span};
use crate::expr::Template;
use crate::workflow::{ActionSpec, Report};

/// Headers that let somebody in.
const HEADERS: [&str; 5] = ["authorization", "proxy-authorization", "cookie", "x-api-key", "api-key"];

/// Stands for an expression, in a part of a URL that may hold it.
const UNKNOWN: &str = "onramp-expression";

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    let mut said = HashSet::new();
    let mut warn = |span: Span, what: &str, name: &str| {
        if said.insert(span) {
            report.warn(|| in_file(span, what, name));
        }
    };
    for used in names.uses() {
        let Some(action) = used.action else { continue };
        for (name, value) in used.with {
            let text = &names.workflow.source.text;
            found(action, &name.value, value, text).iter().for_each(|(span, what, name)| warn(*span, what, name));
        }
    }
    for (name, value) in names.workflow.steps.iter().flat_map(|step| &step.secrets) {
        if is_text(value) {
            warn(value.span, &format!("the secret `{}`", name.value.escape_debug()), "NAME");
        }
    }
}

/// What is secret stands there; `name` is how it could be called.
pub(in crate::workflow) fn in_file(span: Span, what: &str, name: &str) -> Diagnostic {
    let help = format!("declare it under `secrets` with `env`, and write `${{{{ secrets.{name} }}}}` here");
    Diagnostic::warning("W0109", span, format!("{what} stands in the file")).help(help).concealed(true)
}

/// The secrets in one parameter: where, what, and how they could be called.
fn found(action: &ActionSpec, name: &str, value: &Template, source: &str) -> Vec<(Span, String, String)> {
    let Some(parameter) = action.parameter(name) else { return Vec::new() };
    let of_action = format!("`{name}` of `{}`", action.name);
    if parameter.secret && is_text(value) {
        return vec![(value.span, format!("{of_action} is secret, and"), name.to_owned())];
    }
    if parameter.destination && has_password(value) {
        return vec![(value.span, format!("the password in {of_action}"), name.to_owned())];
    }
    if name != "headers" {
        return Vec::new();
    }
    let literal = value.as_literal().and_then(Value::as_object).into_iter().flatten();
    let literal =
        literal.filter(|(_, field)| !is_empty(field)).map(|(name, field)| (name, place(source, value.span, field)));
    let open = value.fields().unwrap_or_default().iter();
    let open = open.filter(|(_, field)| is_text(field)).map(|(name, field)| (name, field.span));
    let secret = literal.chain(open).filter(|(name, _)| HEADERS.contains(&name.to_ascii_lowercase().as_str()));
    secret.map(|(name, span)| (span, format!("the header `{name}` lets somebody in, and"), "NAME".to_owned())).collect()
}

/// Where a field of a map stands that has no expressions, and of which only the place is known.
fn place(source: &str, map: Span, field: &Value) -> Span {
    let found = field.as_str().and_then(|text| Some((source.get(map.start..)?.find(text)?, text.len())));
    found.map_or(map, |(at, length)| Span::new(map.start + at, map.start + at + length))
}

fn is_text(value: &Template) -> bool {
    value.as_literal().is_some_and(|literal| !is_empty(literal))
}

/// It is no secret, whatever it stands for.
pub(in crate::workflow) fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(str::is_empty)
}

/// Whether a password is written out in a URL, whatever its expressions are.
fn has_password(value: &Template) -> bool {
    let url = value.outline(UNKNOWN).and_then(|text| Url::parse(&text).ok());
    url.as_ref().and_then(Url::password).is_some_and(|password| !password.is_empty() && password != UNKNOWN)
}
