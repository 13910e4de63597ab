//! The header fields that choosing a message needs.

use mail_parser::{HeaderValue, MessageParser};

use crate::clock::Timestamp;

/// Who a message is for, who it says it is from, and its subject. Addresses are in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::mail) struct Envelope {
    /// From Delivered-To, X-Original-To, Envelope-To, To and Cc.
    pub recipients: Vec<String>,
    pub senders: Vec<String>,
    pub subject: String,
    /// When it says it was written.
    pub written_at: Option<Timestamp>,
}

impl Envelope {
    /// Reads header fields; what cannot be read is left out.
    pub fn read(header: &[u8]) -> Self {
        let parser = MessageParser::new()
            .with_address_headers()
            .with_date_headers()
            .header_text("Subject")
            .header_address("Delivered-To")
            .header_address("X-Original-To")
            .header_address("Envelope-To");
        let mut envelope = Self::default();
        let Some(message) = parser.parse_headers(header) else { return envelope };
        for header in message.headers() {
            match header.name().to_ascii_lowercase().as_str() {
                "delivered-to" | "x-original-to" | "envelope-to" | "to" | "cc" => {
                    add_addresses(&mut envelope.recipients, header.value());
                }
                "from" => add_addresses(&mut envelope.senders, header.value()),
                "date" => {
                    let date = header.value().as_datetime().map(|date| date.to_timestamp().saturating_mul(1000));
                    envelope.written_at = date.map(Timestamp::from_millis);
                }
                "subject" => envelope.subject = header.value().as_text().unwrap_or_default().to_owned(),
                _ => {}
            }
        }
        envelope
    }
}

fn add_addresses(to: &mut Vec<String>, value: &HeaderValue<'_>) {
    match value {
        HeaderValue::Address(addresses) => {
            to.extend(
                addresses.iter().filter_map(|address| address.address()).map(|address| address.trim().to_lowercase()),
            );
        }
        other => to.extend(other.as_text().map(|text| text.trim().trim_matches(['<', '>']).to_lowercase())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipient_field_is_read() {
        let header = b"Delivered-To: one@x.test\r\nX-Original-To: <two@x.test>\r\nEnvelope-To: Three@X.test\r\n\
            To: \"Four, Fore\" <four+tag@x.test>,\r\n five@x.test\r\nCC: friends: six@x.test, seven@x.test;\r\n\
            Bcc: eight@x.test\r\n\r\n";
        let read = Envelope::read(header).recipients;
        assert_eq!(
            read,
            ["one", "two", "three", "four+tag", "five", "six", "seven"].map(|name| format!("{name}@x.test"))
        );
    }

    #[test]
    fn a_display_name_is_not_an_address() {
        let header = b"From: \"good@y.test\" <eve@evil.test>\r\nTo: =?utf-8?q?ada=40x.test?= <eve@x.test>\r\n\r\n";
        let envelope = Envelope::read(header);
        assert_eq!((envelope.senders, envelope.recipients), (vec!["eve@evil.test".into()], vec!["eve@x.test".into()]));
    }

    #[test]
    fn subjects_are_decoded_and_folded_ones_joined() {
        let header = b"Subject: =?UTF-8?B?QmVzdMOkdGlnZW4=?=\r\n Sie\r\n\r\n";
        assert_eq!(Envelope::read(header).subject, "Best\u{e4}tigen Sie");
    }

    #[test]
    fn nonsense_gives_an_empty_envelope() {
        for header in [&b""[..], b"\0\xff\xfe", b"To\r\n:\r\n\r\n"] {
            assert!(Envelope::read(header).recipients.is_empty());
        }
    }
}
