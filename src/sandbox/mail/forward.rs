//! A mail that a person passes on, as a person's client writes it.

use super::compose::Content;
use super::encoding::html;
use crate::clock::Timestamp;

pub const SENDER: &str = "Sam Porter <sam.porter@mail.example>";

/// `inside` came to `to` at `at`; the subject is the person's own.
pub fn forwarded(inside: &Content, to: &str, at: Timestamp) -> Content {
    let at = chrono::DateTime::from_timestamp_millis(at.as_millis()).unwrap_or_default();
    let (at, subject) = (at.format("%a, %b %-d, %Y at %-I:%M %p"), &inside.subject);
    let note = "This came for the new account, so it is for you.";
    let line = "---------- Forwarded message ---------";
    let text = format!(
        "{note}\n\nSam\n\n{line}\nFrom: ModelsLab <noreply@modelslab.com>\nDate: {at}\nSubject: {subject}\nTo: <{to}>\n\n\n{}",
        inside.text
    );
    let body = inside.html.split_once("<body>").and_then(|(_, rest)| rest.split_once("</body>"));
    let (body, to) = (body.map_or("", |(body, _)| body), html(to));
    let html = format!(
        "<div dir=\"ltr\"><div>{note}</div><div><br></div><div>Sam</div><br><div class=\"gmail_quote\"><div dir=\"ltr\" \
         class=\"gmail_attr\">{line}<br>From: <strong class=\"gmail_sendername\" dir=\"auto\">ModelsLab</strong> <span \
         dir=\"auto\">&lt;<a href=\"mailto:noreply@modelslab.com\">noreply@modelslab.com</a>&gt;</span><br>Date: {at}<br>\
         Subject: {subject}<br>To: &lt;<a href=\"mailto:{to}\">{to}</a>&gt;<br></div><br><br>{body}</div></div>\n"
    );
    Content { subject: "for you".into(), text, html }
}
