//! What the watcher knows of the folder: the headers of the messages in a stretch of UIDs.

use std::collections::{BTreeMap, BTreeSet};

use super::doubts::Doubts;
use super::known::{Known, MOST, Summary};
use crate::clock::Timestamp;
use crate::mail::error::{MailError, MailErrorKind};
use crate::mail::message::Envelope;
use crate::mail::wire::{Arrivals, BATCH, RawSummary, Session, Standing};

/// Every message in `first..next` is known.
#[derive(Debug)]
pub(super) struct Folder {
    pub uid_validity: u32,
    exists: u32,
    first: u32,
    next: u32,
    /// The header fields that are asked for beside the usual ones.
    fields: BTreeSet<String>,
    pub known: Known,
    /// Small messages that came with their headers.
    pub bodies: BTreeMap<u32, Vec<u8>>,
    pub doubts: Doubts,
    /// What came was asked for without a search, and the connection broke.
    searches_first: bool,
}

impl Folder {
    pub fn new(standing: Standing) -> Self {
        let Standing { uid_validity, uid_next, exists } = standing;
        Self {
            uid_validity,
            exists,
            first: uid_next,
            next: uid_next,
            fields: BTreeSet::new(),
            known: Known::default(),
            bodies: BTreeMap::new(),
            doubts: Doubts::default(),
            searches_first: false,
        }
    }

    /// Whether `standing` is of the same folder as before; a rebuilt one has another UIDVALIDITY.
    pub fn is(&self, standing: Standing) -> bool {
        self.uid_validity == standing.uid_validity
    }

    /// Whether messages came that are not known.
    pub fn is_behind(&self, standing: Standing) -> bool {
        self.next < standing.uid_next
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

    /// Learns of the messages that came since the last time; whether there may be more. Where it was `told` that there are
    /// some, they are asked for straight away: each question costs the way to the server and back.
    pub fn extend_up(&mut self, session: &mut Session, told: bool) -> Result<bool, MailError> {
        if told && !self.searches_first {
            let arrived = session.arrivals(self.next, &self.fields);
            self.searches_first = arrived.as_ref().is_err_and(|error| error.kind == MailErrorKind::Protocol);
            if let Some(Arrivals { summaries, bodies }) = arrived?
                && let Some(last) = summaries.keys().next_back().copied()
            {
                let more = last - self.next + 1 == BATCH;
                summaries.into_iter().for_each(|(uid, summary)| self.know(uid, summary));
                self.bodies.extend(bodies);
                self.next = last.saturating_add(1);
                return Ok(more);
            }
        }
        let uids = session.uids_from(self.next)?;
        self.learn(session, &uids)?;
        if let Some(last) = uids.last() {
            self.next = last.saturating_add(1);
        }
        Ok(false)
    }

    fn learn(&mut self, session: &mut Session, uids: &[u32]) -> Result<(), MailError> {
        let newest = &uids[uids.len().saturating_sub(MOST as usize)..];
        let readable: Vec<u32> = newest.iter().filter(|uid| !self.doubts.is_unreadable(**uid)).copied().collect();
        for batch in readable.chunks(BATCH as usize) {
            let doubtful = batch.iter().any(|uid| self.doubts.suspects(*uid));
            for asked in batch.chunks(if doubtful { 1 } else { batch.len() }) {
                let shown = session.summaries(asked, &self.fields);
                for (uid, summary) in self.doubts.asked(asked, shown)? {
                    match summary {
                        Some(summary) => self.know(uid, summary),
                        None => self.doubts.give_up(uid),
                    }
                }
            }
        }
        Ok(())
    }

    fn know(&mut self, uid: u32, RawSummary { size, received_at, header }: RawSummary) {
        let envelope = Envelope::read(&header, &self.fields);
        self.known.insert(uid, Summary { size, received_at, envelope });
    }

    /// A message whose body cannot be read is as good as none.
    pub fn drop_unreadable(&mut self) {
        let Self { known, doubts, .. } = self;
        doubts.unreadable().for_each(|uid| known.forget(uid));
    }

    pub fn last_known(&self) -> u32 {
        self.next.saturating_sub(1)
    }
}
