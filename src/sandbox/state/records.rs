//! The records of the service. No secret is in them in a readable form: passwords are stretched, tokens, codes and keys
//! are known by their SHA-256. Only the mails themselves hold what was mailed.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::mailbox::Mailbox;
use super::stored::{bytes, moment, optional_moment};
use crate::clock::Timestamp;
use crate::sandbox::password::PasswordHash;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    pub id: u64,
    pub email: String,
    pub name: String,
    pub username: String,
    pub password: PasswordHash,
    #[serde(with = "moment")]
    pub created_at: Timestamp,
    #[serde(with = "optional_moment")]
    pub verified_at: Option<Timestamp>,
    /// Fingerprint of the code that verified it.
    pub verified_by: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessToken {
    pub id: u64,
    pub account: u64,
    /// The device it was issued to.
    pub name: String,
    pub expiry: String,
    pub fingerprint: String,
    pub scopes: Vec<String>,
    #[serde(with = "moment")]
    pub created_at: Timestamp,
    /// `None` for a token that never expires.
    #[serde(with = "optional_moment")]
    pub expires_at: Option<Timestamp>,
    pub revoked: bool,
}

/// A verification code that was mailed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Code {
    pub account: u64,
    pub fingerprint: String,
    #[serde(with = "moment")]
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApiKey {
    pub id: u64,
    pub account: u64,
    pub name: String,
    pub notes: Option<String>,
    pub fingerprint: String,
    /// The key as lists show it.
    pub masked: String,
    #[serde(with = "moment")]
    pub created_at: Timestamp,
    pub deleted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberStatus {
    Pending,
    Accepted,
    Removed,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Member {
    pub id: u64,
    /// The account whose team it is.
    pub account: u64,
    /// UUID of the invite.
    pub invite: String,
    pub email: String,
    pub role: String,
    pub permissions: Vec<String>,
    pub status: MemberStatus,
    #[serde(with = "moment")]
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Image {
    pub id: u64,
    pub account: u64,
    pub model: String,
    /// Stem of the file names.
    pub file: String,
    pub samples: u64,
    pub width: u64,
    pub height: u64,
    /// Fetches that have seen it `processing`.
    pub polls: u32,
    pub finished: bool,
    #[serde(with = "moment")]
    pub created_at: Timestamp,
}

/// A mail that is not delivered yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outgoing {
    pub id: u64,
    pub from: String,
    pub to: String,
    #[serde(with = "moment")]
    pub due: Timestamp,
    #[serde(with = "bytes")]
    pub raw: Arc<[u8]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailFate {
    Sent,
    Late,
    Lost,
}

/// A mail as the ledger lists it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailNote {
    #[serde(with = "moment")]
    pub at: Timestamp,
    pub account: String,
    pub to: String,
    pub kind: String,
    pub fate: MailFate,
}

/// A request as the ledger lists it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestNote {
    #[serde(with = "moment")]
    pub at: Timestamp,
    pub method: String,
    /// The route's template, never the path: that may hold a code.
    pub route: String,
    /// What the client was answered; `None` when the connection was dropped.
    pub status: Option<u16>,
    pub account: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
}

/// Everything the service knows; the fold of its events.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// Ids of all kinds come from one sequence, so that an id of one kind never fits another.
    pub last_id: u64,
    /// How many values were drawn from the seed.
    pub drawn: u64,
    pub accounts: BTreeMap<u64, Account>,
    pub tokens: BTreeMap<u64, AccessToken>,
    /// By fingerprint.
    pub codes: BTreeMap<String, Code>,
    pub keys: BTreeMap<u64, ApiKey>,
    pub members: BTreeMap<u64, Member>,
    pub images: BTreeMap<u64, Image>,
    pub mailbox: Mailbox,
    pub outbox: BTreeMap<u64, Outgoing>,
    pub mails: VecDeque<MailNote>,
    pub requests: VecDeque<RequestNote>,
    /// How often each fault rule matched; see `faults::verdict`.
    pub fault_counts: BTreeMap<String, u64>,
    #[serde(skip)]
    pub(super) account_by_email: BTreeMap<String, u64>,
    #[serde(skip)]
    pub(super) key_by_fingerprint: BTreeMap<String, u64>,
}

impl State {
    pub fn account_by_email(&self, email: &str) -> Option<&Account> {
        self.accounts.get(self.account_by_email.get(&email.to_lowercase())?)
    }

    /// The usable key with this fingerprint.
    pub fn key_by_fingerprint(&self, fingerprint: &str) -> Option<&ApiKey> {
        self.keys.get(self.key_by_fingerprint.get(fingerprint)?).filter(|key| !key.deleted)
    }

    /// The account that a code was mailed to, also after it was used.
    pub fn account_by_code(&self, fingerprint: &str) -> Option<&Account> {
        let waiting = self.codes.get(fingerprint).and_then(|code| self.accounts.get(&code.account));
        waiting.or_else(|| self.accounts.values().find(|account| account.verified_by.as_deref() == Some(fingerprint)))
    }

    /// The e-mail of account `id`; empty if there is none.
    pub fn email_of(&self, id: u64) -> &str {
        self.accounts.get(&id).map_or("", |account| &account.email)
    }

    /// Builds what is not stored; call it once after the state was read.
    pub(super) fn index(&mut self) {
        self.account_by_email = self.accounts.values().map(|a| (a.email.to_lowercase(), a.id)).collect();
        self.key_by_fingerprint = self.keys.values().map(|key| (key.fingerprint.clone(), key.id)).collect();
    }
}
