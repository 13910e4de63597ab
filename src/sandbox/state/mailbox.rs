//! The one inbox of the sandbox, as IMAP needs it: UIDs only grow, and UIDVALIDITY says that they do.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::stored::{bytes, moment};
use crate::clock::Timestamp;

/// A mail in the inbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Message {
    pub uid: u32,
    /// IMAP's INTERNALDATE.
    #[serde(with = "moment")]
    pub at: Timestamp,
    pub flags: BTreeSet<String>,
    #[serde(with = "bytes")]
    pub raw: Arc<[u8]>,
}

/// The catch-all inbox, its messages in the order of their UIDs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Mailbox {
    pub uid_validity: u32,
    pub last_uid: u32,
    pub messages: Vec<Message>,
    /// Bytes of all messages together.
    pub(super) size: usize,
}

impl Mailbox {
    pub const MAX_MESSAGES: usize = 20_000;
    pub const MAX_BYTES: usize = 128 << 20;

    pub fn uid_next(&self) -> u32 {
        self.last_uid.saturating_add(1)
    }

    /// Whether another message of `size` bytes fits.
    pub fn has_room(&self, size: usize) -> bool {
        self.messages.len() < Self::MAX_MESSAGES && self.size.saturating_add(size) <= Self::MAX_BYTES
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
        self.messages.retain(|message| !uids.contains(&message.uid));
        self.size = self.messages.iter().map(|message| message.raw.len()).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(uid: u32, size: usize) -> Message {
        Message { uid, at: Timestamp::from_millis(0), flags: BTreeSet::new(), raw: vec![b'x'; size].into() }
    }

    #[test]
    fn uids_only_grow_and_room_comes_back() {
        let mut mailbox = Mailbox::default();
        (1..=3).for_each(|uid| mailbox.store(message(uid, Mailbox::MAX_BYTES / 4)));
        assert!(mailbox.has_room(Mailbox::MAX_BYTES / 4) && !mailbox.has_room(Mailbox::MAX_BYTES / 4 + 1));
        mailbox.expunge(&BTreeSet::from([2, 3]));
        assert!(mailbox.has_room(Mailbox::MAX_BYTES / 2));
        assert_eq!(mailbox.uid_next(), 4);
    }

    #[test]
    fn messages_are_bounded_in_number() {
        let mut mailbox = Mailbox::default();
        (1..=20_000).for_each(|uid| mailbox.store(message(uid, 0)));
        assert!(!mailbox.has_room(0));
    }
}
