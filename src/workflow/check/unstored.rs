//! What is never stored comes from `secrets` itself, and goes nowhere else: the run does not have its value.

use std::collections::HashSet;

use super::Names;
use super::names::Use;
use crate::diagnostic::{Diagnostic, Span};
use crate::expr::{Granted, Reference, Template};
use crate::id::Name;
use crate::workflow::{Parameter, Report};

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    let mut unstored: HashSet<Name> = HashSet::new();
    let mut meant: HashSet<Span> = HashSet::new();
    for used in names.uses() {
        for (parameter, value) in parameters(&used) {
            match secret(value).filter(|_| is_own(names, &used)) {
                Some(name) => {
                    meant.extend(value.references().map(|(_, span)| *span));
                    unstored.insert(name);
                }
                None => report.add(|| source(parameter, &used, value, is_own(names, &used))),
            }
        }
    }
    if !unstored.is_empty() {
        elsewhere(names, &unstored, &meant, report);
    }
    calls(names, report);
}

fn parameters<'u>(used: &'u Use<'_>) -> impl Iterator<Item = (&'u Parameter, &'u Template)> {
    let given = used.with.iter().filter_map(|(name, value)| Some((used.action?.parameter(&name.value)?, value)));
    given.filter(|(parameter, _)| parameter.unstored)
}

/// What takes a step back, helps it or looks for it runs at times when nobody gives the secret.
fn is_own(names: &Names<'_>, used: &Use<'_>) -> bool {
    std::ptr::eq(used.with, names.workflow.steps[used.step].with.as_slice())
}

/// The secret that a value is, if it is one and nothing else.
pub(crate) fn secret(value: &Template) -> Option<Name> {
    match value.granted().as_slice() {
        [Granted { reference: Reference::Secret(name), alone: true, nested: false, .. }] => Some(name.clone()),
        _ => None,
    }
}

fn source(parameter: &Parameter, used: &Use<'_>, value: &Template, own: bool) -> Diagnostic {
    let name = parameter.name;
    let message = format!("`{name}` of `{}` is never stored, and must be a secret itself", used.uses.value);
    let help = match own {
        true => format!("declare it under `secrets`, and write `{name}: ${{{{ secrets.{name} }}}}`"),
        false => "only a step of its own can use it".to_owned(),
    };
    Diagnostic::error("E0142", value.span, message).help(help)
}

fn elsewhere(names: &Names<'_>, unstored: &HashSet<Name>, meant: &HashSet<Span>, report: &mut Report) {
    for (reference, span) in names.workflow.templates().flat_map(Template::references) {
        let Reference::Secret(name) = reference else { continue };
        if unstored.contains(name) && !meant.contains(span) {
            report.add(|| {
                let message = format!("`secrets.{name}` is never stored, and has no value here");
                let help = "a step that needs it is given it as it is; for anything else declare a secret of its own";
                Diagnostic::error("E0142", *span, message).help(help)
            });
        }
    }
}

/// A call records what it is given.
fn calls(names: &Names<'_>, report: &mut Report) {
    for (step, file) in names.workflow.steps.iter().zip(&names.calls) {
        let inside = file.iter().flat_map(|file| &file.steps);
        let unstored = |uses: &str| {
            let spec = names.catalogue.get(uses);
            spec.is_some_and(|spec| spec.parameters.iter().any(|parameter| parameter.unstored))
        };
        if let Some(inside) = inside.into_iter().find(|inside| unstored(&inside.uses.value)) {
            report.add(|| {
                let message = format!(
                    "`{}` cannot be called: its step `{}` is given what is never stored",
                    step.uses.value, inside.id
                );
                let help = format!("let `{}` stand in the file that is run", inside.uses.value);
                Diagnostic::error("E0142", step.uses.span, message).help(help)
            });
        }
    }
}
