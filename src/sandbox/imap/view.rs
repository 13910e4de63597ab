//! What one session knows of the inbox: sequence numbers belong to a session, and change only when it is told.

use imap_next::imap_types::sequence::{SeqOrUid, Sequence, SequenceSet};

use crate::sandbox::state::{Mailbox, Message, Scope};

/// The UIDs a session was told of, in the order of their sequence numbers.
pub struct View {
    scope: Scope,
    uids: Vec<u32>,
}

/// What changed since a session was last told.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct News {
    /// Sequence numbers to be told in this order, each after the one before took effect.
    pub expunged: Vec<u32>,
    /// The number of messages, if it grew.
    pub exists: Option<u32>,
}

impl View {
    pub fn of(mailbox: &Mailbox, scope: Scope) -> Self {
        Self { uids: mailbox.messages_of(&scope).map(|message| message.uid).collect(), scope }
    }

    pub fn count(&self) -> u32 {
        u32::try_from(self.uids.len()).unwrap_or(u32::MAX)
    }

    /// Catches up with `mailbox`.
    pub fn refresh(&mut self, mailbox: &Mailbox) -> News {
        let there = |uid: &u32| mailbox.messages.binary_search_by_key(uid, |message| message.uid).is_ok();
        let gone = self.uids.iter().zip(1u32..).filter(|(uid, _)| !there(uid)).map(|(_, number)| number);
        let expunged: Vec<u32> = gone.collect::<Vec<_>>().into_iter().rev().collect();
        self.uids.retain(there);
        let last = self.uids.last().copied().unwrap_or(0);
        let before = self.uids.len();
        let new = mailbox.messages_of(&self.scope).rev().map(|message| message.uid).take_while(|uid| *uid > last);
        self.uids.extend(new.collect::<Vec<_>>().into_iter().rev());
        let exists = (self.uids.len() > before).then(|| self.count());
        News { expunged, exists }
    }

    /// The messages of the view that still exist, each with its place.
    pub fn places<'m>(&self, mailbox: &'m Mailbox) -> impl Iterator<Item = (Place, &'m Message)> {
        let (last_number, last_uid) = (self.count(), self.uids.last().copied().unwrap_or(0));
        self.uids.iter().zip(1u32..).filter_map(move |(uid, number)| {
            let at = mailbox.messages.binary_search_by_key(uid, |message| message.uid).ok()?;
            Some((Place { number, uid: *uid, last_number, last_uid }, mailbox.messages.get(at)?))
        })
    }
}

/// Where a message stands.
pub struct Place {
    pub number: u32,
    pub uid: u32,
    last_number: u32,
    last_uid: u32,
}

impl Place {
    pub fn number_in(&self, set: &SequenceSet) -> bool {
        contains(set, self.number, self.last_number)
    }

    pub fn uid_in(&self, set: &SequenceSet) -> bool {
        contains(set, self.uid, self.last_uid)
    }
}

/// `*` is the last one, so `9:*` holds it even if it is below 9 (RFC 3501, 9).
fn contains(set: &SequenceSet, number: u32, last: u32) -> bool {
    let value = |end: &SeqOrUid| match end {
        SeqOrUid::Value(value) => value.get(),
        SeqOrUid::Asterisk => last,
    };
    set.0.as_ref().iter().any(|sequence| match sequence {
        Sequence::Single(one) => value(one) == number,
        Sequence::Range(a, b) => (value(a).min(value(b))..=value(a).max(value(b))).contains(&number),
    })
}

/// INTERNALDATE, in UTC and whole seconds: the protocol has no finer ones.
pub fn date_of(message: &Message) -> chrono::DateTime<chrono::FixedOffset> {
    chrono::DateTime::from_timestamp_secs(message.at.as_millis().div_euclid(1_000)).unwrap_or_default().fixed_offset()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    fn mailbox(uids: &[u32]) -> Mailbox {
        let message = |uid: &u32| Message {
            uid: *uid,
            at: Timestamp::from_millis(0),
            flags: Default::default(),
            raw: Vec::new().into(),
            account: None,
            folder: Default::default(),
        };
        let mut mailbox = Mailbox::default();
        mailbox.messages = uids.iter().map(message).collect();
        mailbox
    }

    #[test]
    fn expunged_numbers_are_told_from_the_last_to_the_first() {
        let mut view = View::of(&mailbox(&[1, 2, 3, 4]), Scope::default());
        let news = view.refresh(&mailbox(&[2, 4, 7]));
        assert_eq!(news, News { expunged: vec![3, 1], exists: Some(3) });
        assert_eq!(view.refresh(&mailbox(&[2, 4, 7])), News::default());
    }

    #[test]
    fn a_star_is_the_last_message() {
        let set = |text: &str| SequenceSet::try_from(text).unwrap();
        assert!(contains(&set("9:*"), 3, 3));
        assert!(!contains(&set("9:*"), 2, 3));
        assert!(contains(&set("*"), 3, 3));
        assert!(contains(&set("1,3:2"), 2, 9));
    }
}
