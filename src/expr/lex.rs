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

/// The words of an expression, without blanks and comments.
pub(super) fn lex(source: &str) -> Result<Vec<Token>, Fault> {
    let fault = |code, range, message: String| Fault { code, range, message, help: None };
    if source.len() > MAX_BYTES {
        return Err(fault("E0130", 0..source.len(), format!("an expression may have {MAX_BYTES} bytes at most")));
    }
    let mut lexer = Lexer::new(source);
    let mut tokens = Vec::new();
    let mut depth = 0usize;
    loop {
        let token = lexer.lex();
        match token.kind {
            TokenKind::TokEnd => return Ok(tokens),
            TokenKind::TokWhitespace | TokenKind::TokComment => continue,
            TokenKind::TokError => {
                let end = source.ceil_char_boundary(token.end.max(token.start + 1));
                let message = lexer.get_error().map_or("unexpected character", |error| error.message.as_str());
                return Err(fault("E0120", token.start..end, message.to_owned()));
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
            return Err(fault("E0130", 0..source.len(), message));
        }
    }
}
