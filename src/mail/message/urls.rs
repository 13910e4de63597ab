//! Web addresses in running text.

use std::ops::Range;

/// Where `http://` and `https://` addresses stand in `text`. An address ends at space, quotes, brackets, controls or anything
/// that is not ASCII; a full stop or a bracket that only closes the sentence does not belong to it.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(colon) = find_scheme_end(&text[at..]).map(|offset| at + offset) {
        let scheme = [&b"https"[..], b"http"].into_iter().find(|scheme| {
            colon
                .checked_sub(scheme.len())
                .is_some_and(|start| start >= at && bytes[start..colon].eq_ignore_ascii_case(scheme))
        });
        at = colon + 3;
        let Some(scheme) = scheme else { continue };
        let length = bytes[at..].iter().take_while(|byte| belongs(**byte)).count();
        let end = at + without_closing(&text[at..at + length]).len();
        if end > at {
            found.push(colon - scheme.len()..end);
        }
        at += length;
    }
    found
}

fn find_scheme_end(text: &str) -> Option<usize> {
    // A search for the one byte is many times as fast.
    text.match_indices(':').map(|(colon, _)| colon).find(|colon| text[*colon..].starts_with("://"))
}

fn belongs(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(byte, b'<' | b'>' | b'"' | b'`' | b'{' | b'}' | b'|' | b'\\' | b'^' | b'[' | b']')
}

/// `address` without the punctuation that belongs to the sentence around it. One pass from the end.
fn without_closing(address: &str) -> &str {
    let opened = address.matches('(').count();
    let mut surplus = address.matches(')').count().saturating_sub(opened);
    let mut rest = address;
    loop {
        rest = match rest.as_bytes().last() {
            Some(b'.' | b',' | b';' | b':' | b'!' | b'?' | b'\'' | b'*') => &rest[..rest.len() - 1],
            Some(b')') if surplus > 0 => {
                surplus -= 1;
                &rest[..rest.len() - 1]
            }
            _ => return rest,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_end_where_a_reader_would_end_them() {
        for (text, found) in [
            ("go to https://x.test/a?b=c.", vec!["https://x.test/a?b=c"]),
            ("(see HTTP://x.test/a_(b)) now", vec!["HTTP://x.test/a_(b)"]),
            ("[https://x.test/v](https://x.test/v)", vec!["https://x.test/v", "https://x.test/v"]),
            ("\u{c740} https://x.test/ff/\u{c744} \u{d074}", vec!["https://x.test/ff/"]),
            ("<https://x.test>,http://y.test", vec!["https://x.test", "http://y.test"]),
            ("ftp://x.test https:// ://", vec![]),
        ] {
            let ranges = find(text);
            assert_eq!(ranges.into_iter().map(|range| &text[range]).collect::<Vec<_>>(), found);
        }
    }
}
