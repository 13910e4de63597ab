//! All mail of the sandbox, as IMAP needs it: UIDs only grow, and UIDVALIDITY says that they do.
//!
//! There is one list of messages. What a client opens is a [`Scope`] of it; a message has the same UID in each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::stored::{bytes, moment};
use crate::clock::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Folder {
    #[default]
    Inbox,
    Junk,
}

/// What is opened as one mailbox: a folder of an account, or of everybody's mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// `None` is the catch-all.
    pub account: Option<String>,
    pub folder: Folder,
}

impl Scope {
    pub fn holds(&self, message: &Message) -> bool {
        self.folder == message.folder && (self.account.is_none() || self.account == message.account)
    }
}

/// The account that mail for `address` is for: the address in lower case, without its plus tag.
pub fn account_of(address: &str) -> String {
    let address = address.to_lowercase();
    let untagged = address.rsplit_once('@').and_then(|(local, domain)| Some((local.split_once('+')?.0, domain)));
    match untagged {
        Some((local, domain)) if !local.is_empty() => format!("{local}@{domain}"),
        _ => address,
    }
}

/// A mail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Message {
    pub uid: u32,
    /// IMAP's INTERNALDATE.
    #[serde(with = "moment")]
    pub at: Timestamp,
    pub flags: BTreeSet<String>,
    #[serde(with = "bytes")]
    pub raw: Arc<[u8]>,
    /// Whose it is; `None` if the catch-all's user put it there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    #[serde(default)]
    pub folder: Folder,
}

/// Everybody's mail, in the order of the UIDs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Mailbox {
    pub uid_validity: u32,
    pub last_uid: u32,
    pub messages: Vec<Message>,
    /// The last UID that was removed from each account's inbox and junk folder; from the catch-all's under "".
    #[serde(default)]
    removed: BTreeMap<String, [u32; 2]>,
    /// Bytes of all messages together.
    pub(super) size: usize,
}

impl Mailbox {
    pub const MAX_MESSAGES: usize = 20_000;
    pub const MAX_BYTES: usize = 128 << 20;

    pub fn messages_of(&self, scope: &Scope) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.iter().filter(|message| scope.holds(message))
    }

    /// What UIDNEXT says: it changes with what comes into `scope`, and with nothing else.
    pub fn uid_next(&self, scope: &Scope) -> u32 {
        let last = self.messages_of(scope).next_back().map_or(0, |message| message.uid);
        let removed = self.removed.get(scope.account.as_deref().unwrap_or_default());
        last.max(removed.map_or(0, |removed| removed[scope.folder as usize])).saturating_add(1)
    }

    /// States of old did not note what was removed.
    pub(super) fn index(&mut self) {
        if self.removed.is_empty() && self.messages.last().map_or(0, |message| message.uid) < self.last_uid {
            self.removed.insert(String::new(), [self.last_uid, 0]);
        }
    }

    /// Whether another message of `size` bytes fits.
    pub fn has_room(&self, size: usize) -> bool {
        self.has_room_for(1, size)
    }

    /// Whether `count` messages fit that have `size` bytes together.
    pub fn has_room_for(&self, count: usize, size: usize) -> bool {
        let messages = self.messages.len().saturating_add(count);
        messages <= Self::MAX_MESSAGES && self.size.saturating_add(size) <= Self::MAX_BYTES
    }

    pub(super) fn store(&mut self, message: Message) {
        self.last_uid = self.last_uid.max(message.uid);
        self.size += message.raw.len();
        self.messages.push(message);
    }

    pub(super) fn flag(&mut self, uid: u32, flags: BTreeSet<String>) {
        let found = self.messages.binary_search_by_key(&uid, |message| message.uid).ok();
        if let Some(message) = found.and_then(|place| self.messages.get_mut(place)) {
            message.flags = flags;
        }
    }

    pub(super) fn expunge(&mut self, uids: &BTreeSet<u32>) {
        for message in self.messages.iter().filter(|message| uids.contains(&message.uid)) {
            for account in [Some(String::new()), message.account.clone()].into_iter().flatten() {
                let last = &mut self.removed.entry(account).or_default()[message.folder as usize];
                *last = message.uid.max(*last);
            }
        }
        self.messages.retain(|message| !uids.contains(&message.uid));
        self.size = self.messages.iter().map(|message| message.raw.len()).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(uid: u32, size: usize) -> Message {
        let (at, account) = (Timestamp::from_millis(0), Some("ada@x.test".to_owned()));
        Message { uid, at, flags: BTreeSet::new(), raw: vec![b'x'; size].into(), account, folder: Folder::Inbox }
    }

    #[test]
    fn a_plus_tag_belongs_to_the_account_before_it() {
        for (address, account) in [
            ("Ada+a+b@X.test", "ada@x.test"),
            ("ada@x.test", "ada@x.test"),
            ("+a@x.test", "+a@x.test"),
            ("ada@x+y.test", "ada@x+y.test"),
        ] {
            assert_eq!(account_of(address), account);
        }
    }

    #[test]
    fn the_next_uid_of_a_scope_moves_with_its_own_mail_alone() {
        let mut mailbox = Mailbox::default();
        let scope = |account: Option<&str>, folder| Scope { account: account.map(str::to_owned), folder };
        let ada = scope(Some("ada@x.test"), Folder::Inbox);
        mailbox.store(message(1, 0));
        mailbox.store(Message { account: Some("lin@x.test".to_owned()), ..message(2, 0) });
        mailbox.store(Message { folder: Folder::Junk, ..message(3, 0) });
        let next = |mailbox: &Mailbox| {
            [&ada, &scope(None, Folder::Inbox), &scope(None, Folder::Junk)].map(|scope| mailbox.uid_next(scope))
        };
        assert_eq!(next(&mailbox), [2, 3, 4]);
        mailbox.expunge(&BTreeSet::from([1, 2, 3]));
        assert_eq!(next(&mailbox), [2, 3, 4]);
        assert_eq!(mailbox.uid_next(&scope(Some("eve@x.test"), Folder::Inbox)), 1);
    }

    #[test]
    fn uids_only_grow_and_room_comes_back() {
        let mut mailbox = Mailbox::default();
        (1..=3).for_each(|uid| mailbox.store(message(uid, Mailbox::MAX_BYTES / 4)));
        assert!(mailbox.has_room(Mailbox::MAX_BYTES / 4) && !mailbox.has_room(Mailbox::MAX_BYTES / 4 + 1));
        mailbox.expunge(&BTreeSet::from([2, 3]));
        assert!(mailbox.has_room(Mailbox::MAX_BYTES / 2));
        assert_eq!(mailbox.uid_next(&Scope::default()), 4);
    }

    #[test]
    fn messages_are_bounded_in_number() {
        let mut mailbox = Mailbox::default();
        (1..=20_000).for_each(|uid| mailbox.store(message(uid, 0)));
        assert!(!mailbox.has_room(0));
    }
}
