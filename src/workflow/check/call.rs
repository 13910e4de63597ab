//! A call gives a file the inputs and secrets that it declares, and all that it needs.

use std::collections::{HashMap, HashSet};

use super::Names;
use crate::diagnostic::{Diagnostic, nearest};
use crate::expr::Template;
use crate::workflow::budget::Effort;
use crate::workflow::{Input, Report, Spanned, Step, Workflow};

/// One of the two maps that a call fills.
struct Gift<'w> {
    key: &'static str,
    what: &'static str,
    given: &'w [(Spanned<String>, Template)],
    declared: Vec<&'w str>,
    /// With their descriptions.
    needed: Vec<(&'w str, Option<&'w str>)>,
}

pub(super) fn check(names: &Names<'_>, effort: &mut Effort, report: &mut Report) {
    for (step, called) in names.workflow.steps.iter().zip(&names.calls) {
        let Some(called) = called else { continue };
        for gift in gifts(step, called) {
            unknown(&gift, step, report);
            missing(&gift, step, report);
        }
        rules(step, called, effort, report);
    }
}

fn gifts<'w>(step: &'w Step, called: &'w Workflow) -> [Gift<'w>; 2] {
    let needs_input = called.inputs.iter().filter(|input| !input.optional && input.default.is_none());
    let needs_secret = called.secrets.iter().filter(|secret| !secret.optional);
    [
        Gift {
            key: "with",
            what: "input",
            given: &step.with,
            declared: called.inputs.iter().map(|input| input.name.as_str()).collect(),
            needed: needs_input.map(|input| (input.name.as_str(), input.description.as_deref())).collect(),
        },
        Gift {
            key: "secrets",
            what: "secret",
            given: &step.secrets,
            declared: called.secrets.iter().map(|secret| secret.name.as_str()).collect(),
            needed: needs_secret.map(|secret| (secret.name.as_str(), secret.description.as_deref())).collect(),
        },
    ]
}

fn unknown(gift: &Gift<'_>, step: &Step, report: &mut Report) {
    let declared: HashSet<&str> = gift.declared.iter().copied().collect();
    for (name, _) in gift.given.iter().filter(|(name, _)| !declared.contains(name.value.as_str())) {
        report.add(|| {
            let message = format!("`{}` takes no {} `{}`", step.uses.value, gift.what, name.value.escape_debug());
            let near = nearest(&name.value, gift.declared.iter().copied());
            let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
            let all = if gift.declared.is_empty() { "none".to_owned() } else { gift.declared.join(", ") };
            Diagnostic::error("E0111", name.span, message).help(format!("{near}it takes {all}"))
        });
    }
}

fn missing(gift: &Gift<'_>, step: &Step, report: &mut Report) {
    let given: HashSet<&str> = gift.given.iter().map(|(name, _)| name.value.as_str()).collect();
    for (name, description) in &gift.needed {
        if !given.contains(name) {
            report.add(|| {
                let message = format!("`{}` needs the {} `{name}`", step.uses.value, gift.what);
                let about = description.map_or_else(String::new, |text| format!(": {text}"));
                let help = format!("add `{name}` to `{}`{about}", gift.key);
                Diagnostic::error("E0112", step.uses.span, message).help(help)
            });
        }
    }
}

/// A value that stands in the file is held against the input's rules now. Its type was asked for when it was read.
fn rules(step: &Step, called: &Workflow, effort: &mut Effort, report: &mut Report) {
    let inputs: HashMap<&str, &Input> = called.inputs.iter().map(|input| (input.name.as_str(), input)).collect();
    for (name, value) in &step.with {
        if let (Some(input), Some(literal)) = (inputs.get(name.value.as_str()), value.as_literal())
            && let Some((code, why)) = effort.fault(&input.rules, literal)
        {
            report.add(|| Diagnostic::error(code, value.span, why));
        }
    }
}
