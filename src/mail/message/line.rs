//! Text for reading: one space between words, nothing invisible, digits and letters of other keyboards as ASCII.

use std::ops::Range;

/// A line under way. What is put into it is tidy at once, so that places in it stay true.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub text: String,
    /// Where the text is set apart: bold, large, letter-spaced.
    pub strong: Vec<Range<usize>>,
}

impl Line {
    pub fn push(&mut self, raw: &str, strong: bool) {
        // Between the tags of a page is mostly nothing else.
        let mut rest = if self.text.is_empty() { raw.trim_start() } else { raw };
        self.text.reserve(rest.len());
        loop {
            // Nearly all words are in ASCII: they are taken whole.
            let word = rest.bytes().take_while(u8::is_ascii_graphic).count();
            self.add(&rest[..word], strong);
            let mut others = rest[word..].chars();
            let Some(other) = others.next() else { return };
            rest = others.as_str();
            match readable(other) {
                Some(' ') => self.add_space(),
                Some(c) => self.add(c.encode_utf8(&mut [0; 4]), strong),
                None => {}
            }
        }
    }

    fn add_space(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }

    fn add(&mut self, word: &str, strong: bool) {
        let start = self.text.len();
        self.text.push_str(word);
        if strong && !word.is_empty() {
            self.extend_strong(start);
        }
    }

    fn extend_strong(&mut self, start: usize) {
        let end = self.text.len();
        match self.strong.last_mut() {
            Some(last) if self.text[last.end..start].trim().is_empty() => last.end = end,
            _ => self.strong.push(start..end),
        }
    }

    /// Takes the line, which is empty then.
    pub fn take(&mut self) -> Self {
        let mut line = std::mem::take(self);
        line.text.truncate(line.text.trim_end().len());
        line
    }
}

pub(super) fn tidy(text: &str) -> String {
    let mut line = Line::default();
    line.push(text, false);
    line.take().text
}

/// The character as it is read; `None` if it is not seen.
fn readable(c: char) -> Option<char> {
    match c {
        '!'..='~' => Some(c),
        c if c.is_whitespace() => Some(' '),
        c if c.is_ascii() || is_invisible(c) => None,
        // Full-width forms: the digits and letters of CJK keyboards. Their commas end a number.
        '\u{ff0d}'..='\u{ff1a}' | '\u{ff20}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => {
            char::from_u32(u32::from(c) - 0xfee0)
        }
        '\u{2010}'..='\u{2013}' | '\u{2212}' => Some('-'),
        c => Some(digit(c).unwrap_or(c)),
    }
}

/// The zeros of other scripts' decimal digits, in order; nine more follow each.
const ZEROS: [u32; 24] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
    0x1040, 0x17e0, 0x1810, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6,
];

fn digit(c: char) -> Option<char> {
    let zero = ZEROS[..ZEROS.partition_point(|zero| *zero <= u32::from(c))].last()?;
    char::from_digit(u32::from(c) - zero, 10)
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
        || c.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_are_those_that_are_typed() {
        for written in [
            "\u{664}\u{668}\u{662}",
            "\u{6f4}\u{6f8}\u{6f2}",
            "\u{96a}\u{96e}\u{968}",
            "\u{ff14}\u{ff18}\u{ff12}",
            "\u{1d7dc}\u{1d7e0}\u{1d7da}",
            "4\u{200b}8\u{ad}2\u{feff}",
            " 4\u{2060}82 ",
        ] {
            assert_eq!(tidy(written), "482", "{written}");
        }
        assert_eq!(tidy("a\u{a0}\u{3000}\n b\u{2011}c \u{66a}\u{e4a}"), "a b-c \u{66a}\u{e4a}");
    }

    #[test]
    fn what_is_set_apart_is_known_by_its_place() {
        let mut line = Line::default();
        for (raw, strong) in [("  Your ", false), ("code", true), (" is", true), (" x ", false), ("4", true)] {
            line.push(raw, strong);
        }
        let line = line.take();
        assert_eq!((line.text.as_str(), line.strong), ("Your code is x 4", vec![5..12, 15..16]));
    }
}
