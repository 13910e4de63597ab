//! Bounds on the shape of a reply, kept before the crate's recursive parser sees it.
//!
//! Only FETCH replies nest or carry literals, and those that we ask for do so to a known depth. A deeper one would be a way
//! to exhaust the stack, one with thousands of literals a way to make the parser start over as often.
//!
//! The crate starts over at each line end, also at those inside a message. So there they are handed to it as another byte,
//! and [`with_line_ends`] gives them back: a message of a hundred lines is parsed once.

use std::io;

/// `* 1 FETCH (FLAGS (\Seen) BODY[HEADER.FIELDS (TO)] …)` nests two deep.
const MAX_DEPTH: u32 = 4;
const MAX_LITERALS: u32 = 16;
/// Outside of literals.
const MAX_TEXT: usize = 64 << 10;
/// What the crate's parser cannot stand. The first letter stands in it once.
const NO_DATE: &[u8] = b"INTERNALDATE N";
/// Of a message's number.
const DIGITS: usize = 10;
/// As many bytes as tell a FETCH reply from others: `* 4294967295 FETCH `.
const HEAD: usize = 19;

/// A vertical tab: seldom in a message, and allowed there.
const LINE_END: u8 = 0x0b;

/// The literal of a FETCH reply as the server sent it.
pub(super) fn with_line_ends(literal: &[u8]) -> Vec<u8> {
    literal.iter().map(|byte| swapped(*byte)).collect()
}

/// Its own inverse.
fn swapped(byte: u8) -> u8 {
    match byte {
        b'\n' => LINE_END,
        LINE_END => b'\n',
        other => other,
    }
}

/// Follows the bytes of replies, in pieces of any size.
#[derive(Debug, Default)]
pub(super) struct Shape {
    head: Vec<u8>,
    /// The line began as `* N FETCH`; only then may its text nest.
    is_fetch: bool,
    depth: u32,
    literals: u32,
    /// Bytes of the line outside of literals, and how many of [`NO_DATE`] the last of them are.
    text: usize,
    no_date: usize,
    quoted: bool,
    escaped: bool,
    /// The size inside `{…}`, while it may still turn out to announce a literal.
    announced: Option<usize>,
    literal_left: usize,
}

impl Shape {
    /// Follows `bytes`, and hides the line ends of literals. Outside of them, what is not printable ASCII is replaced: the
    /// crate's parser gives up at text in other scripts, and a refused login would look like a broken line.
    pub fn follow(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        let mut at = 0;
        while at < bytes.len() {
            let skipped = self.literal_left.min(bytes.len() - at);
            self.literal_left -= skipped;
            bytes[at..at + skipped].iter_mut().for_each(|byte| *byte = swapped(*byte));
            at += skipped;
            if let Some(byte) = bytes.get_mut(at) {
                if !matches!(byte, b' '..=b'~' | b'\r' | b'\n' | b'\t') {
                    *byte = b'?';
                }
                self.step(*byte)?;
                at += 1;
            }
        }
        Ok(())
    }

    fn step(&mut self, byte: u8) -> io::Result<()> {
        if self.head.len() < HEAD {
            self.head.push(byte.to_ascii_uppercase());
            self.is_fetch |= is_fetch(&self.head);
            // Any number of zeros may stand before the one digit that counts.
            if self.head.len() == HEAD && self.head.starts_with(b"* ") && !self.is_fetch {
                let long = self.head[2..].iter().take_while(|byte| byte.is_ascii_digit()).count() > DIGITS;
                if long {
                    return refuse("the reply has a number that is too long");
                }
            }
        }
        if byte == b'\n' {
            return self.end_line();
        }
        if !self.is_fetch {
            return Ok(());
        }
        self.text += 1;
        if self.text > MAX_TEXT {
            return refuse("the reply is too long");
        }
        if self.quoted {
            self.quoted = self.escaped || byte != b'"';
            self.escaped = !self.escaped && byte == b'\\';
            return Ok(());
        }
        let letter = byte.to_ascii_uppercase();
        let goes_on = NO_DATE.get(self.no_date) == Some(&letter);
        self.no_date = if goes_on { self.no_date + 1 } else { usize::from(letter == NO_DATE[0]) };
        if self.no_date == NO_DATE.len() {
            return refuse("the reply has no date where one belongs");
        }
        match byte {
            b'"' => self.quoted = true,
            b'(' => self.depth += 1,
            b')' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.announced = match (byte, self.announced) {
            (b'{', _) => Some(0),
            (b'0'..=b'9', Some(size)) => Some(size.saturating_mul(10).saturating_add(usize::from(byte - b'0'))),
            (b'}' | b'\r', size) => size,
            _ => None,
        };
        if self.depth > MAX_DEPTH { refuse("the reply is nested too deeply") } else { Ok(()) }
    }

    fn end_line(&mut self) -> io::Result<()> {
        match self.announced.take() {
            Some(size) if self.is_fetch && !self.quoted => {
                self.literal_left = size;
                self.literals += 1;
                if self.literals > MAX_LITERALS { refuse("the reply is in too many pieces") } else { Ok(()) }
            }
            _ => {
                *self = Self { head: std::mem::take(&mut self.head), ..Self::default() };
                self.head.clear();
                Ok(())
            }
        }
    }
}

fn is_fetch(head: &[u8]) -> bool {
    let Some(rest) = head.strip_prefix(b"* ") else { return false };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && rest[digits..].starts_with(b" FETCH")
}

fn refuse(reason: &str) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::InvalidData, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(text: &str) -> io::Result<()> {
        // In pieces of one byte and in one piece: the same verdict.
        let mut shape = Shape::default();
        let piecewise = text.to_owned().into_bytes().chunks_mut(1).try_for_each(|piece| shape.follow(piece));
        assert_eq!(piecewise.is_ok(), Shape::default().follow(&mut text.to_owned().into_bytes()).is_ok(), "{text}");
        piecewise
    }

    #[test]
    fn the_replies_that_we_ask_for_pass() {
        let deep = "(".repeat(50);
        for text in [
            "* 1 FETCH (UID 3 FLAGS (\\Seen) BODY[HEADER.FIELDS (TO CC)]<0> {5}\r\n((((( RFC822.SIZE 7)\r\na1 OK done (((((((\r\n",
            "* OK [ALERT] some {99} ((((((( text\r\n* OK more\r\n",
            "* 2 FETCH (BODY[] \"((((((\\\"((((\")\r\n",
            &format!("* OK {{{}}}\r\n* 1 FETCH (UID 1)\r\n* SEARCH {deep}\r\n", u64::MAX),
        ] {
            assert!(follow(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn only_literals_keep_bytes_that_are_not_ascii() {
        let mut bytes = "a1 NO \u{43d}\u{1b}\r\n* 1 FETCH (BODY[] {2}\r\n\u{43d})\r\n".to_owned().into_bytes();
        Shape::default().follow(&mut bytes).unwrap();
        assert_eq!(bytes, "a1 NO ???\r\n* 1 FETCH (BODY[] {2}\r\n\u{43d})\r\n".as_bytes());
    }

    #[test]
    fn a_literal_is_one_line_until_it_has_its_line_ends_back() {
        let sent = "* 1 FETCH (BODY[] {10}\r\na\r\nb\x0b\nc\r\n)\r\na1 OK\r\n";
        let mut bytes = sent.to_owned().into_bytes();
        Shape::default().follow(&mut bytes).unwrap();
        assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 4, "three of the reply's, and the tab");
        assert_eq!(with_line_ends(&bytes[24..34]), &sent.as_bytes()[24..34]);
        assert_eq!([&bytes[..24], &bytes[34..]].concat(), [&sent[..24], &sent[34..]].concat().as_bytes());
    }

    #[test]
    fn nesting_is_refused_wherever_it_hides() {
        let deep = "(".repeat(50);
        for text in [
            format!("* 1 FETCH (BODYSTRUCTURE {deep}"),
            format!("* 1 fetch (X {{3}}\r\nabc BODYSTRUCTURE {deep}"),
            format!("* OK {{4000000000}}\r\n* 1 FETCH {deep}"),
            format!("* 1 FETCH (X \"\\\\\" {deep}"),
        ] {
            assert!(follow(&text).is_err(), "{text}");
        }
        assert!(follow(&format!("* 1 FETCH ({}", "X {1}\r\na ".repeat(100))).is_err());
        assert!(follow(&format!("* 00000000000000000000001 FETCH (BODYSTRUCTURE {deep}")).is_err());
    }

    #[test]
    fn what_the_parser_cannot_stand_is_refused() {
        assert!(follow("* 1 FETCH (UID 1 internaldate NIL)\r\n").is_err());
        assert!(follow("* 1 FETCH (UID 1 INTERNALDATE \"22-Nov-2026 10:00:00 +0000\")\r\n").is_ok());
        assert!(follow(&format!("* 1 FETCH (FLAGS ({}) X {{3}}\r\n", "a ".repeat(40_000))).is_err());
    }
}
