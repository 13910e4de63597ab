//! The messages that are known of a folder, by UID and by whom they are for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::mail::message::Envelope;

/// Messages that are remembered, and looked at when a wait has no beginning. The newest stay.
pub(super) const MOST: u32 = 2000;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Summary {
    pub size: u32,
    pub received_at: Timestamp,
    pub envelope: Envelope,
}

#[derive(Debug, Default)]
pub(super) struct Known {
    messages: BTreeMap<u32, Arc<Summary>>,
    /// A thousand who wait on one inbox do not each look through all that came for the others.
    by_recipient: HashMap<String, BTreeSet<u32>>,
}

impl Known {
    pub fn insert(&mut self, uid: u32, summary: Summary) {
        self.forget(uid);
        for recipient in &summary.envelope.recipients {
            self.by_recipient.entry(recipient.clone()).or_default().insert(uid);
        }
        self.messages.insert(uid, Arc::new(summary));
        while self.messages.len() > MOST as usize {
            self.messages.keys().next().copied().into_iter().for_each(|oldest| self.forget(oldest));
        }
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub fn forget(&mut self, uid: u32) {
        let Some(summary) = self.messages.remove(&uid) else { return };
        for recipient in &summary.envelope.recipients {
            if let Some(uids) = self.by_recipient.get_mut(recipient) {
                uids.remove(&uid);
                if uids.is_empty() {
                    self.by_recipient.remove(recipient);
                }
            }
        }
    }

    /// The messages to `recipient` from `first` on, the newest first.
    pub fn newest_to<'a>(
        &'a self,
        recipient: &str,
        first: u32,
    ) -> impl Iterator<Item = (u32, &'a Arc<Summary>)> + use<'a> {
        let uids = self.by_recipient.get(recipient).into_iter().flat_map(move |uids| uids.range(first..).rev());
        uids.filter_map(|uid| Some((*uid, self.messages.get(uid)?)))
    }

    /// How many messages from `first` on are not to `recipient`.
    pub fn to_others(&self, recipient: &str, first: u32) -> usize {
        self.messages.range(first..).count() - self.newest_to(recipient, first).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(recipients: &[&str]) -> Summary {
        let recipients = recipients.iter().map(|name| (*name).to_owned()).collect();
        Summary { size: 1, received_at: Timestamp::default(), envelope: Envelope { recipients, ..Envelope::default() } }
    }

    fn to(known: &Known, recipient: &str, first: u32) -> Vec<u32> {
        known.newest_to(recipient, first).map(|(uid, _)| uid).collect()
    }

    #[test]
    fn each_recipient_has_the_messages_to_it_the_newest_first() {
        let mut known = Known::default();
        for (uid, recipients) in [(1, &["a", "b"][..]), (2, &["b"]), (3, &["a"]), (4, &["a", "a"]), (5, &[])] {
            known.insert(uid, summary(recipients));
        }
        assert_eq!((to(&known, "a", 1), to(&known, "b", 2), to(&known, "c", 1)), (vec![4, 3, 1], vec![2], vec![]));
        assert_eq!((known.to_others("a", 1), known.to_others("b", 2), known.to_others("c", 6)), (2, 3, 0));
        known.forget(3);
        known.insert(1, summary(&["c"]));
        assert_eq!((to(&known, "a", 1), to(&known, "b", 1), to(&known, "c", 1)), (vec![4], vec![2], vec![1]));
    }

    #[test]
    fn the_oldest_is_forgotten_everywhere() {
        let mut known = Known::default();
        (1..=MOST + 1).for_each(|uid| known.insert(uid, summary(&[&format!("{uid}"), "all"])));
        assert_eq!((to(&known, "1", 1), to(&known, "all", 1).len()), (vec![], MOST as usize));
        assert_eq!(known.by_recipient.len(), MOST as usize + 1);
    }
}
