//! Operands are of types that their operators take, and values of those that their places want, as far as types are known
//! before the run.

use std::collections::{HashMap, HashSet};

use super::Names;
use super::known::{Known, Position, captures};
use crate::diagnostic::{Diagnostic, Span};
use crate::expr::{Template, ValueType};
use crate::workflow::{ActionSpec, Bounds, Input, Report, SecretInput, Spanned, Step, Type, Workflow};

/// What a place wants.
struct Wanted {
    types: Vec<ValueType>,
    words: String,
    null: bool,
}

/// Checks everything, and returns the types of the workflow's outputs.
pub(super) fn check(names: &Names<'_>, order: &[usize], report: &mut Report) -> Vec<ValueType> {
    let mut checker = Checker { known: Known::new(names, order), report, reported: HashSet::new() };
    // Requests have taken these in, and what is wrong with them is said where they stand.
    for (_, value) in &names.workflow.default_headers {
        let (_, faults) = checker.infer(value, Position::default());
        checker.reported.extend(faults);
    }
    for (index, step) in names.workflow.steps.iter().enumerate() {
        checker.step(index, step);
    }
    names.workflow.outputs.iter().map(|output| checker.infer(&output.value, Position::default()).0).collect()
}

struct Checker<'n, 'w> {
    known: Known<'n, 'w>,
    report: &'n mut Report,
    /// Faults of the `defaults`.
    reported: HashSet<Span>,
}

impl Checker<'_, '_> {
    fn step(&mut self, index: usize, step: &Step) {
        let names = self.known.names;
        let at = Position { step: Some(index), ended: false };
        let boolean = || Wanted::of(&Type::Boolean, false);
        if let Some(condition) = &step.condition {
            self.value(condition, at, Some(boolean()));
        }
        for (_, values) in step.matrix.iter().flat_map(|matrix| &matrix.variables) {
            let types = vec![ValueType::list(ValueType::Any), ValueType::Object];
            self.value(values, at, Some(Wanted { types, words: "a list or an object".to_owned(), null: false }));
        }
        match &names.calls[index] {
            Some(file) => self.call(step, file, at),
            None => self.parameters(&step.with, names.actions[index].as_deref(), at),
        }
        if let Some(probe) = &step.probe {
            self.parameters(&probe.with, names.actions[index].as_deref(), at);
            self.value(&probe.done_if, at, Some(boolean()));
        }
        for capture in captures(step) {
            capture.from.template().into_iter().for_each(|template| self.value(template, at, None));
        }
        if let Some(undo) = &step.undo {
            self.parameters(&undo.with, names.undos[index].as_deref(), Position { ended: true, ..at });
        }
        if let Some(remedy) = &step.on_error {
            self.parameters(&remedy.with, names.remedies[index].as_deref(), at);
        }
    }

    fn parameters(&mut self, with: &[(Spanned<String>, Template)], action: Option<&ActionSpec>, at: Position) {
        for (name, value) in with {
            let parameter = action.and_then(|action| action.parameter(&name.value));
            let fields = value.fields().filter(|_| parameter.is_some_and(|one| one.bounds == Some(Bounds::Fields)));
            if let Some(fields) = fields {
                fields.iter().for_each(|(_, field)| self.field(field, at));
                continue;
            }
            self.value(value, at, parameter.map(|parameter| Wanted::of(&parameter.ty, !parameter.required)));
        }
    }

    /// Of an object whose fields become text.
    fn field(&mut self, value: &Template, at: Position) {
        let wanted = Wanted::scalar();
        match value.as_literal().map(ValueType::of).filter(|found| !wanted.takes(found)) {
            Some(found) => self.report.add(|| wanted.refuse(&found, value.span)),
            None => self.value(value, at, Some(wanted)),
        }
    }

    fn call(&mut self, step: &Step, file: &Workflow, at: Position) {
        let inputs: HashMap<&str, &Input> = file.inputs.iter().map(|input| (input.name.as_str(), input)).collect();
        for (name, value) in &step.with {
            self.value(value, at, inputs.get(name.value.as_str()).map(|input| Wanted::of(&input.ty, input.optional)));
        }
        let secrets: HashMap<&str, &SecretInput> =
            file.secrets.iter().map(|secret| (secret.name.as_str(), secret)).collect();
        for (name, value) in &step.secrets {
            self.value(
                value,
                at,
                secrets.get(name.value.as_str()).map(|secret| Wanted::of(&Type::String, secret.optional)),
            );
        }
    }

    /// Checks an expression, or what holds some. What is written as a value was checked when it was read.
    fn value(&mut self, template: &Template, at: Position, wanted: Option<Wanted>) {
        if template.as_literal().is_some() {
            return;
        }
        if let (Some([ValueType::List(wanted)]), Some(items)) =
            (wanted.as_ref().map(|wanted| wanted.types.as_slice()), template.items())
        {
            items.iter().for_each(|item| self.value(item, at, Some(Wanted::item((**wanted).clone()))));
            return;
        }
        let (found, faults) = self.infer(template, at);
        if let Some(wanted) = wanted.filter(|wanted| faults.is_empty() && !wanted.takes(&found)) {
            self.report.add(|| wanted.refuse(&found, template.span));
        }
    }

    /// The type of a value, and where faults were found in it.
    fn infer(&mut self, template: &Template, at: Position) -> (ValueType, Vec<Span>) {
        let mut faults = Vec::new();
        let ty = template.infer(&|reference| self.known.reference(reference, at), &mut faults);
        let spans = faults.iter().map(|fault| fault.span).collect();
        self.report.extend(faults.into_iter().filter(|fault| !self.reported.contains(&fault.span)));
        (ty, spans)
    }
}

impl Wanted {
    fn of(ty: &Type, null: bool) -> Self {
        let words = match ty {
            Type::Duration => "a duration such as `30s`".to_owned(),
            ty => words(&ty.into()),
        };
        Self { types: vec![ty.into()], words, null }
    }

    fn scalar() -> Self {
        let types = vec![ValueType::String, ValueType::Number, ValueType::Boolean];
        Self { types, words: "a text, a number or a boolean".to_owned(), null: true }
    }

    fn item(ty: ValueType) -> Self {
        Self { words: words(&ty), null: ty == ValueType::Any, types: vec![ty] }
    }

    fn takes(&self, found: &ValueType) -> bool {
        match found {
            ValueType::Null => self.null,
            found => self.types.iter().any(|wanted| found.may_be(wanted)),
        }
    }

    fn refuse(&self, found: &ValueType, span: Span) -> Diagnostic {
        let fault = Diagnostic::error("E0140", span, format!("this is {found}, and {} is wanted", self.words));
        match (found, self.types.as_slice()) {
            (ValueType::Integer | ValueType::Double | ValueType::Number | ValueType::Boolean, [ValueType::String]) => {
                fault.help("`string(x)` makes a string")
            }
            (ValueType::String | ValueType::Double, [ValueType::Integer]) => fault.help("`int(x)` makes an integer"),
            (ValueType::String, [ValueType::Number]) => fault.help("`int(x)` or `double(x)` makes a number"),
            _ => fault,
        }
    }
}

fn words(ty: &ValueType) -> String {
    match ty {
        ValueType::Any => "a value".to_owned(),
        ty => ty.to_string(),
    }
}
