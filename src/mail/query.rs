//! Which message is meant, and what came of it.

use std::collections::BTreeSet;

use super::cursor::Cursor;
use super::extract::Extract;
use super::message::Envelope;
use crate::clock::Timestamp;
use crate::secret::Secret;

/// Which message to wait for and what to take from it.
#[derive(Debug, Clone)]
pub struct Query {
    /// The address that the message must have been sent to. A plus tag is part of it.
    pub to: String,
    /// Allowed senders: addresses (`a@x.test`) or domains (`x.test`, which covers its subdomains). Empty: any.
    pub from: Vec<String>,
    /// A part of the subject, in any case.
    pub subject: Option<String>,
    /// Only messages after this position count. Without it `since` decides; without both, every message in the folder.
    pub after: Option<Cursor>,
    /// Only messages that arrived at this time or later count (two minutes of difference between clocks are allowed for).
    pub since: Option<Timestamp>,
    pub extract: Extract,
    /// Messages that already served: [`Found::message`] of earlier answers.
    pub used: BTreeSet<String>,
}

/// What was taken from a message. `from` and `subject` are the sender's own text: escape them where they are shown.
#[derive(Debug, Clone)]
pub struct Found {
    pub code: Option<Secret<String>>,
    pub link: Option<Secret<String>>,
    /// The sender's address.
    pub from: String,
    pub subject: String,
    /// When the server took the message in.
    pub received_at: Timestamp,
    /// `uidvalidity:uid`, the key for [`Query::used`].
    pub message: String,
}

/// Why a message was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Refusal {
    Recipient,
    Sender,
    Subject,
    TooOld,
    Used,
    Claimed,
    TooLarge,
    Gone,
    NothingInside,
}

impl Query {
    /// Whether the message is the one that is meant, as far as its headers tell.
    pub(super) fn check(&self, envelope: &Envelope) -> Result<(), Refusal> {
        let to = self.to.trim().to_lowercase();
        if !envelope.recipients.contains(&to) {
            return Err(Refusal::Recipient);
        }
        if !self.from.is_empty() && !self.allows(&envelope.senders) {
            return Err(Refusal::Sender);
        }
        match &self.subject {
            Some(part) if !envelope.subject.to_lowercase().contains(&part.to_lowercase()) => Err(Refusal::Subject),
            _ => Ok(()),
        }
    }

    /// A message that names several senders must be allowed all of them.
    fn allows(&self, senders: &[String]) -> bool {
        let allowed = |sender: &String| self.from.iter().any(|allowed| is_from(sender, allowed));
        !senders.is_empty() && senders.iter().all(allowed)
    }
}

fn is_from(sender: &str, allowed: &str) -> bool {
    let allowed = allowed.trim().to_lowercase();
    let allowed = allowed.strip_prefix('@').unwrap_or(&allowed);
    if allowed.contains('@') {
        return sender == allowed;
    }
    let Some((_, domain)) = sender.rsplit_once('@') else { return false };
    !allowed.is_empty() && (domain == allowed || domain.strip_suffix(allowed).is_some_and(|sub| sub.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query() -> Query {
        Query {
            to: "Ada+7@X.test".into(),
            from: vec![],
            subject: None,
            after: None,
            since: None,
            extract: Extract::Code,
            used: BTreeSet::new(),
        }
    }

    fn envelope(to: &str, from: &str) -> Envelope {
        Envelope {
            recipients: vec![to.into()],
            senders: vec![from.into()],
            subject: "Verify your E-MAIL".into(),
            written_at: None,
        }
    }

    #[test]
    fn the_recipient_must_be_exact_but_for_case() {
        assert_eq!(query().check(&envelope("ada+7@x.test", "b@y.test")), Ok(()));
        for near in ["ada@x.test", "ada+77@x.test", "xada+7@x.test", "ada+7@x.test.evil", "ada+7@sub.x.test"] {
            assert_eq!(query().check(&envelope(near, "b@y.test")), Err(Refusal::Recipient), "{near}");
        }
    }

    #[test]
    fn senders_are_addresses_or_domains_with_subdomains() {
        let query = Query { from: vec!["Y.test".into(), "bob@z.test".into()], ..query() };
        for (sender, fits) in [
            ("a@y.test", true),
            ("a@mail.y.test", true),
            ("bob@z.test", true),
            ("a@evily.test", false),
            ("a@y.test.evil", false),
            ("eve@z.test", false),
            ("y.test", false),
        ] {
            assert_eq!(query.check(&envelope("ada+7@x.test", sender)).is_ok(), fits, "{sender}");
        }
        let two = Envelope { senders: vec!["a@y.test".into(), "eve@evil.test".into()], ..envelope("ada+7@x.test", "") };
        assert_eq!(query.check(&two), Err(Refusal::Sender));
    }

    #[test]
    fn the_subject_is_compared_without_case() {
        for (part, fits) in [("verify your e-mail", true), ("welcome", false)] {
            let query = Query { subject: Some(part.into()), ..query() };
            assert_eq!(query.check(&envelope("ada+7@x.test", "b@y.test")).is_ok(), fits);
        }
    }
}
