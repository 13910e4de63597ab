//! The header fields that choosing a message needs.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use mail_parser::{HeaderValue, MessageParser};
use sha2::{Digest as _, Sha256};

use super::authentication::AuthenticationResults;
use crate::clock::Timestamp;
use crate::id::hex;
use crate::mail::address::canonical;

/// The field in which the receiving server says what it found out.
pub(in crate::mail) const AUTHENTICATION_RESULTS: &str = "authentication-results";

static PARSER: LazyLock<MessageParser> = LazyLock::new(|| {
    MessageParser::new()
        .with_address_headers()
        .with_date_headers()
        .header_text("Subject")
        .header_text("Message-ID")
        .header_address("Delivered-To")
        .header_address("X-Original-To")
        .header_address("Envelope-To")
});

/// Who a message is for, who it says it is from, its subject, and what else was asked for. Addresses are canonical.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::mail) struct Envelope {
    /// From Delivered-To, X-Original-To, Envelope-To, To and Cc.
    pub recipients: Vec<String>,
    pub senders: Vec<String>,
    pub subject: String,
    /// When it says it was written.
    pub written_at: Option<Timestamp>,
    /// The same wherever the message lies, and for no other: `id:` and a hash. `None` if it has no Message-ID.
    pub identity: Option<String>,
    /// The topmost of its kind, which is our server's own: whatever stands below may be the sender's.
    pub authentication: Option<AuthenticationResults>,
    /// Names in lower case and values of fields that were asked for.
    pub fields: Vec<(String, String)>,
}

impl Envelope {
    /// Reads header fields, and beside the usual ones those with the names `asked` in lower case. What cannot be read is left out.
    pub fn read(header: &[u8], asked: &BTreeSet<String>) -> Self {
        let mut envelope = Self { fields: fields(header, asked), ..Self::default() };
        let Some(message) = PARSER.parse_headers(header) else { return envelope };
        let (mut first, mut message_id) = (true, None);
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
                "message-id" => message_id = header.value().as_text().map(str::to_owned),
                "subject" => envelope.subject = header.value().as_text().unwrap_or_default().to_owned(),
                AUTHENTICATION_RESULTS if std::mem::take(&mut first) => {
                    envelope.authentication = header.value().as_text().and_then(AuthenticationResults::parse);
                }
                _ => {}
            }
        }
        envelope.identity = message_id.map(|id| envelope.identified(&id));
        envelope
    }

    /// Some services give all their mails one Message-ID: when and by whom it was written belongs to it.
    fn identified(&self, message_id: &str) -> String {
        let written_at = self.written_at.map(Timestamp::as_millis).unwrap_or_default();
        let digest = Sha256::digest(format!("{message_id}\0{written_at}\0{}", self.senders.join(",")));
        format!("id:{}", hex(&digest[..16]))
    }
}

fn fields(header: &[u8], asked: &BTreeSet<String>) -> Vec<(String, String)> {
    if asked.is_empty() {
        return Vec::new();
    }
    let parser = asked.iter().fold(MessageParser::new(), |parser, name| parser.header_text(name.clone()));
    let message = parser.parse_headers(header);
    let headers = message.iter().flat_map(|message| message.headers());
    let named = headers.map(|header| (header.name().to_ascii_lowercase(), header.value()));
    let wanted = named.filter(|(name, _)| asked.contains(name));
    wanted.filter_map(|(name, value)| Some((name, value.as_text()?.to_owned()))).collect()
}

fn add_addresses(to: &mut Vec<String>, value: &HeaderValue<'_>) {
    match value {
        HeaderValue::Address(addresses) => {
            to.extend(addresses.iter().filter_map(|address| address.address()).map(canonical));
        }
        other => to.extend(other.as_text().map(|text| canonical(text.trim().trim_matches(['<', '>'])))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &[u8]) -> Envelope {
        Envelope::read(header, &BTreeSet::from(["x-service".to_owned(), "reply-to".to_owned()]))
    }

    #[test]
    fn every_recipient_field_is_read() {
        let header = b"Delivered-To: one@x.test\r\nX-Original-To: <two@x.test>\r\nEnvelope-To: Three@X.test\r\n\
            To: \"Four, Fore\" <four+tag@x.test>,\r\n five@x.test\r\nCC: friends: six@x.test, seven@x.test;\r\n\
            Bcc: eight@x.test\r\n\r\n";
        assert_eq!(
            read(header).recipients,
            ["one", "two", "three", "four+tag", "five", "six", "seven"].map(|name| format!("{name}@x.test"))
        );
    }

    #[test]
    fn a_display_name_is_not_an_address() {
        let header = b"From: \"good@y.test\" <eve@evil.test>\r\nTo: =?utf-8?q?ada=40x.test?= <eve@x.test>\r\n\r\n";
        let envelope = read(header);
        assert_eq!((envelope.senders, envelope.recipients), (vec!["eve@evil.test".into()], vec!["eve@x.test".into()]));
    }

    #[test]
    fn subjects_are_decoded_and_folded_ones_joined() {
        let header = b"Subject: =?UTF-8?B?QmVzdMOkdGlnZW4=?=\r\n Sie\r\n\r\n";
        assert_eq!(read(header).subject, "Best\u{e4}tigen Sie");
    }

    #[test]
    fn nonsense_gives_an_empty_envelope() {
        for header in [&b""[..], b"\0\xff\xfe", b"To\r\n:\r\n\r\n"] {
            assert!(read(header).recipients.is_empty());
        }
    }

    #[test]
    fn a_message_is_known_again_by_what_it_says_of_itself() {
        let of = |lead: &str, id: &str, date: &str| {
            read(format!("{lead}From: a@x.test\r\nMessage-ID: <{id}>\r\nDate: {date}\r\n\r\n").as_bytes()).identity
        };
        let (one, later) = ("Sun, 22 Nov 2026 10:00:00 +0000", "Sun, 22 Nov 2026 10:00:01 +0000");
        assert!(of("", "1@x.test", one).is_some_and(|identity| identity.len() == 35));
        assert_eq!(of("", "1@x.test", one), of("Delivered-To: b@x.test\r\n", "1@x.test", one));
        assert_ne!(of("", "1@x.test", one), of("", "2@x.test", one));
        assert_ne!(of("", "1@x.test", one), of("", "1@x.test", later));
        assert_eq!(read(b"From: a@x.test\r\n\r\n").identity, None);
    }

    #[test]
    fn every_sender_is_seen() {
        for header in [
            &b"From: a@good.test\r\nFrom: e@evil.test\r\n\r\n"[..],
            b"From: a@good.test, e@evil.test\r\n\r\n",
            b"From: Good <a@good.test>,\r\n \"a@good.test\" <e@evil.test>\r\n\r\n",
        ] {
            assert_eq!(read(header).senders, ["a@good.test", "e@evil.test"]);
        }
        for header in [&b"From: a@good.test <e@evil.test>\r\n\r\n"[..], b"From: <a@good.test> <e@evil.test>\r\n\r\n"] {
            assert!(read(header).senders.iter().any(|sender| sender != "a@good.test"), "{:?}", read(header).senders);
        }
    }

    #[test]
    fn only_the_topmost_results_count() {
        let header = b"Authentication-Results: mx.x.test;\r\n dkim=pass header.d=good.test\r\n\
            Authentication-Results: mx.x.test; dkim=pass header.d=evil.test\r\nFrom: a@good.test\r\n\r\n";
        let results = read(header).authentication.unwrap();
        assert!(results.vouches("mx.x.test", "good.test") && !results.vouches("mx.x.test", "evil.test"));
        let broken =
            b"Authentication-Results: (\r\nAuthentication-Results: mx.x.test; dkim=pass header.d=good.test\r\n\r\n";
        assert_eq!(read(broken).authentication, None);
    }

    #[test]
    fn fields_that_were_asked_for_are_decoded() {
        let header = b"X-Service: =?utf-8?q?Best=C3=A4tigung?=\r\n von uns\r\nReply-To: Ada <ada@x.test>\r\nX-Other: no\r\nx-service: two\r\n\r\n";
        let expected =
            [("x-service", "Best\u{e4}tigung von uns"), ("reply-to", "Ada <ada@x.test>"), ("x-service", "two")];
        assert_eq!(read(header).fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
