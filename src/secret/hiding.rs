//! Text of which parts are not shown.

use std::ops::Range;

use super::{MASKED, Secret};

/// `text` with `***` for each of `ranges`, which ascend by their beginnings; where they overlap, with one for all.
pub fn hide_ranges(text: &str, ranges: impl IntoIterator<Item = Range<usize>>) -> String {
    let mut shown = String::with_capacity(text.len());
    // Up to where the text is dealt with: shown, or masked.
    let mut end = 0;
    for range in ranges {
        if range.start >= end {
            shown.push_str(&text[end..range.start]);
            shown.push_str(MASKED);
        }
        end = end.max(range.end);
    }
    shown.push_str(&text[end..]);
    shown
}

/// `text` with `***` for each of `secrets`, however short.
pub fn hide<'a>(text: &str, secrets: impl IntoIterator<Item = &'a Secret<String>>) -> String {
    let told = secrets.into_iter().map(Secret::expose).filter(|secret| !secret.is_empty());
    told.fold(text.to_owned(), |text, secret| text.replace(secret, MASKED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_are_masked_apart_and_those_that_overlap_as_one() {
        assert_eq!(hide_ranges("abcdefgh\u{e4}", [1..3, 3..4, 5..8, 6..7]), "a******e***\u{e4}");
        assert_eq!(hide_ranges("abc", []), "abc");
    }

    #[test]
    fn each_secret_is_replaced_and_an_empty_one_is_none() {
        let secrets = ["ab", "", "c"].map(|text| Secret::new(text.to_owned()));
        assert_eq!(hide("ab, c, d", &secrets), "***, ***, d");
    }
}
