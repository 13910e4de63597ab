//! The parser counts characters, spans count bytes.

use crate::diagnostic::Span;

pub(super) struct Offsets {
    /// The byte offset of each character; empty if the text is ASCII, where they are the same.
    bytes: Vec<u32>,
    len: usize,
}

impl Offsets {
    pub fn new(text: &str) -> Self {
        let bytes = if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| at as u32).collect() };
        Self { bytes, len: text.len() }
    }

    pub fn byte(&self, character: usize) -> usize {
        if self.bytes.is_empty() {
            return character.min(self.len);
        }
        self.bytes.get(character).map_or(self.len, |at| *at as usize)
    }

    pub fn span(&self, span: saphyr_parser::Span) -> Span {
        let start = self.byte(span.start.index());
        Span::new(start, self.byte(span.end.index()).max(start))
    }
}
