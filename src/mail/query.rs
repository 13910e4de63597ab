//! Which message is meant, and what came of it.

use std::collections::{BTreeMap, BTreeSet};

use super::cursor::Cursor;
use super::extract::Extract;
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
    /// Names of header fields ([`is_field_name`]), each with a part of its value, in any case. Every one must hold.
    pub header: BTreeMap<String, String>,
    /// Only messages after this position count. Without it `since` decides; without both, every message in the folder.
    pub after: Option<Cursor>,
    /// Only messages that arrived at this time or later count (two minutes of difference between clocks are allowed for).
    pub since: Option<Timestamp>,
    /// The server (its authserv-id, RFC 8601) that must have found a good DKIM signature of the sender's domain.
    pub dkim_pass_by: Option<String>,
    /// Look into the folder for junk as well, after a while.
    pub junk: bool,
    pub extract: Extract,
    /// Messages that already served: [`Found::message`] of earlier answers.
    pub used: BTreeSet<String>,
}

impl Query {
    /// Any message to this address.
    pub fn new(to: impl Into<String>, extract: Extract) -> Self {
        Self {
            to: to.into(),
            from: Vec::new(),
            subject: None,
            header: BTreeMap::new(),
            after: None,
            since: None,
            dkim_pass_by: None,
            junk: false,
            extract,
            used: BTreeSet::new(),
        }
    }
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
    /// The server took it for junk.
    pub junk: bool,
    /// The key for [`Query::used`]: `uidvalidity:uid`, with `junk:` before it if it lay there.
    pub message: String,
    /// Another key for [`Query::used`], that stays with the message where it is moved or its folder is rebuilt.
    pub identity: Option<String>,
}

/// Whether a server can be asked for a header field of this name.
pub fn is_field_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=100).contains(&name.len()) && name.bytes().all(allowed)
}

/// The authserv-id of a provider that always has the same, by the host of its IMAP server.
pub fn known_authserv_id(host: &str) -> Option<&'static str> {
    matches!(host, "imap.gmail.com" | "imap.googlemail.com").then_some("mx.google.com")
}
