//! Finds each byte of a scalar's text in the file, through quotes, escapes, folding and indentation.

use super::node::{Scalar, Style};
use crate::diagnostic::Span;
use crate::expr::Positions;

pub(super) fn positions(source: &str, span: Span, scalar: &Scalar) -> Positions {
    let Some(raw) = source.get(span.start..span.end) else { return Positions::Whole(span) };
    let head = match scalar.style {
        // The parser's span of a block begins after its header.
        Style::Plain | Style::Block => 0,
        Style::SingleQuoted | Style::DoubleQuoted => 1,
    };
    let Some(body) = raw.get(head..) else { return Positions::Whole(span) };
    let base = span.start + head;
    if body.starts_with(scalar.text.as_str()) && scalar.style != Style::Block {
        return Positions::Verbatim(base);
    }
    match table(body, base, scalar) {
        Some(offsets) => Positions::Table(offsets),
        None => Positions::Whole(span),
    }
}

/// Goes through both texts at once. Characters that are not blank must agree; blanks are caught up with.
fn table(body: &str, base: usize, scalar: &Scalar) -> Option<Vec<usize>> {
    let mut offsets = Vec::with_capacity(scalar.text.len() + 1);
    let mut at = 0;
    for wanted in scalar.text.chars() {
        let blank = wanted.is_whitespace();
        loop {
            let rest = body.get(at..)?;
            let Some(found) = rest.chars().next() else {
                if !blank {
                    return None;
                }
                // A block's last line may end without the newline that its text has.
                push(&mut offsets, base + at, wanted);
                break;
            };
            if scalar.style == Style::DoubleQuoted && found == '\\' {
                let width = escape_width(rest);
                if is_line_continuation(rest) {
                    at += width;
                    continue;
                }
                push(&mut offsets, base + at, wanted);
                at += width;
                break;
            }
            if found == wanted || (blank && matches!(found, '\n' | '\r')) {
                push(&mut offsets, base + at, wanted);
                at += found.len_utf8();
                if scalar.style == Style::SingleQuoted && found == '\'' {
                    at += 1;
                }
                break;
            }
            if !found.is_whitespace() {
                return None;
            }
            at += found.len_utf8();
        }
    }
    offsets.push(base + at);
    Some(offsets)
}

fn push(offsets: &mut Vec<usize>, at: usize, c: char) {
    offsets.extend((0..c.len_utf8()).map(|byte| at + byte));
}

/// The bytes of the escape sequence that `rest` begins with.
fn escape_width(rest: &str) -> usize {
    match rest.as_bytes().get(1) {
        Some(b'x') => 4,
        Some(b'u') => 6,
        Some(b'U') => 10,
        _ => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
    }
}

fn is_line_continuation(rest: &str) -> bool {
    matches!(rest.as_bytes().get(1), Some(b'\n' | b'\r'))
}
