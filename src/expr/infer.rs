//! The type of an expression, found by reading its words as CEL's grammar has them. It has been parsed before, so what does
//! not follow the grammar does not come here, and depth is bounded.

use cel::parser::pratt_parser::{TokenKind, get_binary_op_info};

use super::expression::{Expression, Word};
use super::refer::reference_of;
use super::signature::{self, Misfit};
use super::types::ValueType;
use super::{Reference, names};
use crate::diagnostic::{Diagnostic, Span};

/// What each reference is.
pub type Types<'t> = dyn Fn(&Reference) -> ValueType + 't;

/// A part of an expression, by its first and last word.
#[derive(Debug)]
pub(super) struct Operand {
    pub ty: ValueType,
    pub first: usize,
    pub last: usize,
}

pub(super) struct Inference<'e> {
    expression: &'e Expression,
    types: &'e Types<'e>,
    /// The word that is read next.
    pub at: usize,
    /// The variables of the loops around that place.
    pub bound: Vec<(&'e str, ValueType)>,
    faults: &'e mut Vec<Diagnostic>,
}

/// The type of an expression. What cannot be worked out whatever the values are is a fault, at its own place.
pub(super) fn infer(expression: &Expression, types: &Types<'_>, faults: &mut Vec<Diagnostic>) -> ValueType {
    let mut inference = Inference { expression, types, at: 0, bound: Vec::new(), faults };
    inference.operand(0).ty
}

impl<'e> Inference<'e> {
    pub(super) fn kind(&self, ahead: usize) -> TokenKind {
        self.expression.words.get(self.at + ahead).map_or(TokenKind::TokEnd, |word| word.kind)
    }

    pub(super) fn text(&self, at: usize) -> &'e str {
        self.expression.words.get(at).map_or("", |word| word.text(&self.expression.source))
    }

    /// Goes past a word if it is of that kind.
    pub(super) fn takes(&mut self, kind: TokenKind) -> bool {
        let found = self.kind(0) == kind;
        self.at += usize::from(found);
        found
    }

    fn span(&self, operand: &Operand) -> Span {
        let word = |at: usize| self.expression.words.get(at).map_or(self.expression.span, |word: &Word| word.span);
        Span::new(word(operand.first).start, word(operand.last).end)
    }

    pub(super) fn fault(&mut self, operand: &Operand, why: String, help: Option<&str>) {
        let found = Diagnostic::error("E0140", self.span(operand), why);
        self.faults.push(Diagnostic { help: help.map(str::to_owned), ..found });
    }

    /// From `first` to the word before this one.
    fn since(&self, first: usize, ty: ValueType) -> Operand {
        Operand { ty, first, last: self.at.saturating_sub(1).max(first) }
    }

    /// Operators that bind at least as strongly as `precedence`; `? :` binds weakest.
    pub(super) fn operand(&mut self, precedence: u8) -> Operand {
        let mut left = self.unary();
        loop {
            if precedence == 0 && self.kind(0) == TokenKind::TokQuestion {
                left = self.choice(left);
                continue;
            }
            let operator = get_binary_op_info(self.kind(0));
            if operator.kind == TokenKind::TokError || operator.precedence < precedence {
                return left;
            }
            let word = self.text(self.at);
            self.at += 1;
            let right = self.operand(operator.precedence + 1);
            let ty = signature::binary(operator.kind, word, &left.ty, &right.ty);
            let ty = ty.unwrap_or_else(|misfit| self.misfit(&left, &right, misfit));
            left = Operand { ty, first: left.first, last: right.last };
        }
    }

    /// Says what is wrong; of the whole nothing is known then, so that one mistake is one fault.
    fn misfit(&mut self, left: &Operand, right: &Operand, misfit: Misfit) -> ValueType {
        let operand = if misfit.left { left } else { right };
        self.fault(operand, misfit.why, misfit.help);
        ValueType::Any
    }

    fn choice(&mut self, condition: Operand) -> Operand {
        self.at += 1;
        if let Err(why) = signature::condition("?", &condition.ty) {
            self.fault(&condition, why, None);
        }
        let yes = self.operand(1);
        self.takes(TokenKind::TokColon);
        let no = self.operand(0);
        Operand { ty: yes.ty.or(no.ty), first: condition.first, last: no.last }
    }

    fn unary(&mut self) -> Operand {
        let first = self.at;
        while matches!(self.kind(0), TokenKind::TokExclamation | TokenKind::TokMinus) {
            self.at += 1;
        }
        let end = self.at;
        let mut operand = self.member();
        for at in (first..end).rev() {
            let ty = signature::unary(self.text(at), &operand.ty).unwrap_or_else(|why| {
                self.fault(&operand, why, None);
                ValueType::Any
            });
            operand = Operand { ty, first: at, last: operand.last };
        }
        operand
    }

    /// A value and the fields, items and methods after it.
    fn member(&mut self) -> Operand {
        let mut value = self.primary();
        loop {
            if self.takes(TokenKind::TokDot) {
                let name = self.at;
                self.at += 1;
                let ty = match self.takes(TokenKind::TokLeftParen) {
                    true => self.method(&value, name),
                    false => self.field(&value, name),
                };
                value = self.since(value.first, ty);
            } else if self.takes(TokenKind::TokLeftBracket) {
                let index = self.operand(0);
                self.takes(TokenKind::TokRightBracket);
                let ty = signature::index(&value.ty, &index.ty);
                let ty = ty.unwrap_or_else(|misfit| self.misfit(&value, &index, misfit));
                value = self.since(value.first, ty);
            } else {
                return value;
            }
        }
    }

    fn field(&mut self, value: &Operand, name: usize) -> ValueType {
        if !matches!(value.ty, ValueType::Any | ValueType::Object) {
            let (field, ty) = (self.text(name), &value.ty);
            let help = names::METHODS.contains(&field).then(|| format!("write `.{field}(…)`"));
            let why = format!("{ty} has no field `{field}`");
            self.fault(&Operand { ty: ValueType::Any, first: name, last: name }, why, help.as_deref());
        }
        ValueType::Any
    }

    fn primary(&mut self) -> Operand {
        let first = self.at;
        let kind = self.kind(0);
        self.at += 1;
        let ty = match kind {
            TokenKind::TokLeftParen => {
                let inner = self.operand(0);
                self.takes(TokenKind::TokRightParen);
                inner.ty
            }
            TokenKind::TokLeftBracket => {
                ValueType::list(ValueType::any_of(self.arguments().into_iter().map(|item| item.ty)))
            }
            TokenKind::TokIdent if self.takes(TokenKind::TokLeftParen) => self.call(first),
            TokenKind::TokIdent => self.name(first),
            TokenKind::TokNull => ValueType::Null,
            TokenKind::TokTrue | TokenKind::TokFalse => ValueType::Boolean,
            TokenKind::TokInt => ValueType::Integer,
            TokenKind::TokFloat => ValueType::Double,
            TokenKind::TokString => ValueType::String,
            _ => ValueType::Any,
        };
        self.since(first, ty)
    }

    fn name(&mut self, at: usize) -> ValueType {
        let name = self.text(at);
        if let Some((_, ty)) = self.bound.iter().rev().find(|(bound, _)| *bound == name) {
            return ty.clone();
        }
        match reference_of(&|ahead| self.text(at + ahead)) {
            Some((reference, words)) => {
                self.at = at + words;
                (self.types)(&reference)
            }
            None => ValueType::Any,
        }
    }
}
