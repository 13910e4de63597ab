//! A `probe` brings the outputs of its step, and changes nothing.

use std::collections::HashSet;

use serde_json::Value;

use super::Names;
use crate::diagnostic::{Diagnostic, nearest};
use crate::workflow::{Capture, Probe, Report, Step};

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    for (step, action) in names.steps() {
        let Some(probe) = step.probe.as_ref().filter(|_| action.is_some_and(|action| action.captures)) else {
            continue;
        };
        outputs(step, probe, report);
        method(probe, report);
    }
}

fn outputs(step: &Step, probe: &Probe, report: &mut Report) {
    let names = |captures: &'_ [Capture]| captures.iter().map(|capture| capture.name.clone()).collect::<HashSet<_>>();
    let (brought, captured) = (names(&probe.captures), names(&step.captures));
    for wanted in step.captures.iter().filter(|wanted| !brought.contains(&wanted.name)) {
        report.add(|| {
            let message = format!("`probe` does not bring the output `{}` of `{}`", wanted.name, step.id);
            let help = format!(
                "add `outputs: {{ {}: … }}` to it: what follows goes on with what the look found; `null` if it shows nothing",
                wanted.name
            );
            Diagnostic::error("E0136", probe.span, message).help(help)
        });
    }
    for other in probe.captures.iter().filter(|found| !captured.contains(&found.name)) {
        report.add(|| {
            let message = format!("`{}` is no output that `{}` captures", other.name, step.id);
            let help = match nearest(other.name.as_str(), step.captures.iter().map(|capture| capture.name.as_str())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "a probe brings the step's own `outputs` and no others".to_owned(),
            };
            Diagnostic::error("E0136", other.span, message).help(help)
        });
    }
}

fn method(probe: &Probe, report: &mut Report) {
    let method = probe.with.iter().find(|(name, _)| name.value == "method");
    let Some((_, template)) = method else { return };
    if let Some(Value::String(method)) = template.as_literal()
        && ["PUT", "PATCH", "DELETE"].contains(&method.as_str())
    {
        report.add(|| {
            Diagnostic::error("E0134", template.span, format!("a look changes nothing, and {method} does"))
                .help("look with GET, HEAD or a POST that only asks")
        });
    }
}
