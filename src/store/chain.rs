//! Lines that vouch for one another: each ends in a MAC over itself and the MAC of the line before.

use super::seal::RunKeys;

/// Stands for the MAC before the first line.
const NOTHING_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const OPENING: &str = r#","mac":""#;
const CLOSING: &str = r#""}"#;

/// The MAC of a line, in hex: what the next line is chained to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link(String);

impl Link {
    pub fn start() -> Self {
        Self(NOTHING_BEFORE.to_owned())
    }

    /// One that stands in a file.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The bytes that close a line, its end included.
    pub const CLOSE: usize = NOTHING_BEFORE.len() + CLOSING.len() + 1;

    /// The one that stands at the end of a line, of which these are the last [`Self::CLOSE`] bytes.
    pub fn before(bytes: &[u8]) -> Option<Self> {
        let mac = bytes.strip_suffix(b"\n")?.strip_suffix(CLOSING.as_bytes())?;
        let mac = std::str::from_utf8(mac).ok()?;
        (mac.len() == NOTHING_BEFORE.len()).then(|| Self(mac.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Closes `object`, a JSON object, with its MAC and a line end.
    pub fn seal(&self, object: String, keys: &RunKeys) -> (String, Link) {
        let mut line = object;
        if line.ends_with('}') {
            line.pop();
        }
        let mac = keys.mac(&[self.0.as_bytes(), line.as_bytes()]);
        line.extend([OPENING, &mac, CLOSING, "\n"]);
        (line, Link(mac))
    }

    /// The link of `line` (without its line end), if it was written after this one.
    pub fn follow(&self, line: &[u8], keys: &RunKeys) -> Option<Link> {
        let rest = line.strip_suffix(CLOSING.as_bytes())?;
        let (rest, mac) = rest.split_at_checked(rest.len().checked_sub(NOTHING_BEFORE.len())?)?;
        let body = rest.strip_suffix(OPENING.as_bytes())?;
        let expected = keys.mac(&[self.0.as_bytes(), body]);
        (expected.as_bytes() == mac).then_some(Link(expected))
    }
}
