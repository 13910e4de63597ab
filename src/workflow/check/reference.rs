//! Every reference names something that exists and that is known where it stands.

use std::collections::HashSet;

use super::Names;
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::expr::{Reference, Template};
use crate::id::StepId;
use crate::workflow::{Report, Step};

/// So many steps are named where none is like the one that was meant.
const LISTED: usize = 12;

/// Where a template stands.
#[derive(Clone, Copy)]
struct Position<'s> {
    step: Option<&'s Step>,
    /// The matrix variables are known here.
    matrix: bool,
    /// The step has ended: its own outputs are known here.
    ended: bool,
    /// What the workflow's `defaults` refer to was checked where it stands.
    checked: &'s HashSet<Span>,
}

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    let none = HashSet::new();
    let outside = Position { step: None, matrix: false, ended: false, checked: &none };
    let defaults = || names.workflow.default_headers.iter().map(|(_, value)| value);
    defaults().for_each(|value| each(names, value, &outside, report));
    let checked: HashSet<Span> = defaults().flat_map(|value| value.references()).map(|(_, span)| *span).collect();
    for step in &names.workflow.steps {
        let item = Position { step: Some(step), matrix: true, checked: &checked, ..outside };
        let whole = Position { matrix: false, ..item };
        let undone = Position { ended: true, ..item };
        let probe =
            step.probe.iter().flat_map(|probe| probe.with.iter().map(|(_, value)| value).chain([&probe.done_if]));
        let captures = step.captures.iter().chain(step.probe.iter().flat_map(|probe| &probe.captures));
        let captures = captures.filter_map(|capture| capture.from.template());
        let with = step.with.iter().chain(&step.secrets).map(|(_, value)| value);
        with.chain(captures).chain(probe).for_each(|value| each(names, value, &item, report));
        let undo = step.undo.iter().flat_map(|undo| undo.with.iter().map(|(_, value)| value));
        undo.for_each(|value| each(names, value, &undone, report));
        let variables = step.matrix.iter().flat_map(|matrix| matrix.variables.iter().map(|(_, value)| value));
        let remedy = step.on_error.iter().flat_map(|remedy| remedy.with.iter().map(|(_, value)| value));
        step.condition.iter().chain(variables).chain(remedy).for_each(|value| each(names, value, &whole, report));
    }
    names.workflow.outputs.iter().for_each(|output| each(names, &output.value, &outside, report));
}

fn each(names: &Names<'_>, template: &Template, position: &Position<'_>, report: &mut Report) {
    for (reference, span) in template.references() {
        let own = |step: &StepId| position.step.is_some_and(|own| own.id == *step);
        if position.checked.contains(span) && !matches!(reference, Reference::Output(step, _) if own(step)) {
            continue;
        }
        if let Some(problem) = problem(names, reference, *span, position) {
            report.add(problem);
        }
    }
}

type Problem<'p> = Box<dyn FnOnce() -> Diagnostic + 'p>;

fn problem<'p>(names: &'p Names<'_>, reference: &'p Reference, span: Span, at: &Position<'p>) -> Option<Problem<'p>> {
    match reference {
        Reference::Input(name) if !names.inputs.contains(name.as_str()) => Some(Box::new(move || {
            unknown("E0123", "input", name.as_str(), span, names.inputs.iter().copied(), "declare it under `inputs`")
        })),
        Reference::Secret(name) if !names.secrets.contains(name.as_str()) => Some(Box::new(move || {
            unknown("E0124", "secret", name.as_str(), span, names.secrets.iter().copied(), "declare it under `secrets`")
        })),
        Reference::Matrix(name) => matrix(name.as_str(), span, at),
        Reference::Output(step, name) => match names.step(step.as_str()) {
            // That there are no steps at all was said.
            None if names.workflow.steps.is_empty() => None,
            None => Some(Box::new(move || unknown_step(names, step.as_str(), span))),
            Some(_) if !at.ended && at.step.is_some_and(|own| own.id == *step) => {
                let by_default = at.checked.contains(&span);
                Some(Box::new(move || itself(step.as_str(), span, by_default)))
            }
            Some(index) => output(names, index, name.as_str(), span),
        },
        Reference::Input(_)
        | Reference::Secret(_)
        | Reference::Response(_)
        | Reference::RunId
        | Reference::Index
        | Reference::Row(_) => None,
    }
}

fn itself(step: &str, span: Span, by_default: bool) -> Diagnostic {
    let help = match by_default {
        true => format!("`defaults` hold for `{step}` too: give it a header of its own of that name, or a null"),
        false => "a step's outputs are known once it has ended".to_owned(),
    };
    Diagnostic::error("E0131", span, format!("`{step}` cannot refer to itself")).help(help)
}

fn matrix<'p>(name: &'p str, span: Span, at: &Position<'p>) -> Option<Problem<'p>> {
    let variables = at.step.filter(|_| at.matrix).and_then(|step| step.matrix.as_ref()).map(|matrix| &matrix.variables);
    match variables {
        None => Some(Box::new(move || {
            Diagnostic::error("E0126", span, format!("`matrix.{name}` is not known here"))
                .help("a matrix variable is known in `with`, `outputs`, `probe` and `undo` of the step that has the `strategy`")
        })),
        Some(variables) if variables.iter().any(|(variable, _)| variable.as_str() == name) => None,
        Some(variables) => Some(Box::new(move || {
            let known = variables.iter().map(|(variable, _)| variable.as_str());
            unknown("E0126", "matrix variable", name, span, known, "add it to `strategy.matrix`")
        })),
    }
}

fn output<'p>(names: &'p Names<'_>, index: usize, name: &'p str, span: Span) -> Option<Problem<'p>> {
    let step = &names.workflow.steps[index];
    let (action, call) = (names.actions[index].as_deref(), names.calls[index].as_deref());
    if names.has_output(index, name) || (action.is_none() && call.is_none()) {
        return None;
    }
    let captured = step.captures.iter().map(|capture| capture.name.as_str());
    let own = action.into_iter().flat_map(|action| action.outputs.iter().map(|output| output.name));
    let handed_out = call.into_iter().flat_map(|file| file.outputs.iter().map(|output| output.name.as_str()));
    let known = own.chain(handed_out).chain(captured);
    Some(Box::new(move || {
        let all: Vec<&str> = known.clone().collect();
        let all = if all.is_empty() { "it has none".to_owned() } else { format!("it has {}", all.join(", ")) };
        let near = nearest(name, known).map_or_else(String::new, |near| format!("did you mean `{near}`? "));
        Diagnostic::error("E0103", span, format!("the step `{}` has no output `{name}`", step.id))
            .help(format!("{near}{all}"))
    }))
}

pub(super) fn unknown_step(names: &Names<'_>, id: &str, span: Span) -> Diagnostic {
    let mut all: Vec<&str> = names.step_ids().take(LISTED + 1).collect();
    if all.len() > LISTED {
        all[LISTED] = "…";
    }
    unknown("E0125", "step", id, span, names.step_ids(), &format!("these exist: {}", all.join(", ")))
}

fn unknown<'n>(
    code: &'static str,
    what: &str,
    name: &str,
    span: Span,
    known: impl Iterator<Item = &'n str>,
    otherwise: &str,
) -> Diagnostic {
    let help = nearest(name, known).map_or_else(|| otherwise.to_owned(), |near| format!("did you mean `{near}`?"));
    Diagnostic::error(code, span, format!("unknown {what} `{name}`")).help(help)
}
