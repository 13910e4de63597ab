//! Where sentences begin and end.

use std::ops::Range;

/// Where sentences stand: after `.`, `!` or `?` with a space, and after the full stops of Chinese and Hindi.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let ends = match c {
            '.' | '!' | '?' => next == Some(' ') && !is_abbreviation(&text[start..at]),
            '。' | '！' | '？' | '｡' | '।' | '۔' | '؟' | '|' | '•' => true,
            _ => false,
        };
        if ends {
            ranges.push(start..at + c.len_utf8());
            start = at + c.len_utf8();
        }
    }
    ranges.push(start..text.len());
    ranges.into_iter().map(|range| trimmed(text, range)).filter(|range| !range.is_empty()).collect()
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let said = &text[range.clone()];
    let start = range.start + said.len() - said.trim_start().len();
    start..start + said.trim().len()
}

/// "No. 482911", "p. 4", "U.S. 4829".
fn is_abbreviation(sentence: &str) -> bool {
    let last = sentence.rsplit(' ').next().unwrap_or_default();
    let letters = last.chars().filter(|c| c.is_alphabetic()).count();
    let digits = last.chars().any(char::is_numeric);
    letters <= 2 && !digits && letters > 0 || last.eq_ignore_ascii_case("ref") || last.eq_ignore_ascii_case("tel")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_in_every_script_and_not_after_abbreviations() {
        for (text, said) in [
            ("Your code is 4829. Do not share it.", vec!["Your code is 4829.", "Do not share it."]),
            ("Order no. 4829 of U.S. 12 costs 4.50", vec!["Order no. 4829 of U.S. 12 costs 4.50"]),
            (
                "\u{9a8c}\u{8bc1}\u{7801}4829\u{3002}\u{8bf7}\u{52ff}",
                vec!["\u{9a8c}\u{8bc1}\u{7801}4829\u{3002}", "\u{8bf7}\u{52ff}"],
            ),
            ("Terms | Privacy", vec!["Terms |", "Privacy"]),
            ("", vec![]),
        ] {
            let found: Vec<&str> = sentences(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, said);
        }
    }
}
