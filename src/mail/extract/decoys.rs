//! What has the shape of a code and is certainly something else, by its own writing.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// Each with its name. `\b` is ASCII's: scripts without spaces may stand beside digits.
const DECOYS: [(&str, &str); 14] = [
    ("a web address", r"(?i)https?://[^\s<>]+|(?-u:\b)(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s<>]*"),
    ("an e-mail address", r"(?i)[^\s<>@]+@(?:[a-z0-9-]+\.)+[a-z]{2,}"),
    ("a ticket or colour", r"(?i)(?:#|№|(?-u:\b)n[or]\.)\s?[0-9a-f]{3,10}(?-u:\b)"),
    (
        "a date",
        r"(?i)(?-u:\b)\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?-u:\b)|(?-u:\b)(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d\d(?-u:\b)|(?-u:\b)\d{1,2}\.? (?:de )?\pL{3,12}\.?,? (?:de )?(?:19|20)\d\d(?-u:\b)|(?:19|20)\d\d ?(?:年|년)",
    ),
    ("a span of years", r"(?-u:\b)(?:19|20)\d\d\s?[-/]\s?(?:19|20)\d\d(?-u:\b)"),
    ("a time", r"(?i)(?-u:\b)\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m(?-u:\b))?"),
    (
        "a price",
        r"(?i)(?:[$€£¥₹₩₺₽฿]|(?-u:\b)(?:usd|eur|gbp|jpy|inr|chf|rs\.?|kr\.?|pln|brl|cny|rub)|R\$)\s?\d[\d.,]*|\d(?:[\d.,]*\d)?\s?(?:[$€£¥₹₩₺₽%‰]|(?:usd|eur|gbp|jpy|inr|chf|pln|brl|cny|rub|руб|zł|kč|kr)(?:\W|$)|円|元|원)",
    ),
    (
        "a quantity",
        r"(?i)(?-u:\b)\d{3,8}\+?[ -]?(?:(?:minut|stund|second|sekund|hour|day|tage|user|custom|follow|point|punkt|credit|download|people|member|develop|line|word|request|token|star|item|mile|step|view|euro|dollar)\pL*|min|sec|mins|secs|hrs|gb|mb|kb|tb|km|kg|kwh|px|ms|kcal|mah|watt|rpm|mhz|минут\pL*|часов|分钟|分|秒|小时|時間|분|초)(?:[^\pL]|$)",
    ),
    (
        "a telephone number",
        r"\+\d[\d\s().-]{6,}\d|\(\d{2,5}\)\s?\d{3,4}[\s-]?\d{3,5}|(?-u:\b)\d{3}[-. ]\d{3}[-. ]\d{4}(?-u:\b)|(?-u:\b)1?[- ]?8\d\d[- ]\d{3}[- ]\d{3,4}(?-u:\b)|(?-u:\b)0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,5}(?-u:\b)|(?-u:\b)\d{2}(?: \d{2}){4}(?-u:\b)",
    ),
    ("a card number", r"(?-u:\b)\d{4}[\s-]\d{4}[\s-]\d{4}(?:[\s-]\d{1,4})?(?-u:\b)|[*•xX·.…]{2,}\s?-?\d{2,4}(?-u:\b)"),
    ("a postal code", r"(?-u:\b)[A-Z]{2} \d{5}(?:-\d{4})?(?-u:\b)|(?-u:\b)\d{5}-\d{4}(?-u:\b)|〒\s?\d{3}-?\d{4}"),
    ("a scale", r"(?-u:\b)(?:0 )?1 2 3 4(?: 5(?: 6(?: 7(?: 8(?: 9(?: 10)?)?)?)?)?)?(?-u:\b)|(?-u:\b)5 4 3 2 1(?-u:\b)"),
    ("the year of a copyright", r"(?i)(?:©|\(c\)|copyright)\s*\d{4}"),
    (
        "a name of a standard or a version",
        r"(?i)(?-u:\b)(?:iso|rfc|cve|aes|rsa|sha|utf|http|tls|windows|win|ios|android|chrome|firefox|safari|macos|iphone|ipad|ubuntu|build|version)[ -]?v?\d[\w.-]*|(?-u:\b)v\d+\.\d[\w.-]*|(?-u:\b)(?:[0-9a-f]{2}:){3,}[0-9a-f]{2}(?-u:\b)|(?-u:\b)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{14,}(?-u:\b)",
    ),
];

static COMPILED: LazyLock<Vec<(&str, Regex)>> =
    LazyLock::new(|| DECOYS.iter().filter_map(|(name, pattern)| Some((*name, Regex::new(pattern).ok()?))).collect());

/// Where decoys stand in `text`, and what each is.
pub(super) fn find(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let found =
        |(name, regex): &'static (&'static str, Regex)| regex.find_iter(text).map(move |one| (one.range(), *name));
    COMPILED.iter().flat_map(found).collect()
}

/// `2026`.
pub(super) fn is_year(code: &str) -> bool {
    code.len() == 4 && code.parse().is_ok_and(|year: u32| (1900..=2100).contains(&year))
}

/// `20261122` or `22112026`.
pub(super) fn is_compact_date(code: &str) -> bool {
    let number = |range: Range<usize>| code.get(range).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let day = |month: u32, day: u32| (1..=12).contains(&month) && (1..=31).contains(&day);
    let year = |year: u32| (1990..=2050).contains(&year);
    code.len() == 8
        && (year(number(0..4)) && day(number(4..6), number(6..8))
            || year(number(4..8)) && (day(number(2..4), number(0..2)) || day(number(0..2), number(2..4))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_one() {
        assert_eq!(COMPILED.len(), DECOYS.len());
    }

    #[test]
    fn decoys_are_named() {
        for (text, name) in [
            ("https://x.test/482911", "a web address"),
            ("x.test/482911", "a web address"),
            ("a482911@x.test", "an e-mail address"),
            ("#482911", "a ticket or colour"),
            ("22 November 2026", "a date"),
            ("November 22, 2026", "a date"),
            ("22.11.2026", "a date"),
            ("2026\u{5e74}", "a date"),
            ("2019-2026", "a span of years"),
            ("10:15", "a time"),
            ("\u{20ac} 4829", "a price"),
            ("4829 EUR", "a price"),
            ("1440 minutes", "a quantity"),
            ("+49 151 4829 1177", "a telephone number"),
            ("800-555-0148", "a telephone number"),
            ("4242 4242 4242 4242", "a card number"),
            ("\u{2022}\u{2022}\u{2022}\u{2022} 4242", "a card number"),
            ("CA 94107", "a postal code"),
            ("0 1 2 3 4 5 6 7 8 9 10", "a scale"),
            ("\u{a9} 2026", "the year of a copyright"),
            ("AES-256", "a name of a standard or a version"),
            ("v4829.1", "a name of a standard or a version"),
        ] {
            assert!(
                find(text).iter().any(|(range, found)| *found == name && range.end == text.len()),
                "{text}: {:?}",
                find(text)
            );
        }
        assert_eq!(find("Your code is 482911. Do not share it."), []);
    }

    #[test]
    fn dates_without_separators_are_known() {
        assert!(is_compact_date("20261122") && is_compact_date("22112026") && is_compact_date("11222026"));
        assert!(!is_compact_date("48291177") && is_year("2026") && !is_year("4829"));
    }
}
