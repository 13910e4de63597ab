//! The one verification code in running text.
//!
//! Tokens of the shapes that codes have are weighed by what stands around them. What is certainly something else (addresses,
//! dates, prices, telephone numbers, years) is cut out first. The best token wins only if no other is as good.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::mail::message::{Block, Content};

/// A token below this weight is not taken for a code.
const ENOUGH: i32 = 4;
/// A token this little behind the best one is a rival: neither is taken.
const RIVAL: i32 = 2;
/// Blocks are searched up to this many bytes.
const MAX_BLOCK: usize = 4000;

/// Words for "code" and its kin, in lower case. Latin ones match from the beginning of a word.
const KEYWORDS: [&str; 62] = [
    "code",
    "passcode",
    "otp",
    "pin",
    "token",
    "verification",
    "verify",
    "one-time",
    "password",
    "passwort",
    "c\u{f3}digo",
    "codigo",
    "codice",
    "codi",
    "kode",
    "koden",
    "kod",
    "k\u{f3}d",
    "kodas",
    "kods",
    "koodi",
    "kodea",
    "cod",
    "c\u{f2}d",
    "k\u{f2}d",
    "\u{43a}\u{43e}\u{434}",
    "\u{43f}\u{430}\u{440}\u{43e}\u{43b}",
    "\u{3ba}\u{3c9}\u{3b4}",
    "m\u{e3}",
    "m\u{e1}t kh\u{1ea9}u",
    "\u{9a8c}\u{8bc1}\u{7801}",
    "\u{9a57}\u{8b49}\u{78bc}",
    "\u{4ee3}\u{7801}",
    "\u{4ee3}\u{78bc}",
    "\u{8a8d}\u{8a3c}",
    "\u{30b3}\u{30fc}\u{30c9}",
    "\u{6821}\u{9a8c}\u{7801}",
    "\u{786e}\u{8ba4}\u{7801}",
    "\u{78bc}",
    "\u{7801}",
    "\u{cf54}\u{b4dc}",
    "\u{c778}\u{c99d}",
    "\u{631}\u{645}\u{632}",
    "\u{643}\u{648}\u{62f}",
    "\u{6a9}\u{62f}",
    "\u{5e7}\u{5d5}\u{5d3}",
    "\u{e23}\u{e2b}\u{e31}\u{e2a}",
    "\u{915}\u{94b}\u{921}",
    "\u{995}\u{9cb}\u{9a1}",
    "\u{b95}\u{bc1}\u{bb1}",
    "\u{c15}\u{c4b}\u{c21}",
    "\u{c95}\u{ccb}\u{ca1}",
    "\u{d15}\u{d4b}\u{d21}",
    "\u{a95}\u{acb}\u{aa1}",
    "\u{a15}\u{a4b}\u{a21}",
    "\u{10d9}\u{10dd}\u{10d3}",
    "\u{56f}\u{578}\u{564}",
    "\u{d9a}\u{dda}\u{dad}",
    "\u{1780}\u{17bc}\u{178a}",
    "k\u{f3}\u{f0}",
    "c\u{f4}d",
    "kodu",
];

/// Words that say that the number beside them is something else.
const OTHERS: [&str; 26] = [
    "order",
    "invoice",
    "ticket",
    "case",
    "reference",
    "ref",
    "customer",
    "account number",
    "tracking",
    "booking",
    "amount",
    "total",
    "zip",
    "postal",
    "suite",
    "street",
    "phone",
    "tel",
    "fax",
    "card",
    "ending",
    "bestell",
    "rechnung",
    "kunden",
    "vat",
    "version",
];

static DECOYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?xi)
          https?://\S+ | \S+@\S+ | \b(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/\S*)?      # addresses
        | \#[0-9a-f]{3,8}\b                                                   # colours, ticket numbers
        | \b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b                                 # dates
        | \b\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m\b)?                        # times
        | [$\u{20ac}\u{a3}\u{a5}\u{20b9}]\s?\d[\d.,]* | \b\d[\d.,]*\s?(?:[$\u{20ac}\u{a3}\u{a5}\u{20b9}%]|usd|eur|gbp)  # prices
        | \+\d[\d\s().-]{6,}\d | \(\d{3}\)\s?\d{3}[\s-]\d{4} | \b\d{3}-\d{3}-\d{4}\b | \b1?-?8\d\d-\d{3}-\d{4}\b     # telephones
        | \b\d{4}[\s-]\d{4}[\s-]\d{4}(?:[\s-]\d{1,4})?\b                      # cards
        | \bv?\d+\.\d+(?:\.\d+)*\b                                            # versions
        | (?:\u{a9}|\(c\)|copyright)\s*\d{4}                                  # years of a copyright
        | \b(?:[0-9a-f]{2}:){3,}[0-9a-f]{2}\b | \b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{14,}\b",
    )
    .ok()
});

static SHAPES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
          \b(?:[A-Z]-)?\d{4,8}\b                        # 482911, G-482911
        | \b\d{3}[\ -]\d{3}\b | \b\d{4}[\ -]\d{4}\b     # 482 911
        | \b\d(?:[\ -]\d){3,7}\b                        # 4 8 2 9 1 1
        | \b[A-Z0-9]{3,5}(?:-[A-Z0-9]{3,5}){1,2}\b      # X3WG-V522
        | \b[A-Z0-9]{4,10}\b                            # NMFHMJ, A1B2C3",
    )
    .ok()
});

/// The tokens that look most like a code; more than one if they look alike.
pub(super) fn candidates(content: &Content) -> BTreeSet<String> {
    let mut weights: BTreeMap<String, i32> = BTreeMap::new();
    for part in &content.parts {
        for (token, weight) in weigh_part(part) {
            let best = weights.entry(token).or_insert(i32::MIN);
            *best = (*best).max(weight);
        }
    }
    for (token, weight) in &mut weights {
        *weight += 2 * i32::from(tokens(&content.subject).iter().any(|(_, _, found)| found == token));
    }
    let top = weights.values().copied().max().filter(|top| *top >= ENOUGH);
    weights
        .into_iter()
        .filter(|(_, weight)| top.is_some_and(|top| *weight >= ENOUGH && *weight >= top - RIVAL))
        .map(|(token, _)| token)
        .collect()
}

/// Each token of a part with its weight. The block before a token counts as its context, the one after a little.
fn weigh_part(part: &[Block]) -> Vec<(String, i32)> {
    let lowered: Vec<String> = part.iter().map(|block| bounded(&block.text).to_lowercase()).collect();
    let mut weighed = Vec::new();
    for (at, block) in part.iter().enumerate() {
        for (start, end, token) in tokens(&block.text) {
            let before = at.checked_sub(1).and_then(|before| lowered.get(before)).map_or("", String::as_str);
            let around = Surroundings { block, here: &lowered[at], before, start, end };
            weighed.extend(around.weigh(&token).map(|weight| (token, weight)));
        }
    }
    weighed
}

struct Surroundings<'a> {
    block: &'a Block,
    here: &'a str,
    before: &'a str,
    start: usize,
    end: usize,
}

impl Surroundings<'_> {
    /// `None` if the token cannot be a code where it stands.
    fn weigh(&self, token: &str) -> Option<i32> {
        let text = bounded(&self.block.text);
        let rest = format!("{}{}", &text[..self.start], &text[self.end..]);
        let alone = !rest.chars().any(char::is_alphanumeric);
        let nearly_alone = rest.chars().filter(|c| c.is_alphanumeric()).count() <= 24;
        let digits = token.chars().filter(char::is_ascii_digit).count();
        let letters = token.chars().filter(char::is_ascii_alphabetic).count();
        let keyword = self.keyword_near();
        if digits == 0 && !(alone || self.block.emphasised) || letters > 0 && !keyword && !alone {
            return None;
        }
        if is_year(token) && !alone || alone && letters == token.len() && !has_consonants(token) {
            return None;
        }
        let signs = [
            (alone, 4),
            (keyword, 4),
            (mentions(self.before, &KEYWORDS) && (alone || nearly_alone), 2),
            (self.block.emphasised, 2),
            (digits == 6 && letters == 0, 1),
            (mentions(self.label(), &OTHERS), -5),
            (alone && mentions(self.before, &OTHERS) && !mentions(self.before, &KEYWORDS), -5),
            (self.block.hidden, -2),
        ];
        Some(signs.iter().filter(|(holds, _)| *holds).map(|(_, weight)| weight).sum())
    }

    /// Whether a word for "code" stands within reach of the token.
    fn keyword_near(&self) -> bool {
        let (start, end) = (self.start.min(self.here.len()), self.end.min(self.here.len()));
        let from = self.here.floor_char_boundary(start.saturating_sub(90));
        let to = self.here.ceil_char_boundary((end + 60).min(self.here.len()));
        let (start, end) = (self.here.floor_char_boundary(start), self.here.ceil_char_boundary(end));
        mentions(&self.here[from..start], &KEYWORDS) || mentions(&self.here[end..to.max(end)], &KEYWORDS)
    }

    /// The few words right before the token.
    fn label(&self) -> &str {
        let start = self.here.floor_char_boundary(self.start.min(self.here.len()));
        &self.here[self.here.floor_char_boundary(start.saturating_sub(20))..start]
    }
}

/// Whether one of `words` begins at the beginning of a word of `text` (anywhere, in scripts that set no spaces).
fn mentions(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            !word.is_ascii() && word.chars().any(|c| c > '\u{2fff}')
                || !before.is_some_and(char::is_alphabetic)
                || at > 0 && word.len() >= 4 && !OTHERS.contains(word)
        })
    })
}

/// Tokens of the shapes that codes have, in their normal spelling, with their place.
fn tokens(text: &str) -> Vec<(usize, usize, String)> {
    let (Some(decoys), Some(shapes)) = (DECOYS.as_ref(), SHAPES.as_ref()) else { return Vec::new() };
    let text = bounded(text);
    let mut cut = text.to_owned().into_bytes();
    for decoy in decoys.find_iter(text) {
        cut[decoy.range()].fill(b'.');
    }
    let cut = String::from_utf8(cut).unwrap_or_default();
    let found = shapes.find_iter(&cut).filter(|token| !touches_word(&cut, token.start(), token.end()));
    found.map(|token| (token.start(), token.end(), normal(token.as_str()))).take(200).collect()
}

/// Part of a longer number or name: `1,234567`, `A1B2C3_x`.
fn touches_word(text: &str, start: usize, end: usize) -> bool {
    let joins = |c: char| matches!(c, '_' | '/' | '=' | '-' | '\u{2011}');
    text[..start].chars().next_back().is_some_and(joins) || text[end..].chars().next().is_some_and(joins)
}

/// `482 911` and `4 8 2 9 1 1` are typed without spaces; `X3WG-V522` is typed as it stands, `482-911` without its dash.
fn normal(token: &str) -> String {
    let spaced = token.replace(' ', "");
    if spaced.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') { spaced.replace('-', "") } else { spaced }
}

fn is_year(token: &str) -> bool {
    token.len() == 4 && token.parse().is_ok_and(|year: u32| (1900..=2100).contains(&year))
}

/// Capitals alone on a line may be a heading: HELLO, NOTICE. One that can be read aloud is taken for a word.
fn has_consonants(token: &str) -> bool {
    let vowels = token.chars().filter(|c| matches!(c, 'A' | 'E' | 'I' | 'O' | 'U' | 'Y')).count();
    vowels * 4 <= token.len()
}

fn bounded(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_BLOCK)]
}
