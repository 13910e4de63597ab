//! Splits a text on `${{ }}`. A string literal inside an expression may contain `}}`.

use std::ops::Range;

/// A piece of a text, as a byte range of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(Range<usize>),
    /// What stands between `${{` and `}}`.
    Expression(Range<usize>),
}

/// An expression that never ends; the range is its opening `${{`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unclosed(pub Range<usize>);

pub(super) const OPEN: &str = "${{";
const CLOSE: &str = "}}";

/// All pieces, up to an expression that never ends.
pub(super) fn split(text: &str) -> (Vec<Piece>, Option<Unclosed>) {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(OPEN) {
        let open = at + found;
        let start = open + OPEN.len();
        if open > at {
            pieces.push(Piece::Text(at..open));
        }
        let Some(length) = close(&text[start..]) else { return (pieces, Some(Unclosed(open..start))) };
        let end = start + length;
        pieces.push(Piece::Expression(start..end));
        at = end + CLOSE.len();
    }
    if at < text.len() {
        pieces.push(Piece::Text(at..text.len()));
    }
    (pieces, None)
}

/// Where the closing `}}` stands that is outside of every string literal and map literal.
fn close(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut maps = 0usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\'' | b'"' => {
                at = string_end(bytes, at)?;
                continue;
            }
            b'{' => maps += 1,
            b'}' if maps > 0 => maps -= 1,
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The offset after the string literal that starts at `start`: one or three quotes, raw where `r` stands before.
fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let quote = *bytes.get(start)?;
    let triple = bytes.get(start + 1) == Some(&quote) && bytes.get(start + 2) == Some(&quote);
    let raw = is_raw(bytes, start);
    let width = if triple { 3 } else { 1 };
    let mut at = start + width;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\\' && !raw {
            at += 2;
        } else if bytes[at..].len() >= width && bytes[at..at + width].iter().all(|b| *b == quote) {
            return Some(at + width);
        } else {
            at += 1;
        }
    }
    None
}

fn is_raw(bytes: &[u8], quote: usize) -> bool {
    let prefix = bytes[..quote].iter().rev().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let prefix = &bytes[quote - prefix..quote];
    prefix.len() <= 2
        && prefix.iter().any(|b| matches!(b, b'r' | b'R'))
        && prefix.iter().all(|b| matches!(b, b'r' | b'R' | b'b' | b'B'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let piece = |piece| match piece {
            Piece::Text(range) => format!("t:{}", &text[range]),
            Piece::Expression(range) => format!("e:{}", &text[range]),
        };
        split(text).0.into_iter().map(piece).collect()
    }

    #[test]
    fn text_and_expressions_alternate() {
        assert_eq!(shown("a ${{ b }} c${{d}}"), ["t:a ", "e: b ", "t: c", "e:d"]);
        assert_eq!(shown("plain $ {{ }}"), ["t:plain $ {{ }}"]);
        assert_eq!(shown(""), Vec::<String>::new());
    }

    #[test]
    fn a_string_or_map_inside_may_contain_the_end_mark() {
        assert_eq!(shown("${{ '}}' + x }}y"), ["e: '}}' + x ", "t:y"]);
        assert_eq!(shown(r#"${{ "\"}}" }}"#), [r#"e: "\"}}" "#]);
        assert_eq!(shown(r"${{ r'\' }}"), [r"e: r'\' "]);
        assert_eq!(shown("${{ '''it's }}''' }}"), ["e: '''it's }}''' "]);
        assert_eq!(shown("${{ {'a': {'b': 1}} }}"), ["e: {'a': {'b': 1}} "]);
    }

    #[test]
    fn an_expression_that_never_ends_is_found() {
        assert_eq!(split("ab ${{ '}} "), (vec![Piece::Text(0..3)], Some(Unclosed(3..6))));
    }
}
