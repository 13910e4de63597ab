//! Text that fits and does no harm.

use super::look::Look;
use crate::diagnostic::escape;

/// No message of an error is shown beyond this many characters.
const LONGEST: usize = 2_000;

/// Text from outside on one line, without control characters, and without what a CI system would take for a command:
/// `::` at the start of a word (GitHub Actions) and `##` (`##[group]`, `##vso[`, `##teamcity[`).
pub fn inert(text: &str) -> String {
    let bounded: String = match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    };
    let words = bounded.split(|c: char| c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}'));
    let words: Vec<String> = words.filter(|word| !word.is_empty()).map(inert_word).collect();
    words.join(" ")
}

fn inert_word(word: &str) -> String {
    // Twice, since of three the last two are left by the first time.
    let word = escape(word).replace("##", "\\u{23}#").replace("##", "\\u{23}#");
    match word.strip_prefix("::") {
        Some(rest) => format!("\\u{{3a}}:{rest}"),
        None => word,
    }
}

/// How many columns `text` takes.
pub fn columns(text: &str) -> usize {
    console::measure_text_width(text)
}

/// `text`, or its beginning and an ellipsis, in at most `width` columns. Colour codes count nothing and stay whole.
pub fn shorten(text: &str, width: usize, look: &Look) -> String {
    let tail = look.ellipsis();
    if columns(text) <= width {
        text.to_owned()
    } else if width < columns(tail) {
        String::new()
    } else {
        console::truncate_str(text, width, tail).into_owned()
    }
}

/// `text`, or its beginning, an ellipsis and its end, in at most `width` columns: what tells items of a kind apart stands at
/// either. Without colour codes.
pub fn shorten_middle(text: &str, width: usize, look: &Look) -> String {
    let gap = look.ellipsis();
    if columns(text) <= width {
        return text.to_owned();
    }
    let Some(room) = width.checked_sub(columns(gap)) else { return String::new() };
    let end = room / 2;
    let head = within(text.chars(), room - end);
    let tail: String = within(text.chars().rev(), end).chars().rev().collect();
    format!("{head}{gap}{tail}")
}

/// The first of them, in at most `width` columns.
fn within(chars: impl Iterator<Item = char>, width: usize) -> String {
    let mut used = 0;
    let fits = |c: &char| {
        used += columns(c.encode_utf8(&mut [0; 4]));
        used <= width
    };
    chars.take_while(fits).collect()
}

/// `text` and spaces up to `width` columns.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// Spaces up to `width` columns and `text`.
pub fn pad_left(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(columns(text))))
}

/// `text` on lines of at most `width` columns, broken between words, and within a word that is longer than a line.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && columns(&line) + 1 + columns(word) > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for c in word.chars() {
            if columns(&line) >= width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line);
    lines
}

/// `1 try`, `2 tries`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_stays_on_its_line_and_commands_nobody() {
        assert_eq!(inert("a\nb\r\n\tc\u{2028}d\u{1b}[2J"), "a b c d\\u{1b}[2J");
        assert_eq!(inert("x ::error::boo a::b"), "x \\u{3a}:error::boo a::b");
        assert_eq!(inert("##[group]x ##vso[task]"), "\\u{23}#[group]x \\u{23}#vso[task]");
        assert_eq!(inert("###[group]x"), "\\u{23}\\u{23}#[group]x");
        assert_eq!(inert(&"x".repeat(10_000)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn width_counts_columns_not_characters() {
        let look = Look::plain(80);
        assert_eq!(shorten("日本語テキスト", 7, &look), "日本語…");
        assert_eq!(shorten("short", 5, &look), "short");
        assert_eq!(pad("日本", 6), "日本  ");
        assert_eq!(shorten("abcdef", 5, &Look { unicode: false, ..look }), "ab...");
    }

    #[test]
    fn names_keep_their_beginning_and_their_end() {
        let look = Look::plain(80);
        assert_eq!(shorten_middle("deploy[eu-west-1,blue]", 13, &look), "deploy…,blue]");
        assert_eq!(shorten_middle("deploy", 6, &look), "deploy");
        assert_eq!(shorten_middle("日本語テキスト", 8, &look), "日本…ト");
        assert_eq!(shorten_middle("abcdefgh", 6, &Look { unicode: false, ..look }), "ab...h");
        assert_eq!(shorten_middle("abcdefgh", 0, &look), "");
    }

    #[test]
    fn long_words_are_broken_and_others_are_not() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
    }
}
