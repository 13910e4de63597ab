//! The same words in every way in which mail comes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A way to put the same words into a message.
#[derive(Debug, Clone, Copy)]
pub enum Wrapping {
    QuotedPrintable,
    Base64,
    EightBit,
    /// The one alternative, in the charset of its language.
    Charset,
    HtmlOnly,
    /// As mail programs quote it.
    Forwarded,
    ForwardedWhole,
    /// In a tree of parts with an attachment and an image.
    Nested,
}

pub const WRAPPINGS: [(&str, Wrapping); 8] = [
    ("quoted-printable", Wrapping::QuotedPrintable),
    ("base64", Wrapping::Base64),
    ("8bit", Wrapping::EightBit),
    ("charset of the language", Wrapping::Charset),
    ("HTML only", Wrapping::HtmlOnly),
    ("forwarded", Wrapping::Forwarded),
    ("forwarded as message/rfc822", Wrapping::ForwardedWhole),
    ("nested, with attachments", Wrapping::Nested),
];

fn text_of<'a>(case: &'a Value, field: &str) -> &'a str {
    case[field].as_str().unwrap_or_default()
}

pub fn wrap(case: &Value, wrapping: Wrapping) -> Vec<u8> {
    let (plain, html) = (text_of(case, "text"), text_of(case, "html"));
    let alternatives = |encode: fn(&str, &str) -> Vec<u8>| {
        let given = [("plain", plain), ("html", html)]
            .into_iter()
            .filter(|(kind, body)| !body.is_empty() || *kind == "plain" && html.is_empty());
        multipart("alternative", &given.map(|(kind, body)| encode(kind, body)).collect::<Vec<_>>())
    };
    let subject = text_of(case, "subject");
    match wrapping {
        Wrapping::QuotedPrintable => message(subject, alternatives(quoted_printable)),
        Wrapping::Base64 => message(subject, alternatives(base64)),
        Wrapping::EightBit => message(subject, alternatives(eight_bit)),
        Wrapping::Charset => message(subject, in_charset(case)),
        Wrapping::HtmlOnly if html.is_empty() => message(subject, base64("html", &as_html(plain))),
        Wrapping::HtmlOnly => message(subject, quoted_printable("html", html)),
        Wrapping::Forwarded => message(&format!("Fwd: {subject}"), forwarded(subject, plain, html)),
        Wrapping::ForwardedWhole => {
            let inner =
                [b"Content-Type: message/rfc822\r\n\r\n".to_vec(), message(subject, alternatives(base64))].concat();
            message(&format!("Fwd: {subject}"), multipart("mixed", &[eight_bit("plain", "See below.\n"), inner]))
        }
        Wrapping::Nested => {
            let image = b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=".to_vec();
            let file =
                b"Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nYour code: 111111"
                    .to_vec();
            let related = multipart("related", &[alternatives(quoted_printable), image]);
            message(subject, multipart("mixed", &[related, file]))
        }
    }
}

fn message(subject: &str, body: Vec<u8>) -> Vec<u8> {
    let subject = STANDARD.encode(subject);
    let head = format!("From: no-reply@nimbus.example\r\nSubject: =?utf-8?B?{subject}?=\r\nMIME-Version: 1.0\r\n");
    [head.into_bytes(), body].concat()
}

fn multipart(kind: &str, parts: &[Vec<u8>]) -> Vec<u8> {
    let edge = format!("edge-{kind}");
    let mut body = format!("Content-Type: multipart/{kind}; boundary=\"{edge}\"\r\n\r\n").into_bytes();
    for part in parts {
        body.extend(format!("--{edge}\r\n").bytes().chain(part.iter().copied()).chain(*b"\r\n"));
    }
    body.extend(format!("--{edge}--\r\n").bytes());
    body
}

fn part(kind: &str, charset: &str, encoding: &str, body: Vec<u8>) -> Vec<u8> {
    let head = format!("Content-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n");
    [head.into_bytes(), body].concat()
}

fn base64(kind: &str, body: &str) -> Vec<u8> {
    let encoded = STANDARD.encode(body);
    let lines: Vec<&str> = encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    part(kind, "utf-8", "base64", lines.join("\r\n").into_bytes())
}

fn eight_bit(kind: &str, body: &str) -> Vec<u8> {
    part(kind, "UTF-8", "8bit", body.replace('\n', "\r\n").into_bytes())
}

fn quoted_printable(kind: &str, body: &str) -> Vec<u8> {
    let mut encoded = String::new();
    let mut column = 0;
    for byte in body.bytes() {
        let piece = match byte {
            b'\n' => "\r\n".to_owned(),
            b' '..=b'<' | b'>'..=b'~' => char::from(byte).to_string(),
            _ => format!("={byte:02X}"),
        };
        if column + piece.len() > 72 && byte != b'\n' {
            encoded.push_str("=\r\n");
            column = 0;
        }
        column = if byte == b'\n' { 0 } else { column + piece.len() };
        encoded.push_str(&piece);
    }
    part(kind, "\"utf-8\"", "quoted-printable", encoded.into_bytes())
}

/// UTF-16 where nothing older fits: every charset that takes no table is tried.
fn in_charset(case: &Value) -> Vec<u8> {
    let (kind, body) = match text_of(case, "html") {
        "" => ("plain", text_of(case, "text")),
        html => ("html", html),
    };
    let latin: Option<Vec<u8>> =
        body.chars().map(|c| u8::try_from(u32::from(c)).ok().filter(|byte| !(0x80..0xa0).contains(byte))).collect();
    let cyrillic: Option<Vec<u8>> = body.chars().map(iso_8859_5).collect();
    let (charset, bytes) = match (latin, cyrillic) {
        (Some(latin), _) => ("iso-8859-1", latin),
        (None, Some(cyrillic)) => ("iso-8859-5", cyrillic),
        (None, None) => {
            ("utf-16", [0xfe, 0xff].into_iter().chain(body.encode_utf16().flat_map(u16::to_be_bytes)).collect())
        }
    };
    part(kind, charset, "base64", STANDARD.encode(bytes).into_bytes())
}

fn iso_8859_5(c: char) -> Option<u8> {
    match u32::from(c) {
        low @ 0..0x80 => u8::try_from(low).ok(),
        cyrillic @ (0x401..=0x44f | 0x451..=0x45f) => u8::try_from(cyrillic - 0x360).ok(),
        _ => None,
    }
}

fn as_html(plain: &str) -> String {
    let lines = plain.lines().map(|line| format!("{}<br>\n", line.replace('&', "&amp;").replace('<', "&lt;")));
    format!("<html><body><div dir=\"auto\">{}</div></body></html>", lines.collect::<String>())
}

fn forwarded(subject: &str, plain: &str, html: &str) -> Vec<u8> {
    let head = format!(
        "From: Nimbus <no-reply@nimbus.example>\nDate: Sun, 22 Nov 2026 at 10:15\nSubject: {subject}\nTo: <ada@nimbus.example>\n"
    );
    let text = format!("FYI\n\n---------- Forwarded message ---------\n{head}\n{plain}");
    let page = format!(
        "<div dir=ltr>FYI</div><div class=\"gmail_quote\"><div class=gmail_attr>{}</div>{}</div>",
        as_html(&head),
        if html.is_empty() { as_html(plain) } else { html.to_owned() }
    );
    let parts = [(!plain.is_empty()).then(|| quoted_printable("plain", &text)), Some(base64("html", &page))];
    multipart("alternative", &parts.into_iter().flatten().collect::<Vec<_>>())
}
