//! As much of a message as the parser is given: what it builds of a few hostile bytes can be large, and deep.

/// The rest of a longer message is not read: what is to be found stands before attachments.
const MAX_MESSAGE: usize = 2 << 20;
const MAX_HEADERS: usize = 256 << 10;
const MAX_BOUNDARIES: usize = 1000;
const MAX_MESSAGES: usize = 50;

/// `message` up to where it has more headers, parts or messages inside than any mail that is meant for a reader, or a message
/// inside that is encoded, which no standard allows: how deep it goes cannot be seen.
pub(super) fn bounded(message: &[u8]) -> &[u8] {
    let message = &message[..message.len().min(MAX_MESSAGE)];
    let mut lines = Lines { in_header: true, ..Lines::default() };
    let (mut at, mut block) = (0, 0);
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        let begins = line.starts_with(b"--") || lines.ended;
        block = if begins { at } else { block };
        if lines.is_too_much(line) {
            return &message[..block];
        }
        at += line.len();
    }
    message
}

/// What was seen so far. A block is what stands between two empty lines: it could be a header.
#[derive(Default)]
struct Lines {
    in_header: bool,
    headers: usize,
    boundaries: usize,
    messages: usize,
    has_digest: bool,
    /// The last line was empty.
    ended: bool,
    block: Block,
}

#[derive(Default, Clone, Copy)]
struct Block {
    typed: bool,
    holds_message: bool,
    encoded: bool,
    /// The type stands on the next line.
    type_follows: bool,
}

impl Lines {
    fn is_too_much(&mut self, line: &[u8]) -> bool {
        if matches!(line, b"\n" | b"\r\n") {
            let holds_message = self.holds_message();
            self.in_header &= holds_message;
            self.messages += usize::from(holds_message && self.block.typed);
            let hidden = holds_message && self.block.encoded;
            (self.block, self.ended) = (Block::default(), true);
            return hidden || self.messages > MAX_MESSAGES;
        }
        if line.starts_with(b"--") {
            self.boundaries += 1;
            (self.block, self.in_header) = (Block::default(), true);
        }
        self.ended = false;
        self.headers += if self.in_header { line.len() } else { 0 };
        self.read(line);
        self.headers > MAX_HEADERS || self.boundaries > MAX_BOUNDARIES
    }

    fn holds_message(&self) -> bool {
        self.block.holds_message || self.has_digest && !self.block.typed
    }

    fn read(&mut self, line: &[u8]) {
        if self.block.type_follows {
            self.block.type_follows = false;
            return self.read_type(line.trim_ascii());
        }
        if let Some(value) = value_of(line, b"content-type") {
            self.block.typed = true;
            self.block.type_follows = value.is_empty();
            if !value.is_empty() {
                self.read_type(value);
            }
        } else if let Some(value) = value_of(line, b"content-transfer-encoding") {
            self.block.encoded |= ![&b"7bit"[..], b"8bit", b"binary"].iter().any(|plain| begins(value, plain));
        }
    }

    fn read_type(&mut self, value: &[u8]) {
        const OTHERS: [&[u8]; 9] = [
            b"text/",
            b"multipart/",
            b"image/",
            b"application/",
            b"audio/",
            b"video/",
            b"font/",
            b"model/",
            b"message/delivery-status",
        ];
        self.block.holds_message |= !OTHERS.iter().any(|other| begins(value, other));
        self.has_digest |= begins(value, b"multipart/digest");
    }
}

fn begins(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn value_of<'l>(line: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    let rest = begins(line, name).then(|| line[name.len()..].trim_ascii())?;
    rest.strip_prefix(b":").map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_with_more_headers_or_parts_than_any_other_is_cut() {
        let plain = b"Subject: x\r\n\r\ntext\r\n--\r\nAda\r\n\r\n".repeat(10);
        assert_eq!(bounded(&plain).len(), plain.len());
        assert!(bounded(&b"a:b\n".repeat(1_000_000)).len() < 300_000);
        assert!(bounded(&[b"x:y\n\n".to_vec(), b"--b\n\n".repeat(1_000_000)].concat()).len() < 10_000);
        assert!(bounded(&b"Content-Type: message/rfc822\n\n".repeat(100_000)).len() < 3_000);
        assert_eq!(bounded(&[b"a: ".to_vec(), b"b".repeat(1_000_000)].concat()).len(), 0);
    }

    #[test]
    fn messages_inside_that_are_encoded_are_not_opened() {
        for (header, whole) in [
            ("Content-Type: text/html\r\nContent-Transfer-Encoding: base64", true),
            ("Content-Type:\r\n text/html;\r\n charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable", true),
            ("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit", true),
            ("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64", false),
            ("content-transfer-encoding : base64\ncontent-type:\n message/rfc822", false),
            ("Content-Type: multipart/digest\r\n\r\n--b\r\nContent-Transfer-Encoding: base64", false),
        ] {
            let mail = format!("{header}\r\n\r\nx\r\n");
            assert_eq!(bounded(mail.as_bytes()).len() == mail.len(), whole, "{header}");
        }
    }
}
