//! The names in an expression: what it refers to, and which functions it calls, each at its own place.
//!
//! Works on CEL's own tokens. A name is a root unless it follows a dot; `map`, `filter`, `all` and `exists` bind one for
//! the length of their parentheses.

use std::ops::Range;

use cel::parser::pratt_parser::{Token, TokenKind};

use super::lex::{Fault, lex};
use super::path::Path;
use super::refer::RESPONSE;
use super::{Place, Reference};
use crate::diagnostic::nearest;
use crate::id::{Name, StepId};

pub(super) const ROOTS: [&str; 6] = ["inputs", "secrets", "steps", "matrix", "run", "response"];
pub(super) const STATUS: [&str; 4] = ["success", "failure", "always", "cancelled"];
pub(super) const FUNCTIONS: [&str; 5] = ["size", "has", "string", "int", "double"];
pub(super) const METHODS: [&str; 5] = ["size", "startsWith", "endsWith", "contains", "matches"];
pub(super) const LOOPS: [&str; 4] = ["all", "exists", "map", "filter"];

/// What there is to refer to.
const FORMS: &str = "use inputs, secrets, steps, matrix or run; put text into quotes";

/// The names of one expression.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub references: Vec<(Reference, Range<usize>)>,
    /// The whole expression, if it is one reference and what is inside of it.
    pub path: Option<Path>,
    /// `success()` or one of its kin is called.
    pub asks_status: bool,
    /// `map` or one of its kin is called.
    pub loops: bool,
    pub tokens: Vec<Token>,
    /// All of it consists of words that are what they seem.
    pub whole: bool,
}

/// Reads `source` and resolves its names as far as they are some, with all faults, in order.
pub(super) fn resolve(source: &str, place: Place) -> (Names, Vec<Fault>) {
    let (tokens, broken) = lex(source);
    let names = Names { whole: broken.is_none(), ..Names::default() };
    let mut resolver = Resolver { source, place, tokens, open: Vec::new(), objects: false, names, faults: Vec::new() };
    resolver.walk();
    resolver.faults.extend(broken);
    if resolver.faults.is_empty() {
        resolver.names.path = resolver.path();
    }
    resolver.names.tokens = resolver.tokens;
    (resolver.names, resolver.faults)
}

pub(super) struct Resolver<'s> {
    pub(super) source: &'s str,
    pub(super) place: Place,
    pub(super) tokens: Vec<Token>,
    /// One for each open bracket: the name that it binds, if it belongs to a loop.
    open: Vec<Option<String>>,
    /// An object was begun, whose keys are no names.
    objects: bool,
    pub(super) names: Names,
    faults: Vec<Fault>,
}

impl<'s> Resolver<'s> {
    fn walk(&mut self) {
        let mut at = 0;
        while at < self.tokens.len() {
            at = match self.kind(at) {
                TokenKind::TokLeftBrace => {
                    self.object(at);
                    at + 1
                }
                TokenKind::TokLeftParen | TokenKind::TokLeftBracket => {
                    self.open.push(None);
                    at + 1
                }
                TokenKind::TokRightParen | TokenKind::TokRightBracket | TokenKind::TokRightBrace => {
                    self.open.pop();
                    at + 1
                }
                TokenKind::TokBytes => {
                    self.fault("E0120", at, at, "bytes have no place in a workflow", None);
                    at + 1
                }
                TokenKind::TokUint => {
                    self.fault("E0120", at, at, "unsigned integers have no place in a workflow", None);
                    at + 1
                }
                TokenKind::TokIdent if at > 0 && self.kind(at - 1) == TokenKind::TokDot => self.member(at),
                TokenKind::TokIdent => self.root(at),
                _ => at + 1,
            };
        }
    }

    fn object(&mut self, at: usize) {
        if !self.objects {
            // The order of a CEL map is random, and a run must be repeatable.
            let help = Some("write the object in YAML, with expressions as its values".to_owned());
            self.fault("E0120", at, at, "an expression makes no objects", help);
        }
        self.objects = true;
        self.open.push(None);
    }

    pub(super) fn kind(&self, at: usize) -> TokenKind {
        self.tokens.get(at).map_or(TokenKind::TokEnd, |token| token.kind)
    }

    pub(super) fn text(&self, at: usize) -> &'s str {
        self.tokens.get(at).and_then(|token| self.source.get(token.start..token.end)).unwrap_or_default()
    }

    pub(super) fn range(&self, first: usize, last: usize) -> Range<usize> {
        let start = self.tokens.get(first).map_or(self.source.len(), |token| token.start);
        start..self.tokens.get(last).map_or(self.source.len(), |token| token.end)
    }

    pub(super) fn fault(
        &mut self,
        code: &'static str,
        first: usize,
        last: usize,
        message: impl Into<String>,
        help: Option<String>,
    ) {
        let range = self.range(first, last);
        self.faults.push(Fault { code, range, message: message.into(), help });
    }

    /// A name after a dot: a field, a method or a loop.
    fn member(&mut self, at: usize) -> usize {
        use TokenKind::{TokComma, TokIdent, TokRightBrace, TokRightBracket, TokRightParen, TokString};
        if at < 2
            || !matches!(self.kind(at - 2), TokIdent | TokRightParen | TokRightBracket | TokRightBrace | TokString)
        {
            self.fault("E0120", at - 1, at, "a name cannot start with a dot", None);
            return at + 1;
        }
        if self.kind(at + 1) != TokenKind::TokLeftParen {
            return at + 1;
        }
        let name = self.text(at);
        if LOOPS.contains(&name) {
            if self.kind(at + 2) != TokIdent || self.kind(at + 3) != TokComma {
                let help = Some(format!("write `.{name}(item, …)`"));
                self.fault("E0120", at, at + 1, format!("`{name}` takes a name and an expression"), help);
                return at + 1;
            }
            let variable = self.text(at + 2);
            if ROOTS.contains(&variable) {
                self.fault("E0121", at + 2, at + 2, format!("`{variable}` is already a name"), None);
            }
            self.open.push(Some(variable.to_owned()));
            self.names.loops = true;
            return at + 4;
        }
        if !METHODS.contains(&name) {
            self.unknown_function(at, METHODS.iter().chain(&LOOPS));
        }
        at + 1
    }

    /// A name that does not follow a dot: a function, a bound name or a reference.
    fn root(&mut self, at: usize) -> usize {
        let name = self.text(at);
        if self.kind(at + 1) == TokenKind::TokLeftParen {
            self.function(at);
            return at + 1;
        }
        if self.is_bound(name) {
            return at + 1;
        }
        if self.objects && self.kind(at + 1) == TokenKind::TokColon {
            return at + 1;
        }
        match name {
            _ if self.place == Place::Row => self.index(at),
            _ if self.place == Place::Rows => self.of_row(at),
            "inputs" => self.named(at, Reference::Input),
            "secrets" => self.named(at, Reference::Secret),
            "matrix" => self.named(at, Reference::Matrix),
            "steps" => self.output(at),
            "run" => self.run(at),
            "response" => self.response(at),
            _ => {
                let help = self.what_was_meant(at);
                self.fault("E0121", at, at, format!("unknown name `{name}`"), Some(help));
                at + 1
            }
        }
    }

    pub(super) fn is_bound(&self, name: &str) -> bool {
        self.open.iter().flatten().any(|bound| bound == name)
    }

    fn function(&mut self, at: usize) {
        let name = self.text(at);
        if STATUS.contains(&name) {
            self.names.asks_status = true;
            if self.place != Place::Condition {
                let help = Some("only `if` may ask how the steps before have ended".to_owned());
                self.fault("E0127", at, at, format!("`{name}()` has no value here"), help);
            }
        } else if !FUNCTIONS.contains(&name) {
            self.unknown_function(at, FUNCTIONS.iter().chain(&STATUS));
        }
    }

    fn unknown_function<'n>(&mut self, at: usize, known: impl Iterator<Item = &'n &'static str> + Clone) {
        let name = self.text(at);
        let help = match nearest(name, known.clone().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("these exist here: {}", known.copied().collect::<Vec<_>>().join(", ")),
        };
        self.fault("E0122", at, at, format!("unknown function `{name}`"), Some(help));
    }

    /// `at` is a name that does not exist.
    fn what_was_meant(&self, at: usize) -> String {
        let name = self.text(at);
        match (nearest(name, ROOTS), self.field(at)) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, None) if STATUS.contains(&name) => format!("write `{name}()`"),
            (None, _) if self.place == Place::Capture && RESPONSE.contains(&name) => {
                format!("did you mean `response.{name}`?")
            }
            (None, _) if name == "env" => "declare a secret with `env`, and refer to it as `secrets.NAME`".to_owned(),
            (None, Some("outputs")) => format!("an output of the step `{name}` is `steps.{name}.outputs.NAME`"),
            (None, Some(field)) if StepId::local(name).is_ok() && Name::new(field).is_ok() => {
                format!("an output of the step `{name}` is `steps.{name}.outputs.{field}`; else {FORMS}")
            }
            _ => FORMS.to_owned(),
        }
    }
}
