//! The references of the language, each with its form: `inputs.NAME`, `steps.ID.outputs.NAME` and so on.

use cel::parser::pratt_parser::TokenKind;

use super::names::{ROOTS, Resolver};
use super::path::{Access, Path};
use super::rows::row_value;
use super::{Place, Reference};
use crate::id::{InvalidId, Name, StepId};

pub(super) const RESPONSE: [&str; 3] = ["status", "headers", "body"];

/// The reference that begins here, and how many words it has; `text` gives the words from its first one on.
pub(super) fn reference_of<'s>(text: &dyn Fn(usize) -> &'s str) -> Option<(Reference, usize)> {
    let name = |at: usize| Name::new(text(at)).ok().filter(|_| text(at - 1) == ".");
    Some(match text(0) {
        "inputs" => (Reference::Input(name(2)?), 3),
        "secrets" => (Reference::Secret(name(2)?), 3),
        "matrix" => (Reference::Matrix(name(2)?), 3),
        "response" => (Reference::Response(name(2)?), 3),
        "steps" if text(1) == "." && text(4) == "outputs" => {
            (Reference::Output(StepId::local(text(2)).ok()?, name(6)?), 7)
        }
        "run" if text(2) == "id" => (Reference::RunId, 3),
        "index" => (Reference::Index, 1),
        root => {
            let field = (text(1) == ".").then(|| text(2));
            row_value(root, field).map(|(value, words)| (Reference::Row(value), words))?
        }
    })
}

impl<'s> Resolver<'s> {
    /// The name after `at` and its dot, unless it is called.
    pub(super) fn field(&self, at: usize) -> Option<&'s str> {
        let is_field = self.kind(at + 1) == TokenKind::TokDot
            && matches!(self.kind(at + 2), TokenKind::TokIdent | TokenKind::TokReservedWord)
            && !self.text(at + 2).starts_with('`')
            && self.kind(at + 3) != TokenKind::TokLeftParen;
        is_field.then(|| self.text(at + 2))
    }

    pub(super) fn refer(&mut self, reference: Reference, first: usize, last: usize) -> usize {
        let range = self.range(first, last);
        self.names.references.push((reference, range));
        last + 1
    }

    /// `inputs.NAME` and its like.
    pub(super) fn named(&mut self, at: usize, reference: fn(Name) -> Reference) -> usize {
        let root = self.text(at);
        let Some(field) = self.field(at) else {
            return self.incomplete(at, at, &format!("{root}.NAME"));
        };
        if let Some((last, error)) = self.dashed(at + 2, |text| Name::new(text).err()) {
            return self.no_name(at + 2, last, &error);
        }
        match Name::new(field) {
            Ok(name) => self.refer(reference(name), at, at + 2),
            Err(error) => self.invalid(at + 2, &error),
        }
    }

    /// `steps.ID.outputs.NAME`
    pub(super) fn output(&mut self, at: usize) -> usize {
        const FORM: &str = "steps.ID.outputs.NAME";
        let Some(step) = self.field(at) else { return self.incomplete(at, at, FORM) };
        if let Some((last, error)) = self.dashed(at + 2, |text| StepId::local(text).err()) {
            return self.no_name(at + 2, last, &error);
        }
        match self.field(at + 2) {
            Some("outputs") => {}
            Some(other) => {
                // `output` was meant to be `outputs`; any other name that of an output.
                let output = if other == "output" { self.field(at + 4).unwrap_or("NAME") } else { other };
                return self.incomplete(at, at + 4, &format!("steps.{step}.outputs.{output}"));
            }
            None => return self.incomplete(at, at + 2, FORM),
        }
        let Some(output) = self.field(at + 4) else { return self.incomplete(at, at + 4, FORM) };
        match (StepId::local(step), Name::new(output)) {
            (Ok(step), Ok(output)) => self.refer(Reference::Output(step, output), at, at + 6),
            (Err(error), _) => self.invalid(at + 2, &error),
            (_, Err(error)) => self.invalid(at + 6, &error),
        }
    }

    /// Where the name that begins at `first` ends, and what is wrong with it, if it goes on with `-` as no name does:
    /// `api-key`. Where a value could be taken away from it, it does not.
    fn dashed(&self, first: usize, check: fn(&str) -> Option<InvalidId>) -> Option<(usize, InvalidId)> {
        let touches = |at: usize| self.range(at, at).end == self.range(at + 1, at + 1).start;
        let goes_on = |at: usize| {
            let word = self.text(at + 2);
            self.kind(at + 1) == TokenKind::TokMinus
                && self.kind(at + 2) == TokenKind::TokIdent
                && touches(at)
                && touches(at + 1)
                && self.kind(at + 3) != TokenKind::TokLeftParen
                && !ROOTS.contains(&word)
                && !self.is_bound(word)
        };
        let mut last = first;
        while goes_on(last) {
            last += 2;
        }
        let error = check(&self.source[self.range(first, last)])?;
        (last > first).then_some((last, error))
    }

    pub(super) fn run(&mut self, at: usize) -> usize {
        match self.field(at) {
            Some("id") => self.refer(Reference::RunId, at, at + 2),
            Some(_) => self.incomplete(at, at + 2, "run.id"),
            None => self.incomplete(at, at, "run.id"),
        }
    }

    pub(super) fn response(&mut self, at: usize) -> usize {
        if self.place != Place::Capture {
            let help = Some("a step's `outputs:` may refer to its response".to_owned());
            self.fault("E0129", at, at, "`response` is known in a step's own `outputs` only", help);
        }
        match self.field(at) {
            Some(field) if RESPONSE.contains(&field) => match Name::new(field) {
                Ok(name) => self.refer(Reference::Response(name), at, at + 2),
                Err(error) => self.invalid(at + 2, &error),
            },
            Some(field) => {
                let help = Some("a response has `status`, `headers` and `body`".to_owned());
                self.fault("E0121", at + 2, at + 2, format!("a response has no `{field}`"), help);
                at + 3
            }
            None => self.incomplete(at, at, "response.body"),
        }
    }

    /// In a template of rows.
    pub(super) fn index(&mut self, at: usize) -> usize {
        let name = self.text(at);
        if name == "index" {
            return self.refer(Reference::Index, at, at);
        }
        let help = Some("a template of rows knows `index`, the number of the row, and no other name".to_owned());
        self.fault("E0121", at, at, format!("unknown name `{name}`"), help);
        at + 1
    }

    fn incomplete(&mut self, first: usize, last: usize, form: &str) -> usize {
        if self.kind(last + 1) == TokenKind::TokLeftBracket {
            let help = Some(format!("write `{form}`: every name is checked before the run"));
            self.fault("E0128", first, last + 1, "a name cannot be computed", help);
        } else {
            let text = &self.source[self.range(first, last)];
            self.fault("E0121", first, last, format!("`{text}` names no value"), Some(format!("write `{form}`")));
        }
        last + 1
    }

    /// What looks like a subtraction is none.
    fn no_name(&mut self, first: usize, last: usize, error: &InvalidId) -> usize {
        self.names.whole = false;
        self.fault("E0107", first, last, error.to_string(), None);
        last + 1
    }

    fn invalid(&mut self, at: usize, error: &InvalidId) -> usize {
        self.fault("E0107", at, at, error.to_string(), None);
        at + 1
    }

    pub(super) fn path(&self) -> Option<Path> {
        let [(reference, range)] = self.names.references.as_slice() else { return None };
        let mut at = self.tokens.iter().position(|token| token.end == range.end)? + 1;
        if self.tokens.first()?.start != range.start {
            return None;
        }
        let mut steps = Vec::new();
        while at < self.tokens.len() {
            if let Some(field) = self.field(at - 1) {
                steps.push(Access::Field(field.to_owned()));
                at += 2;
            } else {
                let index = (self.kind(at) == TokenKind::TokLeftBracket
                    && self.kind(at + 1) == TokenKind::TokInt
                    && self.kind(at + 2) == TokenKind::TokRightBracket)
                    .then(|| self.text(at + 1).parse().ok())??;
                steps.push(Access::Item(index));
                at += 3;
            }
        }
        Some(Path { reference: reference.clone(), steps })
    }
}
