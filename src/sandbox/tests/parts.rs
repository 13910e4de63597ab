//! What the server tells of the structure of a message.

use super::client::{Imap, sandbox};

/// A forward: text, the mail itself, and a picture.
const FORWARD: &str = "From: =?utf-8?B?w4lsb2RpZQ==?= <elodie@x.test>\r\nTo: Ada <ada@x.test>, lin@x.test\r\n\
Subject: Fwd: code\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@x.test>\r\n\
Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSee below.\r\n\
--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: shop@y.test\r\nSubject: Code\r\nContent-Type: multipart/alternative; \
boundary=\"c\"\r\n\r\n--c\r\n\r\n123456\r\n--c\r\nContent-Type: text/html\r\n\r\n<b>123456</b>\r\n--c--\r\n\r\n\
--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <pic>\r\n\
Content-Disposition: attachment; filename=\"a.png\"\r\n\r\niVBO\r\n--b--\r\n";

async fn with_a_forward() -> (crate::sandbox::Sandbox, Imap) {
    let (sandbox, client) = sandbox().await;
    let mut imap = client.inbox().await;
    imap.say(&format!("a APPEND INBOX {{{}}}", FORWARD.len())).await;
    imap.line().await;
    imap.say(FORWARD).await;
    while !imap.line().await.starts_with("a OK") {}
    (sandbox, imap)
}

#[tokio::test]
async fn an_envelope_names_everybody_in_the_header() {
    let (_sandbox, mut imap) = with_a_forward().await;
    let envelope = imap.ok("FETCH 1 ENVELOPE").await.concat();
    let from = "((\"=?UTF-8?B?w4lsb2RpZQ==?=\" NIL \"elodie\" \"x.test\"))";
    let to = "((\"Ada\" NIL \"ada\" \"x.test\")(NIL NIL \"lin\" \"x.test\"))";
    let wanted = format!(
        "ENVELOPE (\"Sun, 22 Nov 2026 12:00:00 +0000\" \"Fwd: code\" {from} {from} {from} {to} NIL NIL NIL \"<1@x.test>\")"
    );
    assert!(envelope.contains(&wanted), "{envelope}");
}

#[tokio::test]
async fn a_structure_is_told_with_all_that_is_inside() {
    let (_sandbox, mut imap) = with_a_forward().await;
    let told = imap.ok("FETCH 1 (BODY BODYSTRUCTURE)").await.concat();
    for piece in [
        "BODY ((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"7bit\" 10 0)",
        "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\"",
        "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 6 0)(\"text\" \"html\" NIL NIL NIL \"7bit\" 13 0) \"alternative\")",
        "(\"image\" \"png\" NIL \"<pic>\" NIL \"base64\" 4 NIL (\"attachment\" (\"filename\" \"a.png\")))",
        "\"mixed\" (\"boundary\" \"b\") NIL)",
    ] {
        assert!(told.to_lowercase().contains(&piece.to_lowercase()), "{piece} in {told}");
    }
}

#[tokio::test]
async fn parts_are_fetched_by_their_numbers() {
    let (_sandbox, mut imap) = with_a_forward().await;
    for (section, text) in [
        ("1", "\"See below.\""),
        ("1.MIME", "Content-Type: text/plain; charset=utf-8\r\n\r\n"),
        ("2.HEADER.FIELDS (SUBJECT)", "Subject: Code\r\n\r\n"),
        ("2.1", "\"123456\""),
        ("2.2", "\"<b>123456</b>\""),
        ("3", "\"iVBO\""),
        ("3.1", "NIL"),
        ("4", "NIL"),
    ] {
        let told = imap.ok(&format!("FETCH 1 BODY.PEEK[{section}]")).await.concat();
        assert!(told.contains(text), "{section}: {told}");
    }
    let many = "UID ".repeat(65);
    assert!(imap.refused(&format!("FETCH 1 ({})", many.trim())).await.contains("[LIMIT]"));
}

#[tokio::test]
async fn an_answer_far_larger_than_the_inbox_is_refused() {
    let (_sandbox, client) = sandbox().await;
    let mut imap = client.inbox().await;
    let big = "x".repeat(5 << 20);
    imap.say(&format!("a APPEND INBOX {{{}}}", big.len())).await;
    imap.line().await;
    imap.say(&big).await;
    while !imap.line().await.starts_with("a OK") {}
    let pieces = |count: usize| vec!["BODY.PEEK[]<0.1>"; count].join(" ");
    assert!(imap.refused(&format!("FETCH 1 ({})", pieces(60))).await.contains("[LIMIT]"));
    imap.ok(&format!("FETCH 1 ({})", pieces(2))).await;
}
