//! Tags: what they are called, and where they end.

/// The offset of the `>` that ends the tag, quotes respected; the end of the text if there is none. A quote that is never
/// closed counts as none.
pub(super) fn tag_end(tag: &str) -> usize {
    let bytes = tag.as_bytes();
    let mut quote = None;
    let mut plain_end = None;
    for (at, &byte) in bytes.iter().enumerate() {
        match (byte, quote) {
            (b'>', None) => return at,
            (b'>', Some(_)) => plain_end = plain_end.or(Some(at)),
            (b'"' | b'\'', None) if at > 0 && matches!(bytes[at - 1], b'=' | b' ') => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            _ => {}
        }
        if at >= 64 << 10 {
            break;
        }
    }
    plain_end.unwrap_or_else(|| tag.floor_char_boundary(bytes.len().min(64 << 10)))
}

/// The name of an element, in lower case. There are many in a mail: it is compared at once and takes no memory of its own.
#[derive(Clone, Copy)]
pub(super) struct Name {
    bytes: [u8; Self::LONGEST],
    length: usize,
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        u128::from_ne_bytes(self.bytes) == u128::from_ne_bytes(other.bytes)
    }
}

impl Name {
    /// All names that matter are shorter.
    const LONGEST: usize = 16;

    /// Of a tag, from behind its `<`.
    pub fn of(tag: &str) -> Self {
        let mut name = Self { bytes: [0; Self::LONGEST], length: 0 };
        let letters = tag.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-'));
        for (place, byte) in name.bytes.iter_mut().zip(letters) {
            *place = byte.to_ascii_lowercase();
            name.length += 1;
        }
        name
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

/// What follows the end tag of an element whose content is not text.
pub(super) fn skip_element<'a>(after: &'a str, name: &str) -> &'a str {
    let mut rest = after;
    while let Some(at) = rest.find("</") {
        let tail = &rest[at + 2..];
        if tail.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return tail.split_once('>').map_or("", |(_, after)| after);
        }
        rest = tail;
    }
    ""
}
