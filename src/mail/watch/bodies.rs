//! The messages that several waiters will open, fetched at once: one by one, each costs the way to the server and back.

use std::collections::BTreeMap;

use super::choice::{Where, first_to_open};
use super::folder::Folder;
use super::progress::Turn;
use crate::mail::error::MailError;
use crate::mail::wire::Session;

/// Larger messages are fetched alone, in bytes.
const SMALL: u32 = 128 << 10;

/// What was fetched ahead.
#[derive(Default)]
pub(super) struct Bodies(BTreeMap<u32, Vec<u8>>);

impl Bodies {
    /// Fetches the message that each of `turns` will open first, if it is small and not the only one.
    pub fn ahead(session: &mut Session, folder: &Folder, at: Where, turns: &mut [Turn]) -> Result<Self, MailError> {
        let first = |turn: &mut Turn| {
            let unseen = turn.progress.reach(at.place).unseen();
            first_to_open(&turn.wanted, at, folder.newest_from(unseen)).filter(|(_, summary)| summary.size < SMALL)
        };
        let mut uids: Vec<u32> = turns.iter_mut().filter_map(first).map(|(uid, _)| uid).collect();
        uids.sort_unstable();
        uids.dedup();
        if uids.len() < 2 { Ok(Self::default()) } else { Ok(Self(session.bodies(&uids, SMALL)?)) }
    }

    /// A message, or `None` if it is gone or the server cannot show it.
    pub fn open(&mut self, session: &mut Session, uid: u32, largest: u32) -> Result<Option<Vec<u8>>, MailError> {
        match self.0.remove(&uid) {
            Some(body) => Ok(Some(body)),
            None => session.body(uid, largest),
        }
    }
}
