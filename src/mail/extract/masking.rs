//! Text of a message for eyes that are not to see a code.

use std::ops::Range;

use super::token::tokens;
use crate::secret::hide_ranges;

/// So many digits in a word of letters and digits could be a code of somebody's own shape.
const DIGITS: usize = 4;

/// `text` with all masked that has the shape of a code, and with web addresses masked, which may carry one.
pub(in crate::mail) fn without_codes(text: &str) -> String {
    let codes = tokens(text, None).into_iter().map(|token| token.range);
    let mut hidden: Vec<Range<usize>> = codes.chain(addresses(text)).chain(numbers(text)).collect();
    hidden.sort_by_key(|range| range.start);
    hide_ranges(text, hidden)
}

fn addresses(text: &str) -> impl Iterator<Item = Range<usize>> {
    pieces(text, |c| !c.is_whitespace()).filter(|range| text[range.clone()].contains("://"))
}

fn numbers(text: &str) -> impl Iterator<Item = Range<usize>> {
    let digits = |range: &Range<usize>| text[range.clone()].chars().filter(|c| c.is_numeric()).count();
    pieces(text, char::is_alphanumeric).filter(move |range| digits(range) >= DIGITS)
}

/// The longest stretches of such characters.
fn pieces(text: &str, of: fn(char) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(of)?;
        let end = text[start..].find(|c| !of(c)).map_or(text.len(), |length| start + length);
        rest = end;
        Some(start..end)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_that_could_be_a_code_is_left() {
        for (text, shown) in [
            ("482911 is your code", "*** is your code"),
            ("Your code: 482 911!", "Your code: ***!"),
            ("4 8 2 9 1 1 and X3WG-V522 and G-482911", "*** and *** and ***"),
            ("Go to https://x.test/verify/abc now", "Go to *** now"),
            ("no-reply+4829117733@x.test", "no-reply+***@x.test"),
            ("code 123456789012 \u{664}\u{668}\u{662}\u{669}", "code *** ***"),
            ("Verify your address", "Verify your address"),
            ("Best\u{e4}tigen Sie 2 Dinge", "Best\u{e4}tigen Sie 2 Dinge"),
            ("", ""),
        ] {
            assert_eq!(without_codes(text), shown, "{text}");
        }
    }
    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn digits_that_could_be_a_code_never_stay(before in "\\PC{0,20}", code in "[0-9]{4,12}", behind in "\\PC{0,20}") {
            let shown = without_codes(&format!("{before}{code}{behind}"));
            prop_assert!(!shown.contains(&code), "{shown}");
        }
    }
}
