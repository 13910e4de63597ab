//! The messages that several waiters will open, fetched at once: one by one, each costs the way to the server and back.

use std::collections::BTreeMap;

use super::choice::{Where, first_to_open};
use super::folder::Folder;
use super::progress::Turn;
use crate::mail::error::MailError;
use crate::mail::wire::Session;

/// Larger messages are fetched alone, in bytes.
const SMALL: u32 = 128 << 10;
/// Bytes at hand, for each who waits, that nobody has opened: a mail often comes before the wait for it begins.
const KEPT: usize = 32 << 10;

/// What was fetched ahead, and is at hand until it is opened.
#[derive(Default)]
pub(super) struct Bodies {
    at_hand: BTreeMap<u32, Vec<u8>>,
    /// Those of the last time.
    ahead: BTreeMap<u32, Vec<u8>>,
    /// What is asked for at this moment.
    pub asked: Vec<u32>,
}

impl Bodies {
    pub fn new(at_hand: BTreeMap<u32, Vec<u8>>) -> Self {
        Self { at_hand, ..Self::default() }
    }

    /// Fetches the message that each of `turns` will open first, if it is small, not at hand, and not the only one.
    pub fn fetch_ahead(
        &mut self,
        session: &mut Session,
        folder: &Folder,
        at: Where,
        turns: &mut [Turn],
    ) -> Result<(), MailError> {
        let first = |turn: &mut Turn| {
            let unseen = turn.progress.reach(at.place).unseen();
            let newest = folder.known.newest_to(turn.wanted.filter.recipient(), unseen);
            first_to_open(&turn.wanted, at, newest).filter(|(_, summary)| summary.size < SMALL)
        };
        let wanted = turns.iter_mut().filter_map(first).map(|(uid, _)| uid);
        let mut uids: Vec<u32> =
            wanted.filter(|uid| !self.at_hand.contains_key(uid) && !folder.doubts.suspects(*uid)).collect();
        uids.sort_unstable();
        uids.dedup();
        self.ahead.clear();
        if uids.len() > 1 {
            self.asked = uids;
            self.ahead = session.bodies(&self.asked, SMALL)?;
            self.asked.clear();
        }
        Ok(())
    }

    /// What is kept until the next time where so many wait: the newest.
    pub fn kept(mut self, waiting: usize) -> BTreeMap<u32, Vec<u8>> {
        let mut bytes: usize = self.at_hand.values().map(Vec::len).sum();
        while bytes > waiting * KEPT {
            bytes -= self.at_hand.pop_first().map_or(bytes, |(_, body)| body.len());
        }
        self.at_hand
    }

    /// A message, or `None` if it is gone or the server cannot show it.
    pub fn open(&mut self, session: &mut Session, uid: u32, largest: u32) -> Result<Option<Vec<u8>>, MailError> {
        if let Some(body) = self.at_hand.remove(&uid).or_else(|| self.ahead.remove(&uid)) {
            return Ok(Some(body));
        }
        self.asked = vec![uid];
        let body = session.body(uid, largest)?;
        self.asked.clear();
        Ok(body)
    }
}
