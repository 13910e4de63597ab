//! A reference to a step that may not have run says what holds then.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Span};
use crate::expr::{Granted, Reference, Template};
use crate::workflow::{ActionSpec, Names, Report, Spanned, Step, Type, Workflow};

pub(super) fn check(names: &Names<'_>, report: &mut Report) {
    // What stands in the `defaults` has been taken in by many steps.
    let mut checker = Checker { names, report, said: HashSet::new() };
    names.workflow.steps.iter().enumerate().for_each(|(index, step)| checker.step(index, step));
    for output in &names.workflow.outputs {
        checker.value(None, &output.value, &|granted| granted.alone);
    }
}

struct Checker<'n, 'w> {
    names: &'n Names<'w>,
    report: &'n mut Report,
    said: HashSet<Span>,
}

/// Where a null has a meaning: nothing is given.
type Absent<'a> = &'a dyn Fn(&Granted) -> bool;

impl Checker<'_, '_> {
    fn step(&mut self, index: usize, step: &Step) {
        let names = self.names;
        let at = Some(step);
        match &names.calls[index] {
            Some(file) => self.call(step, file),
            None => self.parameters(step, &step.with, names.actions[index].as_deref()),
        }
        if let Some(probe) = &step.probe {
            self.parameters(step, &probe.with, names.actions[index].as_deref());
            self.value(at, &probe.done_if, &|_| false);
        }
        if let Some(remedy) = &step.on_error {
            self.parameters(step, &remedy.with, names.remedies[index].as_deref());
        }
        let matrix = step.matrix.iter().flat_map(|matrix| &matrix.variables).map(|(_, values)| values);
        for template in step.condition.iter().chain(matrix) {
            self.value(at, template, &|_| false);
        }
        for template in step.captures.iter().filter_map(|capture| capture.from.template()) {
            self.value(at, template, &|granted| granted.alone);
        }
    }

    fn parameters(&mut self, step: &Step, with: &[(Spanned<String>, Template)], action: Option<&ActionSpec>) {
        for (name, value) in with {
            let Some(parameter) = action.and_then(|action| action.parameter(&name.value)) else { continue };
            let optional = |granted: &Granted| match granted.nested {
                true => parameter.ty == Type::Object,
                false => !parameter.required,
            };
            self.value(Some(step), value, &|granted| granted.alone && optional(granted));
        }
    }

    fn call(&mut self, step: &Step, file: &Workflow) {
        let optional_input = |name: &str| file.inputs.iter().any(|input| input.optional && input.name.as_str() == name);
        let optional_secret = |name: &str| file.secrets.iter().any(|one| one.optional && one.name.as_str() == name);
        for (name, value) in &step.with {
            self.value(Some(step), value, &|it| it.alone && !it.nested && optional_input(&name.value));
        }
        for (name, value) in &step.secrets {
            self.value(Some(step), value, &|it| it.alone && !it.nested && optional_secret(&name.value));
        }
    }

    fn value(&mut self, reader: Option<&Step>, template: &Template, absent: Absent<'_>) {
        for granted in template.granted().into_iter().filter(|granted| !absent(granted)) {
            let Reference::Output(id, _) = &granted.reference else { continue };
            let Some(index) = self.names.step(id.as_str()) else { continue };
            let (of, reference) = (&self.names.workflow.steps[index], &granted.reference);
            let is_condition = |reader: &Step| reader.condition.as_ref().is_some_and(|own| std::ptr::eq(own, template));
            let is_known = |reader: &Step| reader.id == of.id || !is_condition(reader) && asks_about(reader, of);
            let is_broken = |reader: &Step| reader.condition.as_ref().is_some_and(Template::is_broken);
            if reader.is_some_and(|reader| is_known(reader) || is_broken(reader)) {
                continue;
            }
            let Some((why, help)) = may_be_null(of, reader, reference) else { continue };
            if self.said.insert(granted.span) {
                self.report.warn(|| {
                    let message = format!("`{reference}` may be null: {why}");
                    Diagnostic::warning("W0102", granted.span, message).help(help)
                });
            }
        }
    }
}

/// Why an output of `of` may be null when `reader` (the end of the workflow, if none) asks for it, and what to do.
fn may_be_null(of: &Step, reader: Option<&Step>, reference: &Reference) -> Option<(String, String)> {
    let condition = reader.and_then(|reader| reader.condition.as_ref());
    let conditions = condition.map(Template::conjuncts).unwrap_or_default();
    let own = of.condition.as_ref().map(Template::conjuncts).unwrap_or_default();
    let mut own = own.iter().filter(|part| !["success ( )", "always ( )"].contains(&part.as_str()));
    let default = format!("write `{reference} == null ? … : …`");
    if own.any(|part| !conditions.contains(part)) {
        let help = match reader {
            Some(reader) => format!("{default}, or give `{}` the same `if`", reader.id),
            None => default,
        };
        return Some((format!("`{}` has an `if`, and is skipped where it does not hold", of.id), help));
    }
    if of.continue_on_error {
        return Some((format!("`{}` may fail, and `continue-on-error` lets that pass", of.id), default));
    }
    let reader = reader.filter(|_| {
        let asks_status = condition.is_some_and(Template::asks_status);
        asks_status && !conditions.iter().any(|part| part == "success ( )")
    })?;
    let why = format!("`{}` also runs where `{}` failed", reader.id, of.id);
    Some((why, format!("{default}, or ask for it in the `if`: `… && {reference} != null`")))
}

/// Whether a step's condition asks about `of`: the rest of the step was written with that in mind.
fn asks_about(reader: &Step, of: &Step) -> bool {
    let asked = reader.condition.iter().flat_map(Template::references);
    asked.map(|(asked, _)| asked).any(|asked| matches!(asked, Reference::Output(id, _) if *id == of.id))
}
