//! One expression: read, resolved and parsed once, evaluated as often as needed.

use std::ops::Range;
use std::sync::Arc;

use cel::common::ast::Expr;
use cel::parser::Expression as Ast;
use cel::parser::PrattParser;
use cel::parser::pratt_parser::{Token, TokenKind};

use super::lex::{Fault, MAX_DEPTH};
use super::names::{self, Names};
use super::path::Path;
use super::pattern::MATCHES;
use super::{Place, Positions, Reference};
use crate::diagnostic::{Diagnostic, Span};

/// Unoptimised, the evaluation takes some 40 KiB of stack a level; a thread may have no more than 2 MiB.
const MAX_TREE_DEPTH: usize = 24;

/// The code of what is no expression.
const SYNTAX: &str = "E0120";

#[derive(Debug, Clone)]
pub(super) struct Expression {
    pub span: Span,
    /// As written, for messages.
    pub source: Arc<str>,
    pub code: Code,
    pub words: Arc<[Word]>,
}

/// A word of an expression. An expression has few enough bytes for these numbers.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub kind: TokenKind,
    start: u16,
    end: u16,
    /// In the workflow file.
    pub span: Span,
}

impl Word {
    pub fn text<'s>(&self, source: &'s str) -> &'s str {
        source.get(usize::from(self.start)..usize::from(self.end)).unwrap_or_default()
    }
}

#[derive(Debug, Clone)]
pub(super) enum Code {
    Path(Path),
    Cel(Arc<Program>),
}

/// A parsed CEL expression and what its evaluation needs.
#[derive(Debug)]
pub(super) struct Program {
    pub ast: Ast,
    pub references: Vec<Reference>,
    pub asks_status: bool,
    /// It goes through lists or objects.
    pub loops: bool,
}

/// What could be read of an expression.
pub(super) struct Read {
    /// `None` if it does not follow the grammar.
    pub expression: Option<Expression>,
    pub references: Vec<(Reference, Span)>,
    pub faults: Vec<Diagnostic>,
}

/// Parses the bytes `range` of `text` as an expression. One fault hides no other, but for those that follow from it.
pub(super) fn parse(text: &str, range: Range<usize>, positions: &Positions, place: Place) -> Read {
    let source = text[range.clone()].trim();
    let base = range.start + (text[range.clone()].len() - text[range.clone()].trim_start().len());
    let at = |inner: Range<usize>| positions.span(base + inner.start..base + inner.end);
    if source.is_empty() {
        let span = positions.span(range);
        let fault = Diagnostic::error("E0120", span, "an empty expression").help("write a value between the braces");
        return Read { expression: None, references: Vec::new(), faults: vec![fault] };
    }
    let (names, mut faults) = names::resolve(source, place);
    let references = names.references.iter().map(|(reference, range)| (reference.clone(), at(range.clone()))).collect();
    let word = |token: &Token| Word {
        kind: token.kind,
        start: token.start as u16,
        end: token.end as u16,
        span: at(token.start..token.end),
    };
    let expression = names.whole.then(|| {
        let words = names.tokens.iter().map(word).collect();
        let code = compile(source, names).map_err(|fault| add_syntax(fault, &mut faults)).ok()?;
        Some(Expression { span: at(0..source.len()), source: source.into(), code, words })
    });
    let faults = faults.into_iter().map(|fault| {
        let found = Diagnostic::error(fault.code, at(fault.range), fault.message);
        Diagnostic { help: fault.help, ..found }
    });
    Read { expression: expression.flatten(), references, faults: faults.collect() }
}

/// Adds what the parser found, unless it only says again what is known.
fn add_syntax((range, message): (Range<usize>, String), faults: &mut Vec<Fault>) {
    let touches = |fault: &Fault| fault.range.start <= range.end && range.start <= fault.range.end;
    if !faults.iter().any(|fault| fault.code == SYNTAX || touches(fault)) {
        faults.push(Fault { code: SYNTAX, range, message, help: None });
    }
}

fn compile(source: &str, mut names: Names) -> Result<Code, (Range<usize>, String)> {
    if let Some(path) = names.path.take() {
        return Ok(Code::Path(path));
    }
    let parser = PrattParser::new().max_recursion_depth(2 * MAX_DEPTH as u16);
    let mut ast = parser.parse(source).map_err(|errors| first_error(source, &errors))?;
    let fits = prepare(&mut ast).map_err(|what| (0..source.len(), what.to_owned()))?;
    if !fits {
        return Err((0..source.len(), "this expression is too deep; split it".to_owned()));
    }
    let mut references: Vec<Reference> = Vec::new();
    for (reference, _) in names.references {
        if !references.contains(&reference) {
            references.push(reference);
        }
    }
    Ok(Code::Cel(Arc::new(Program { ast, references, asks_status: names.asks_status, loops: names.loops })))
}

/// The first error of the parser, with its place in the source.
fn first_error(source: &str, errors: &cel::ParseErrors) -> (Range<usize>, String) {
    let Some(error) = errors.errors.first() else { return (0..source.len(), "not an expression".to_owned()) };
    let offsets = error.source_info.as_ref().and_then(|info| info.offset_for(error.expr_id));
    let (start, end) = offsets.map_or((source.len(), source.len()), |(start, end)| (start as usize, end as usize));
    (source.floor_char_boundary(start)..source.ceil_char_boundary(end.max(start)), in_plain_words(&error.msg))
}

/// The parser says `Syntax error: mismatched input 'a' expecting <EOF>`.
fn in_plain_words(message: &str) -> String {
    let message = message.trim_start_matches("Syntax error: ").replace("'<EOF>'", "<EOF>").replace("<EOF>", "the end");
    match message.strip_prefix("mismatched input ").and_then(|rest| rest.split_once(" expecting ")) {
        Some((found, "expression")) => format!("found {found} where a value is wanted"),
        Some((found, wanted)) => format!("found {found} where {wanted} is wanted"),
        None => message,
    }
}

/// The evaluation recurses, so a deep tree is refused; no object can be made; and patterns are matched within bounds.
fn prepare(ast: &mut Ast) -> Result<bool, &'static str> {
    let mut open = vec![(ast, 0usize)];
    while let Some((node, depth)) = open.pop() {
        if depth > MAX_TREE_DEPTH {
            return Ok(false);
        }
        let mut visit = |node| open.push((node, depth + 1));
        match &mut node.expr {
            Expr::Call(call) => {
                if call.func_name == "matches" {
                    call.func_name = MATCHES.to_owned();
                }
                call.target.iter_mut().for_each(|target| visit(target));
                call.args.iter_mut().for_each(visit);
            }
            Expr::Comprehension(c) => {
                [&mut c.iter_range, &mut c.accu_init, &mut c.loop_cond, &mut c.loop_step, &mut c.result]
                    .into_iter()
                    .for_each(visit);
            }
            Expr::List(list) => list.elements.iter_mut().for_each(visit),
            Expr::Select(select) => visit(&mut select.operand),
            Expr::Map(_) | Expr::Struct(_) => return Err("an expression makes no objects"),
            Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
        }
    }
    Ok(true)
}
