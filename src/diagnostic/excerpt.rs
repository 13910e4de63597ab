//! The part of a text that a diagnostic draws.

use std::borrow::Cow;
use std::ops::Range;

use super::{Span, is_hostile};

/// The lines that a span is on with the one before: to draw a whole file takes long.
pub(super) struct Excerpt<'a> {
    pub text: Cow<'a, str>,
    /// The number of its first line.
    pub line: usize,
    /// Within `text`.
    pub span: Range<usize>,
    /// It does not begin where a line does.
    pub is_cut: bool,
}

impl<'a> Excerpt<'a> {
    /// More of a line, or of a span, is not drawn.
    const LONGEST: usize = 2000;
    /// What is left of a longer line on each side.
    const AROUND: usize = 300;

    /// `hidden` is drawn as stars.
    pub fn new(text: &'a str, span: Span, hidden: &[Span]) -> Self {
        let last = text.floor_char_boundary(span.end.min(text.len()));
        let start = text.floor_char_boundary(span.start.min(last));
        let end = text.floor_char_boundary(last.min(start + Self::LONGEST));
        let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let whole = line_start(line_start(start).saturating_sub(1));
        let is_cut = start - whole > Self::LONGEST;
        let first = if is_cut { text.floor_char_boundary(start - Self::AROUND) } else { whole };
        let after = text[end..].find('\n').map_or(text.len(), |newline| end + newline + 1);
        let after = text.floor_char_boundary(after.min(end + Self::LONGEST));
        let line = text[..first].matches('\n').count() + 1;
        let hidden = hidden.iter().filter(|hidden| hidden.start < after && first < hidden.end);
        let text = hidden.fold(inert(&text[first..after]), |text, hidden| {
            stars(&text, hidden.start.saturating_sub(first)..hidden.end.saturating_sub(first)).into()
        });
        Self { text, line, span: start - first..end - first, is_cut }
    }
}

/// The same length with stars in that part of it.
fn stars(text: &str, part: Range<usize>) -> String {
    let star = |(at, c): (usize, char)| match part.contains(&at) && !c.is_whitespace() {
        true => "*".repeat(c.len_utf8()),
        false => c.to_string(),
    };
    text.char_indices().map(star).collect()
}

/// The same length without the hostile characters beyond ASCII: those within are drawn as pictures of themselves.
fn inert(text: &str) -> Cow<'_, str> {
    let hostile = |c: char| !c.is_ascii() && is_hostile(c);
    match text.contains(hostile) {
        false => text.into(),
        true => text
            .chars()
            .map(|c| match (hostile(c), c.len_utf8()) {
                (false, _) => c,
                (true, 2) => '·',
                (true, _) => '\u{fffd}',
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Diagnostic, Source};
    use super::*;

    #[test]
    fn a_drawn_line_commands_no_terminal() {
        let text = "a: \u{9b}2J\u{85}\u{202e}\u{200f}\u{61c}\u{1b}[2J\r\u{7f}b\n";
        let drawn = Diagnostic::error("E0100", Span::new(3, text.len() - 1), "").render(&Source::new("x", text), false);
        assert_eq!(drawn.chars().find(|c| is_hostile(*c) && *c != '\n'), None, "{drawn:?}");
    }

    #[test]
    fn what_is_hidden_is_drawn_by_no_finding_near_it() {
        let text = "a: { key: gehe\u{ef}m, b: c }\n";
        let secret = Diagnostic::error("E0100", Span::new(10, 17), "").concealed(true);
        let mut findings = [secret, Diagnostic::error("E0100", Span::new(19, 20), "")];
        super::super::conceal(&mut findings);
        for finding in &findings {
            let drawn = finding.render(&Source::new("x", text), false);
            assert!(drawn.contains("a: { key: *******, b: c }"), "{drawn}");
        }
    }

    #[test]
    fn of_a_long_line_a_part_is_drawn_and_its_place_in_the_whole_is_told() {
        let text = format!("a\n{}here{}\n", "x".repeat(1_000_000), "y".repeat(1_000_000));
        let at = 2 + 1_000_000;
        let drawn = Diagnostic::error("E0100", Span::new(at, at + 4), "no").render(&Source::new("x", &text), false);
        assert!(drawn.contains("--> x:2:1000001\n") && drawn.contains("here") && drawn.len() < 1000, "{drawn}");
    }
}
