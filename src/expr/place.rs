//! Where an expression stands: in which part of the language, and at which bytes of the file.

use std::ops::Range;

use crate::diagnostic::Span;

/// The part of the language decides what an expression may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A value, as in `with:` or `outputs:`.
    Value,
    /// `if:`, where `success()` and the like may be asked.
    Condition,
    /// A capture, where `response` is known.
    Capture,
    /// A column of the rows that a template makes, where `index` is all that is known.
    Row,
    /// A condition on the rows of a fleet, where what became of each is known: `error.code`, `row.key` and the like.
    Rows,
}

/// Maps byte ranges of a text to the file that it was read from.
#[derive(Debug, Clone)]
pub enum Positions {
    /// The text stands in the file as it is, from this offset on.
    Verbatim(usize),
    /// For each byte of the text, and for its end, the offset in the file: the file has escapes or folded lines.
    Table(Vec<usize>),
    /// Only the whole is known.
    Whole(Span),
}

impl Positions {
    pub fn span(&self, range: Range<usize>) -> Span {
        match self {
            Self::Verbatim(base) => Span::new(base + range.start, base + range.end),
            Self::Whole(span) => *span,
            Self::Table(offsets) => {
                let last = offsets.last().copied().unwrap_or_default();
                let at = |i: usize| offsets.get(i).copied().unwrap_or(last);
                let end =
                    range.end.checked_sub(1).filter(|end| *end >= range.start).map_or(at(range.end), |i| at(i) + 1);
                Span::new(at(range.start), end)
            }
        }
    }
}
