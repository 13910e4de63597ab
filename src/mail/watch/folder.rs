//! What the watcher knows of the folder: the headers of the messages in a stretch of UIDs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::mail::error::MailError;
use crate::mail::message::Envelope;
use crate::mail::wire::{RawSummary, Session, Standing};

/// Messages that are remembered, and looked at when a wait has no beginning. The newest stay.
pub(super) const MOST: u32 = 2000;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Summary {
    pub size: u32,
    pub received_at: Timestamp,
    pub envelope: Envelope,
}

/// Every message in `first..next` is known.
#[derive(Debug)]
pub(super) struct Folder {
    pub uid_validity: u32,
    exists: u32,
    first: u32,
    next: u32,
    /// The header fields that are asked for beside the usual ones.
    fields: BTreeSet<String>,
    known: BTreeMap<u32, Arc<Summary>>,
}

impl Folder {
    pub fn new(standing: Standing) -> Self {
        let Standing { uid_validity, uid_next, exists } = standing;
        Self { uid_validity, exists, first: uid_next, next: uid_next, fields: BTreeSet::new(), known: BTreeMap::new() }
    }

    /// Whether `standing` is of the same folder as before; a rebuilt one has another UIDVALIDITY.
    pub fn is(&self, standing: Standing) -> bool {
        self.uid_validity == standing.uid_validity
    }

    /// From now on these header fields are known of each message. What is known without one of them is forgotten.
    pub fn ask_for(&mut self, fields: BTreeSet<String>) {
        if !fields.is_subset(&self.fields) {
            self.fields = fields;
            self.known.clear();
            self.first = self.next;
        }
    }

    /// The UID at which the messages that arrived at `since` or later begin, or a lower one.
    pub fn first_since(&self, session: &mut Session, since: Timestamp) -> Result<u32, MailError> {
        Ok(session.uids_since(since)?.first().copied().unwrap_or(self.next))
    }

    /// The UID at which the newest [`MOST`] messages begin.
    pub fn first_of_all(&self, session: &mut Session) -> Result<u32, MailError> {
        // A folder that was empty at first may have been filled since.
        Ok(session.newest_uids(self.exists, MOST)?.first().copied().unwrap_or(self.first))
    }

    /// Learns of the messages down to `first`.
    pub fn extend_down(&mut self, session: &mut Session, first: u32) -> Result<(), MailError> {
        let first = first.max(1);
        if first < self.first {
            let uids = session.uids_between(first, self.first - 1)?;
            self.learn(session, &uids)?;
            self.first = first;
        }
        Ok(())
    }

    /// Learns of the messages that came since the last time.
    pub fn extend_up(&mut self, session: &mut Session) -> Result<(), MailError> {
        let uids = session.uids_from(self.next)?;
        self.learn(session, &uids)?;
        if let Some(last) = uids.last() {
            self.next = last.saturating_add(1);
        }
        Ok(())
    }

    fn learn(&mut self, session: &mut Session, uids: &[u32]) -> Result<(), MailError> {
        let newest = &uids[uids.len().saturating_sub(MOST as usize)..];
        for RawSummary { uid, size, received_at, header } in session.summaries(newest, &self.fields)? {
            let envelope = Envelope::read(&header, &self.fields);
            self.known.insert(uid, Arc::new(Summary { size, received_at, envelope }));
        }
        while self.known.len() > MOST as usize {
            self.known.pop_first();
        }
        Ok(())
    }

    /// The messages from `first` on, the newest first.
    pub fn newest_from(&self, first: u32) -> impl Iterator<Item = (u32, &Arc<Summary>)> {
        self.known.range(first..).rev().map(|(uid, summary)| (*uid, summary))
    }

    pub fn last_known(&self) -> u32 {
        self.next.saturating_sub(1)
    }
}
