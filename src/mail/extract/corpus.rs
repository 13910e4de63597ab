//! Messages that others wrote (`fixtures/mail`), wrapped into MIME.

use serde_json::Value;

use super::*;
use crate::mail::message::Content;

fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/fixtures/mail/{file}.jsonl", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn quoted_printable(text: &str) -> String {
    let mut encoded = String::new();
    let mut column = 0;
    for byte in text.bytes() {
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
    encoded
}

fn wrap(case: &Value) -> Vec<u8> {
    let mut mail = format!("Subject: {}\r\nMIME-Version: 1.0\r\n", case["subject"].as_str().unwrap_or("Nimbus"));
    mail.push_str("Content-Type: multipart/alternative; boundary=\"edge\"\r\n\r\n");
    for (kind, field) in [("plain", "text"), ("html", "html")] {
        if let Some(body) = case[field].as_str().filter(|body| !body.is_empty()) {
            mail.push_str(&format!(
                "--edge\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n",
                quoted_printable(body)
            ));
        }
    }
    mail.push_str("--edge--\r\n");
    mail.into_bytes()
}

/// What a file's messages gave.
#[derive(Debug, Default)]
struct Share {
    right: usize,
    /// Something was taken that is not it.
    wrong: Vec<String>,
    refused: Vec<String>,
}

fn share(file: &str) -> Share {
    let mut share = Share::default();
    for case in cases(file) {
        let content = Content::read(&wrap(&case));
        let expected = |field: &str| case[field].as_str().map(str::to_owned);
        let code = Extract::Code.take(&content);
        // Where a link is expected, there is no code: none may be taken.
        let answers = match expected("expected_link") {
            Some(link) => vec![(Extract::Link.take(&content), Some(link)), (code, None)],
            None => vec![(code, expected("expected_code"))],
        };
        for (taken, expected) in answers {
            match taken.ok() {
                taken if taken == expected => share.right += 1,
                Some(taken) => share.wrong.push(format!("{}: {taken:?} for {expected:?}", case["id"])),
                None => share.refused.push(format!("{}: {expected:?}", case["id"])),
            }
        }
    }
    share
}

#[test]
fn laravels_default_mail_gives_its_signed_link_and_no_code() {
    let share = share("email-laravel");
    assert_eq!((share.right, share.wrong.len(), share.refused.len()), (6, 0, 0), "{share:#?}");
}

#[test]
fn allauths_mails_are_read_in_every_language() {
    let share = share("email-allauth");
    assert!(share.wrong.is_empty() && share.refused.len() * 100 <= share.right * 3, "{share:#?}");
}
