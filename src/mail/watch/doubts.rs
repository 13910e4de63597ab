//! The messages over which a connection broke: one that breaks it again and again would hide all the others.

use std::collections::BTreeSet;

use super::known::MOST;
use crate::mail::error::{MailError, MailErrorKind};

/// What is known of messages that the server cannot show.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    /// One of those over which it broke is the reason: each is asked for alone.
    suspects: BTreeSet<u32>,
    unreadable: BTreeSet<u32>,
}

impl Doubts {
    /// What came of asking for `uids`, and nothing else, until the connection broke or they were there.
    pub fn asked<T>(&mut self, uids: &[u32], outcome: Result<T, MailError>) -> Result<T, MailError> {
        match &outcome {
            Ok(_) => self.suspects.retain(|uid| !uids.contains(uid)),
            Err(error) if error.kind == MailErrorKind::Protocol => match uids {
                [uid] if self.suspects.remove(uid) => self.give_up(*uid),
                _ => {
                    self.suspects.extend(uids);
                    keep_newest(&mut self.suspects);
                }
            },
            Err(_) => {}
        }
        outcome
    }

    /// It is not asked for any more.
    pub fn give_up(&mut self, uid: u32) {
        self.unreadable.insert(uid);
        keep_newest(&mut self.unreadable);
    }

    pub fn suspects(&self, uid: u32) -> bool {
        self.suspects.contains(&uid)
    }

    pub fn is_unreadable(&self, uid: u32) -> bool {
        self.unreadable.contains(&uid)
    }

    pub fn unreadable(&self) -> impl Iterator<Item = u32> {
        self.unreadable.iter().copied()
    }

    /// How many messages from `first` on cannot be read.
    pub fn unreadable_from(&self, first: u32) -> usize {
        self.unreadable.range(first..).count()
    }
}

fn keep_newest(uids: &mut BTreeSet<u32>) {
    while uids.len() > MOST as usize {
        uids.pop_first();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_breaks_the_connection_twice_and_the_second_time_alone_is_given_up() {
        let broken = |kind| Err::<(), _>(MailError::new(kind, "broken"));
        let mut doubts = Doubts::default();
        doubts.asked(&[1, 2, 3], broken(MailErrorKind::Protocol)).unwrap_err();
        assert!(doubts.suspects(2) && !doubts.is_unreadable(2));
        doubts.asked(&[1], Ok(())).unwrap();
        doubts.asked(&[2], broken(MailErrorKind::Network)).unwrap_err();
        doubts.asked(&[2], broken(MailErrorKind::Protocol)).unwrap_err();
        assert!(doubts.is_unreadable(2) && doubts.suspects(3) && !doubts.suspects(1));
        doubts.asked(&[4], broken(MailErrorKind::Protocol)).unwrap_err();
        assert_eq!((doubts.unreadable_from(1), doubts.unreadable_from(3)), (1, 0));
    }
}
