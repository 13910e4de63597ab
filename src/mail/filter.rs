//! Whether a message is the one that is meant, as far as its header fields tell.

use std::collections::BTreeSet;

use super::address::{canonical, canonical_domain, domain_of, is_within};
use super::message::{AUTHENTICATION_RESULTS, Envelope};
use super::query::Query;

/// Why a message was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Refusal {
    Recipient,
    Sender,
    Subject,
    Header,
    Unsigned,
    TooOld,
    Used,
    Claimed,
    TooLarge,
    Gone,
    Unreadable,
    NothingInside,
}

/// What a [`Query`] asks of header fields, ready to be compared with those of many messages.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    to: String,
    /// Addresses, or domains behind a bare name.
    from: Vec<Sender>,
    subject: Option<String>,
    header: Vec<(String, String)>,
    dkim_pass_by: Option<String>,
}

#[derive(Debug, Clone)]
enum Sender {
    Address(String),
    Domain(String),
}

impl Filter {
    pub fn new(query: &Query) -> Self {
        let header = query.header.iter().map(|(name, part)| (name.to_ascii_lowercase(), part.to_lowercase()));
        Self {
            to: canonical(&query.to),
            from: query.from.iter().map(|allowed| Sender::new(allowed)).collect(),
            subject: query.subject.as_ref().map(|part| part.to_lowercase()),
            header: header.collect(),
            dkim_pass_by: query.dkim_pass_by.clone(),
        }
    }

    /// The fields that have to be asked for beside the usual ones, in lower case.
    pub fn fields(&self) -> BTreeSet<String> {
        let results = self.dkim_pass_by.as_ref().map(|_| AUTHENTICATION_RESULTS.to_owned());
        self.header.iter().map(|(name, _)| name.clone()).chain(results).collect()
    }

    /// Canonical.
    pub fn recipient(&self) -> &str {
        &self.to
    }

    pub fn is_recipient(&self, envelope: &Envelope) -> bool {
        envelope.recipients.contains(&self.to)
    }

    /// Why the message is not meant, if it is not. The recipient comes first.
    pub fn check(&self, envelope: &Envelope) -> Result<(), Refusal> {
        let allows = |sender: &String| self.from.iter().any(|allowed| allowed.is(sender));
        let holds = |(name, part): &(String, String)| {
            envelope.fields.iter().any(|(field, value)| field == name && value.to_lowercase().contains(part))
        };
        if !self.is_recipient(envelope) {
            Err(Refusal::Recipient)
        } else if !self.from.is_empty() && !all(&envelope.senders, allows) {
            Err(Refusal::Sender)
        } else if self.subject.as_ref().is_some_and(|part| !envelope.subject.to_lowercase().contains(part)) {
            Err(Refusal::Subject)
        } else if !self.header.iter().all(holds) {
            Err(Refusal::Header)
        } else if !self.is_vouched_for(envelope) {
            Err(Refusal::Unsigned)
        } else {
            Ok(())
        }
    }

    fn is_vouched_for(&self, envelope: &Envelope) -> bool {
        let Some(server) = &self.dkim_pass_by else { return true };
        let Some(results) = &envelope.authentication else { return false };
        all(&envelope.senders, |sender| domain_of(sender).is_some_and(|domain| results.vouches(server, domain)))
    }
}

/// A message that names several senders must be allowed all of them, and one without a sender is allowed nobody.
fn all(senders: &[String], holds: impl Fn(&String) -> bool) -> bool {
    !senders.is_empty() && senders.iter().all(holds)
}

impl Sender {
    fn new(allowed: &str) -> Self {
        let allowed = allowed.trim();
        let allowed = allowed.strip_prefix('@').unwrap_or(allowed);
        match allowed.contains('@') {
            true => Self::Address(canonical(allowed)),
            false => Self::Domain(canonical_domain(allowed)),
        }
    }

    fn is(&self, sender: &str) -> bool {
        match self {
            Self::Address(address) => sender == address,
            Self::Domain(parent) => domain_of(sender).is_some_and(|domain| is_within(domain, parent)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::extract::Extract;
    use super::*;

    fn query() -> Query {
        Query::new("Ada+7@X.test", Extract::Code)
    }

    fn check(query: &Query, header: &str) -> Result<(), Refusal> {
        let filter = Filter::new(query);
        filter.check(&Envelope::read(format!("{header}\r\n\r\n").as_bytes(), &filter.fields()))
    }

    #[test]
    fn the_recipient_must_be_exact_but_for_case() {
        for field in ["To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"] {
            assert_eq!(check(&query(), &format!("To: catch-all@x.test\r\n{field}: ADA+7@x.test")), Ok(()), "{field}");
        }
        for near in
            ["ada@x.test", "ada+77@x.test", "xada+7@x.test", "ada+7@x.test.evil", "ada+7@sub.x.test", "ada-7@x.test"]
        {
            assert_eq!(check(&query(), &format!("To: {near}")), Err(Refusal::Recipient), "{near}");
        }
        let international = Query { to: "ada@B\u{fc}cher.example".into(), ..query() };
        assert_eq!(check(&international, "To: ada@xn--bcher-kva.example"), Ok(()));
    }

    #[test]
    fn senders_are_addresses_or_domains_with_subdomains() {
        let query = Query { from: vec!["Y.test".into(), "bob@z.test".into(), "@w.test".into()], ..query() };
        for (sender, fits) in [
            ("a@y.test", true),
            ("a@mail.y.test", true),
            ("bob@z.test", true),
            ("Y Test <A@W.test>", true),
            ("a@evily.test", false),
            ("a@y.test.evil", false),
            ("eve@z.test", false),
            ("y.test", false),
            ("\"a@y.test\" <eve@evil.test>", false),
            ("a@y.test <eve@evil.test>", false),
            ("=?utf-8?q?a=40y=2Etest?= <eve@evil.test>", false),
            ("a@y.test, eve@evil.test", false),
            ("a@y.test\r\nFrom: eve@evil.test", false),
            ("eve@evil.test\r\nFrom: a@y.test", false),
            ("eve@evil.test\r\nSender: a@y.test\r\nReply-To: a@y.test", false),
            ("", false),
        ] {
            let header = format!("To: ada+7@x.test\r\nFrom: {sender}");
            assert_eq!(check(&query, &header), if fits { Ok(()) } else { Err(Refusal::Sender) }, "{sender}");
        }
    }

    #[test]
    fn parts_of_the_subject_and_of_fields_are_compared_without_case() {
        let header = "To: ada+7@x.test\r\nSubject: Verify your E-MAIL\r\nX-Service: Sign-up\r\nX-Service: beta\r\nList-Id: <a.b>";
        for (part, fits) in [("verify your e-mail", true), ("welcome", false)] {
            let query = Query { subject: Some(part.into()), ..query() };
            assert_eq!(check(&query, header).is_ok(), fits);
        }
        for (fields, fits) in [
            (&[("x-service", "SIGN")][..], true),
            (&[("X-Service", "beta"), ("list-id", "a.b")], true),
            (&[("X-Service", "beta"), ("List-Id", "c")], false),
            (&[("X-Absent", "")], false),
        ] {
            let header_of = |(name, part): &(&str, &str)| ((*name).to_owned(), (*part).to_owned());
            let query = Query { header: fields.iter().map(header_of).collect(), ..query() };
            assert_eq!(check(&query, header), if fits { Ok(()) } else { Err(Refusal::Header) }, "{fields:?}");
        }
    }

    #[test]
    fn a_signature_must_be_that_of_every_sender() {
        let query = Query { dkim_pass_by: Some("mx.x.test".into()), ..query() };
        let results = "Authentication-Results: mx.x.test; dkim=pass header.d=y.test";
        for (header, fits) in [
            (format!("{results}\r\nFrom: a@mail.y.test"), true),
            (format!("{results}\r\nFrom: a@evil.test"), false),
            (format!("{results}\r\nFrom: a@y.test, a@evil.test"), false),
            (results.to_owned(), false),
            ("From: a@y.test".to_owned(), false),
            (
                format!(
                    "Authentication-Results: mx.evil.test; dkim=pass header.d=y.test\r\n{results}\r\nFrom: a@y.test"
                ),
                false,
            ),
            (format!("Received: by mx.x.test\r\n{results}\r\nFrom: a@y.test\r\n{results}"), true),
        ] {
            let checked = check(&query, &format!("{header}\r\nTo: ada+7@x.test"));
            assert_eq!(checked, if fits { Ok(()) } else { Err(Refusal::Unsigned) }, "{header}");
        }
    }
}
