//! The types of calls: functions, methods, and loops, which bind a name for the length of their brackets.

use cel::parser::pratt_parser::TokenKind;

use super::infer::{Inference, Operand};
use super::types::ValueType;
use super::{names, signature};

impl Inference<'_> {
    /// `target.name(…)`, after the bracket; the name is the word at `at`.
    pub(super) fn method(&mut self, target: &Operand, at: usize) -> ValueType {
        let name = self.text(at);
        if names::LOOPS.contains(&name) {
            return self.through(target, name);
        }
        let arguments = self.arguments();
        // What does not exist takes anything.
        if !names::METHODS.contains(&name) {
            return ValueType::Any;
        }
        if name == "size" {
            self.count(at, &arguments, 0);
            return signature::function(name, &target.ty).unwrap_or_else(|why| {
                self.fault(target, why, None);
                ValueType::Integer
            });
        }
        self.count(at, &arguments, 1);
        for operand in [target].into_iter().chain(&arguments) {
            if !matches!(operand.ty, ValueType::Any | ValueType::String) {
                self.fault(operand, format!("`{name}` is for strings, and this is {}", operand.ty), None);
            }
        }
        ValueType::Boolean
    }

    /// `target.map(item, …)` and its like, after the bracket.
    fn through(&mut self, target: &Operand, name: &str) -> ValueType {
        let items = signature::items(name, &target.ty).unwrap_or_else(|why| {
            self.fault(target, why, None);
            ValueType::Any
        });
        let variable = self.text(self.at);
        self.at += 1;
        self.takes(TokenKind::TokComma);
        self.bound.push((variable, items.clone()));
        let mut body = self.arguments();
        self.bound.pop();
        let result = if name == "map" { body.pop() } else { None };
        for condition in &body {
            if let Err(why) = signature::condition(name, &condition.ty) {
                self.fault(condition, why, None);
            }
        }
        match name {
            "map" => ValueType::list(result.map_or(ValueType::Any, |result| result.ty)),
            "filter" => ValueType::list(items),
            _ => ValueType::Boolean,
        }
    }

    /// What stands between brackets, the first of which is read.
    pub(super) fn arguments(&mut self) -> Vec<Operand> {
        let mut arguments = Vec::new();
        while !matches!(self.kind(0), TokenKind::TokRightParen | TokenKind::TokRightBracket | TokenKind::TokEnd) {
            arguments.push(self.operand(0));
            if !self.takes(TokenKind::TokComma) {
                break;
            }
        }
        self.at += 1;
        arguments
    }

    fn count(&mut self, name: usize, given: &[Operand], wanted: usize) {
        if given.len() != wanted {
            let wanted = ["no argument", "one argument"][wanted];
            let why = format!("`{}` takes {wanted} in its brackets, and here are {}", self.text(name), given.len());
            self.fault(&Operand { ty: ValueType::Any, first: name, last: name }, why, None);
        }
    }

    /// `name(…)`, likewise.
    pub(super) fn call(&mut self, at: usize) -> ValueType {
        let name = self.text(at);
        let arguments = self.arguments();
        if names::STATUS.contains(&name) {
            self.count(at, &arguments, 0);
            return ValueType::Boolean;
        }
        if !names::FUNCTIONS.contains(&name) {
            return ValueType::Any;
        }
        self.count(at, &arguments, 1);
        match arguments.first() {
            Some(_) if name == "has" => ValueType::Boolean,
            Some(argument) => signature::function(name, &argument.ty).unwrap_or_else(|why| {
                self.fault(argument, why, None);
                ValueType::Any
            }),
            None => ValueType::Any,
        }
    }
}
