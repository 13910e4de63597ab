//! Text that fits and does no harm.

use std::time::Duration;

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

/// A length of time for people: `120 ms`, `2.1 s`, `3m 05s`, `2h 07m`, `3d 04h`.
pub fn time(duration: Duration) -> String {
    let millis = duration.as_millis();
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{millis} ms"),
        1..60 => format!("{}.{} s", seconds, millis % 1000 / 100),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{}h {:02}m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{}d {:02}h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

/// `00:01.234`, and `1:00:01.234` from an hour on.
pub fn stopwatch(elapsed: Duration) -> String {
    let (seconds, millis) = (elapsed.as_secs(), elapsed.subsec_millis());
    let hours = if seconds < 3600 { String::new() } else { format!("{}:", seconds / 3600) };
    format!("{hours}{:02}:{:02}.{millis:03}", seconds / 60 % 60, seconds % 60)
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

    #[test]
    fn times_have_the_unit_that_suits_them() {
        let shown = [0, 999, 1_000, 59_999, 60_000, 3_599_000, 7_620_000, 273_600_000];
        let shown = shown.map(|millis| time(Duration::from_millis(millis)));
        assert_eq!(shown, ["0 ms", "999 ms", "1.0 s", "59.9 s", "1m 00s", "59m 59s", "2h 07m", "3d 04h"]);
    }
}
