//! What has the shape of a code: stretches of digits and letters in running text.

use std::ops::Range;

use super::shape::CodeShape;

/// Tokens of one text beyond this are not looked at.
const MAX_TOKENS: usize = 100;

/// Digits and letters of a shape that codes have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub range: Range<usize>,
    /// As it is typed: `482 911` and `4 8 2 9 1 1` without spaces, `482-911` without its dash, `X3WG-V522` as it stands.
    pub value: String,
    pub form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Digits,
    /// `G-482911`.
    Prefixed,
    /// Digits and capitals.
    Mixed,
    /// Digits and letters of both cases.
    MixedCase,
    Capitals,
    /// `X3WG-V522`.
    Grouped,
    /// Of the shape that was asked for.
    Asked,
}

struct Word {
    range: Range<usize>,
    digits: usize,
    lower: usize,
}

impl Word {
    fn len(&self) -> usize {
        self.range.len()
    }

    fn is_digits(&self) -> bool {
        self.digits == self.len()
    }

    fn is_upper(&self) -> bool {
        self.lower == 0
    }

    /// No code begins with it unless a shape was asked for. Most words are.
    fn is_plain(&self) -> bool {
        self.digits == 0 && !self.is_upper()
    }
}

/// The tokens of `text`, in order. If a shape was asked for, only those that fit it.
pub(super) fn tokens(text: &str, asked: Option<&CodeShape>) -> Vec<Token> {
    let words = words(text);
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < words.len() && tokens.len() < MAX_TOKENS {
        if asked.is_none() && words[at].is_plain() {
            at += 1;
            continue;
        }
        let run = run(text, &words[at..]);
        match read(text, &words[at..at + run], asked) {
            Some((count, token)) => {
                tokens.push(token);
                at += count;
            }
            None => at += 1,
        }
    }
    tokens
}

fn words(text: &str) -> Vec<Word> {
    let bytes = text.as_bytes();
    let mut words: Vec<Word> = Vec::with_capacity(bytes.len() / 4);
    for (at, byte) in bytes.iter().enumerate().filter(|(_, byte)| byte.is_ascii_alphanumeric()) {
        let (digit, lower) = (usize::from(byte.is_ascii_digit()), usize::from(byte.is_ascii_lowercase()));
        match words.last_mut().filter(|word| word.range.end == at) {
            Some(word) => {
                word.range.end += 1;
                word.digits += digit;
                word.lower += lower;
            }
            None => words.push(Word { range: at..at + 1, digits: digit, lower }),
        }
    }
    words
}

/// How many words follow each other with one space or dash between them.
fn run(text: &str, words: &[Word]) -> usize {
    let joined = |pair: &&[Word]| matches!(&text[pair[0].range.end..pair[1].range.start], " " | "-");
    1 + words.windows(2).take(12).take_while(joined).count()
}

/// The token at the beginning of `words` and how many of them it consists of.
fn read(text: &str, words: &[Word], asked: Option<&CodeShape>) -> Option<(usize, Token)> {
    let whole = |count: usize| words[0].range.start..words[count - 1].range.end;
    if let Some(asked) = asked {
        let fits = |count: &usize| is_free(text, &whole(*count)) && asked.fits(&joined(text, &whole(*count)));
        let count = (1..=words.len()).rev().find(fits)?;
        let value = asked.typed(&text[whole(count)]);
        return Some((count, Token { range: whole(count), value, form: Form::Asked }));
    }
    let (count, form) = form(text, words)?;
    let range = whole(count);
    let value = match form {
        Form::Digits => joined(text, &range),
        _ => text[range.clone()].replace(' ', ""),
    };
    is_free(text, &range).then_some((count, Token { range, value, form }))
}

fn form(text: &str, words: &[Word]) -> Option<(usize, Form)> {
    let first = words.first()?;
    let dashed = |nth: usize| words.get(nth).is_some_and(|word| text.as_bytes()[word.range.start - 1] == b'-');
    let singles = words.iter().take_while(|word| word.len() == 1 && word.is_upper()).count();
    if (4..=10).contains(&singles) {
        let digits = words[..singles].iter().filter(|word| word.is_digits()).count();
        return match digits {
            0 => None,
            _ if digits == singles => Some((singles, Form::Digits)),
            _ => Some((singles, Form::Mixed)),
        };
    }
    let groups = words.iter().take_while(|word| word.is_digits() && word.len() == first.len()).count();
    if first.is_digits() && groups == 2 && matches!(first.len(), 3 | 4) {
        return Some((2, Form::Digits));
    }
    if (1..=2).contains(&first.len()) && first.digits == 0 && first.is_upper() && dashed(1) && !dashed(2) {
        return words[1..2]
            .iter()
            .find(|word| word.is_digits() && (4..=8).contains(&word.len()))
            .map(|_| (2, Form::Prefixed));
    }
    let dashes = 1 + (1..words.len()).take_while(|nth| dashed(*nth)).count();
    if dashes > 1 {
        let groups = &words[..dashes];
        let even = groups.iter().all(|word| word.is_upper() && word.len() == first.len());
        let fits = even && dashes <= 4 && (3..=5).contains(&first.len()) && !groups.iter().all(Word::is_digits);
        return fits.then_some((dashes, Form::Grouped));
    }
    match first {
        word if word.is_digits() => (4..=8).contains(&word.len()).then_some((1, Form::Digits)),
        word if !(4..=10).contains(&word.len()) => None,
        word if word.digits == 0 => word.is_upper().then_some((1, Form::Capitals)),
        word if word.is_upper() => Some((1, Form::Mixed)),
        _ => Some((1, Form::MixedCase)),
    }
}

fn joined(text: &str, range: &Range<usize>) -> String {
    text[range.clone()].replace([' ', '-'], "")
}

/// Not a part of a longer number, name or path: `1,482911`, `4829.11`, `A1B2C3_x`, `x=482911`.
fn is_free(text: &str, range: &Range<usize>) -> bool {
    let (before, after) = (&text.as_bytes()[..range.start], &text.as_bytes()[range.end..]);
    let joins = |byte: Option<&u8>| matches!(byte, Some(b'_' | b'/' | b'=' | b'-' | b'&' | b'@' | b'\\'));
    let point = |byte: Option<&u8>| matches!(byte, Some(b'.' | b','));
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && !c.is_ascii() && c < '\u{590}');
    let dash_before = before.last() == Some(&b'-') && before.iter().rev().nth(1).is_none_or(|byte| *byte == b' ');
    let colon = |byte: Option<&u8>| byte == Some(&b':');
    !(joins(before.last()) && !dash_before
        || joins(after.first()) && !(after.first() == Some(&b'-') && after.get(1).is_none_or(|byte| *byte == b' '))
        || point(before.last()) && digit(before.iter().rev().nth(1))
        || point(after.first()) && digit(after.get(1))
        || colon(before.last()) && digit(before.iter().rev().nth(1))
        || colon(after.first()) && digit(after.get(1))
        || letter(text[..range.start].chars().next_back())
        || letter(text[range.end..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        tokens(text, None).into_iter().map(|token| token.value).collect()
    }

    #[test]
    fn shapes_of_codes_are_read_as_they_are_typed() {
        for (text, found) in [
            ("is 482911.", vec!["482911"]),
            ("482 911, 1234-5678", vec!["482911", "12345678"]),
            ("4 8 2 9 1 1", vec!["482911"]),
            ("A 1 B 2", vec!["A1B2"]),
            ("G-482911 X3WG-V522", vec!["G-482911", "X3WG-V522"]),
            ("\u{7801}482911\u{8bf7}", vec!["482911"]),
            ("<482911> (7744) \"5219\"", vec!["482911", "7744", "5219"]),
            ("- 482911 -", vec!["482911"]),
        ] {
            assert_eq!(values(text), found, "{text}");
        }
    }

    #[test]
    fn parts_of_longer_things_are_no_tokens() {
        for text in [
            "1,482911",
            "4829.11",
            "x_482911",
            "a=482911&b",
            "123",
            "123456789",
            "482911\u{e9}",
            "2026-11-22",
            "10:1530",
        ] {
            assert_eq!(values(text), Vec::<String>::new(), "{text}");
        }
    }
}
