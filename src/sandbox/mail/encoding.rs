//! Transfer encodings and escapes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::Encoding;

const MAX_LINE: usize = 76;

/// Quoted-printable (RFC 2045, 6.7) of a text whose lines end in `\n`.
pub fn quoted_printable(text: &[u8]) -> String {
    let mut out = String::new();
    for bytes in text.strip_suffix(b"\n").unwrap_or(text).split(|byte| *byte == b'\n') {
        let mut column = 0;
        for (place, byte) in bytes.iter().enumerate() {
            let last = place + 1 == bytes.len();
            let plain = matches!(byte, b'!'..=b'<' | b'>'..=b'~') || (matches!(byte, b' ' | b'\t') && !last);
            let token = if plain { char::from(*byte).to_string() } else { format!("={byte:02X}") };
            // A line that goes on needs a column for its `=`.
            if column + token.len() > MAX_LINE - usize::from(!last) {
                out.push_str("=\r\n");
                column = 0;
            }
            column += token.len();
            out.push_str(&token);
        }
        out.push_str("\r\n");
    }
    out
}

/// Base64 of a text, whose lines end in `\n`, with CRLF line ends, in lines of 76.
pub fn base64_lines(text: &[u8]) -> String {
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let encoded = STANDARD.encode(lines.join(&b"\r\n"[..]));
    let mut rest = encoded.as_str();
    let mut out = String::new();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(MAX_LINE));
        out.push_str(line);
        out.push_str("\r\n");
        rest = tail;
    }
    out
}

/// `text` as it may stand in a header field (RFC 2047), in UTF-8.
pub fn encoded_words(text: &str) -> String {
    encoded_words_in(encoding_rs::UTF_8, text)
}

/// `text` as it may stand in a header field, as words in `charset` of 75 characters at most.
pub fn encoded_words_in(charset: &'static Encoding, text: &str) -> String {
    if text.is_ascii() && !text.contains("=?") {
        return text.to_owned();
    }
    let word = |piece: &str| {
        let (bytes, ..) = charset.encode(piece);
        format!("=?{}?B?{}?=", charset.name(), STANDARD.encode(bytes))
    };
    let (mut words, mut piece) = (Vec::new(), String::new());
    for letter in text.chars() {
        let longer = format!("{piece}{letter}");
        if word(&longer).len() > 75 {
            words.push(word(&piece));
            piece.clear();
        }
        piece.push(letter);
    }
    words.push(word(&piece));
    words.join("\r\n ")
}

/// `text` as it may stand in HTML, between tags or in a quoted attribute.
pub fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_printable_is_read_back_by_a_mail_parser() {
        let text = format!("a=b {}\nünï \t \nhttp://127.0.0.1:1/verify/{}\n", "x".repeat(75), "T".repeat(64));
        let encoded = quoted_printable(text.as_bytes());
        assert!(encoded.split("\r\n").all(|line| line.len() <= MAX_LINE), "{encoded}");
        assert!(encoded.contains("=\r\n") && encoded.is_ascii());
        let mail = format!(
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{encoded}"
        );
        let parsed = mail_parser::MessageParser::default().parse(mail.as_bytes()).unwrap();
        assert_eq!(parsed.body_text(0).unwrap().replace("\r\n", "\n"), text);
    }

    #[test]
    fn base64_lines_are_short() {
        let encoded = base64_lines("line\n".repeat(40).as_bytes());
        assert!(encoded.split("\r\n").all(|line| line.len() <= MAX_LINE));
        assert_eq!(STANDARD.decode(encoded.replace("\r\n", "")).unwrap(), "line\r\n".repeat(40).as_bytes());
    }
}
