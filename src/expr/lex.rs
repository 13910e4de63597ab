//! CEL's own tokens, within bounds.

use std::ops::Range;

use cel::parser::pratt_parser::{Lexer, Token, TokenKind};

/// Bounds that no honest expression meets. They keep the parser and the evaluation, which recurse, within any stack.
const MAX_BYTES: usize = 4096;
const MAX_TOKENS: usize = 500;
pub(super) const MAX_DEPTH: usize = 16;

/// What is wrong, and where in the expression.
#[derive(Debug)]
pub(super) struct Fault {
    pub code: &'static str,
    pub range: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

/// The words of an expression, without blanks and comments, up to the first that is none.
pub(super) fn lex(source: &str) -> (Vec<Token>, Option<Fault>) {
    let fault = |code, range, message: String| Fault { code, range, message, help: None };
    if source.len() > MAX_BYTES {
        let message = format!("an expression may have {MAX_BYTES} bytes at most");
        return (Vec::new(), Some(fault("E0130", 0..source.len(), message)));
    }
    let mut lexer = Lexer::new(source);
    let mut tokens: Vec<Token> = Vec::new();
    let mut depth = 0usize;
    loop {
        let token = lexer.lex();
        match token.kind {
            TokenKind::TokEnd => return (tokens, None),
            TokenKind::TokWhitespace | TokenKind::TokComment => continue,
            TokenKind::TokError => {
                let end = source.ceil_char_boundary(token.end.max(token.start + 1));
                let message = lexer.get_error().map_or("unexpected character", |error| error.message.as_str());
                let fault = fault("E0120", token.start..end, message.to_owned());
                tokens.truncate(whole_before(&tokens, token.start));
                return (tokens, Some(fault));
            }
            TokenKind::TokLeftParen | TokenKind::TokLeftBracket | TokenKind::TokLeftBrace => depth += 1,
            TokenKind::TokRightParen | TokenKind::TokRightBracket | TokenKind::TokRightBrace => {
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
        tokens.push(token);
        if depth > MAX_DEPTH || tokens.len() > MAX_TOKENS {
            let message = format!("an expression may have {MAX_TOKENS} words and {MAX_DEPTH} levels at most");
            return (Vec::new(), Some(fault("E0130", 0..source.len(), message)));
        }
    }
}

/// How many of these words do not run into what stands at `end` and is none: of a name that goes on there, nothing is known.
fn whole_before(tokens: &[Token], end: usize) -> usize {
    let is_part = |token: &Token| {
        matches!(token.kind, TokenKind::TokIdent | TokenKind::TokReservedWord | TokenKind::TokInt | TokenKind::TokDot)
    };
    let runs_on = tokens.last().is_some_and(|last| last.end >= end || last.kind == TokenKind::TokDot);
    let part = tokens.iter().rev().take_while(|token| runs_on && is_part(token)).count();
    tokens.len() - part
}
