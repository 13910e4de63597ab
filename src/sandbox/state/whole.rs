//! Everything the service knows.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::books::Books;
use super::mailbox::Mailbox;
use super::records::{AccessToken, Account, ApiKey, Code, Image, MailNote, Member, Outgoing, RequestNote};

/// Everything the service knows; the fold of its events.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Ids of all kinds come from one sequence, so that an id of one kind never fits another.
    pub last_id: u64,
    /// How many values were drawn from the seed.
    pub drawn: u64,
    pub accounts: BTreeMap<u64, Account>,
    pub tokens: BTreeMap<u64, AccessToken>,
    /// By fingerprint.
    pub codes: BTreeMap<String, Code>,
    /// How each account may reset its password; the last mail counts.
    pub resets: BTreeMap<u64, Code>,
    pub keys: BTreeMap<u64, ApiKey>,
    pub members: BTreeMap<u64, Member>,
    pub images: BTreeMap<u64, Image>,
    pub books: Books,
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
        self.mailbox.index();
        self.account_by_email = self.accounts.values().map(|a| (a.email.to_lowercase(), a.id)).collect();
        self.key_by_fingerprint = self.keys.values().map(|key| (key.fingerprint.clone(), key.id)).collect();
    }
}
