//! The bytes of a text, one by one, within bounds, with the line that each stands on.

use std::io::{ErrorKind, Read};

use super::OpError;

/// More than a million rows of honest size.
const MAX_BYTES: u64 = 256 << 20;
/// Of one row.
pub(super) const MAX_ROW: usize = 1 << 20;

const CHUNK: usize = 64 << 10;

pub(super) struct Text<'r> {
    from: &'r mut dyn Read,
    /// As messages call it.
    name: String,
    buffer: Vec<u8>,
    at: usize,
    /// Bytes in earlier buffers.
    before: u64,
    line: u64,
    most: u64,
}

impl<'r> Text<'r> {
    pub fn new(from: &'r mut dyn Read, name: &str) -> Self {
        Self { from, name: name.to_owned(), buffer: Vec::new(), at: 0, before: 0, line: 1, most: MAX_BYTES }
    }

    /// The line of the next byte, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The next byte stays.
    pub fn peek(&mut self) -> Result<Option<u8>, OpError> {
        if self.at == self.buffer.len() && !self.fill()? {
            return Ok(None);
        }
        Ok(self.buffer.get(self.at).copied())
    }

    pub fn next(&mut self) -> Result<Option<u8>, OpError> {
        let Some(byte) = self.peek()? else { return Ok(None) };
        self.at += 1;
        let ends_line = match byte {
            b'\n' => true,
            // Alone, as old programs wrote it.
            b'\r' => self.peek()? != Some(b'\n'),
            _ => false,
        };
        self.line += u64::from(ends_line);
        Ok(Some(byte))
    }

    /// Takes the next byte if it is this one.
    pub fn takes(&mut self, byte: u8) -> Result<bool, OpError> {
        let found = self.peek()? == Some(byte);
        if found {
            self.next()?;
        }
        Ok(found)
    }

    /// The bytes that come next, as far as one buffer holds them; they stay.
    pub fn ahead(&mut self) -> Result<&[u8], OpError> {
        self.peek()?;
        Ok(&self.buffer[self.at..])
    }

    /// Goes past a byte order mark. One of UTF-16 says what is wrong with the whole.
    pub fn skip_mark(&mut self) -> Result<(), OpError> {
        match self.ahead()? {
            [0xef, 0xbb, 0xbf, ..] => self.at += 3,
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
                return Err(OpError::Usage(format!("{} is in UTF-16; save it as UTF-8", self.name)));
            }
            _ => {}
        }
        Ok(())
    }

    /// The rest of the text cannot be read, for what stands at `line`.
    pub fn broken(&self, line: u64, why: impl std::fmt::Display) -> OpError {
        OpError::Usage(format!("{}, line {line}: {why}", self.name))
    }

    pub fn too_large(&self, line: u64, hint: &str) -> OpError {
        self.broken(line, format!("the row that begins here has more than {MAX_ROW} bytes{hint}"))
    }

    /// What is wrong with the whole text.
    pub fn unfit(&self, why: impl std::fmt::Display) -> OpError {
        OpError::Usage(format!("{}: {why}", self.name))
    }

    /// Whether there is more.
    fn fill(&mut self) -> Result<bool, OpError> {
        self.before += self.buffer.len() as u64;
        if self.before > self.most {
            return Err(self.unfit(format!("it has more than {} bytes; make several fleets of it", self.most)));
        }
        self.at = 0;
        self.buffer.resize(CHUNK, 0);
        let mut filled = 0;
        // A first buffer that is full shows what the text begins with, however slowly it comes.
        while filled < self.buffer.len() {
            match self.from.read(&mut self.buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.buffer.clear();
                    return Err(OpError::Usage(format!("cannot read {}: {error}", self.name)));
                }
            }
        }
        self.buffer.truncate(filled);
        Ok(filled > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let mut bytes: &[u8] = b"a\nb\r\nc\rd";
        let mut text = Text::new(&mut bytes, "rows");
        let mut lines = Vec::new();
        while let Some(byte) = text.peek().unwrap() {
            lines.push((byte, text.line()));
            text.next().unwrap();
        }
        lines.retain(|(byte, _)| byte.is_ascii_alphabetic());
        assert_eq!(lines, [(b'a', 1), (b'b', 2), (b'c', 3), (b'd', 4)]);
    }

    #[test]
    fn a_text_without_end_is_refused() {
        let mut zeros = std::io::repeat(b'0');
        let mut text = Text { most: 3 * CHUNK as u64, ..Text::new(&mut zeros, "rows") };
        let error = std::iter::from_fn(|| text.next().transpose()).find_map(Result::err).unwrap();
        assert_eq!(error.to_string(), "rows: it has more than 196608 bytes; make several fleets of it");
    }
}
