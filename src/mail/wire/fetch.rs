//! What is read of messages: what is needed to choose among them, and their bodies.

use std::collections::{BTreeMap, BTreeSet};

use imap::types::{Fetch, Fetches};

use super::connect::failed;
use super::session::{REPLY_BYTES, Session};
use crate::clock::Timestamp;
use crate::mail::error::MailError;

/// Bytes of a message's header fields that are read; addresses beyond do not count.
const HEADER_BYTES: u64 = 16 << 10;
/// Messages whose headers are asked for at once.
const BATCH: usize = 100;
const FIELDS: &str = "DELIVERED-TO X-ORIGINAL-TO ENVELOPE-TO TO CC FROM SUBJECT DATE MESSAGE-ID";

/// Size, arrival and header fields of a message, before anything was made of them.
#[derive(Debug)]
pub(in crate::mail) struct RawSummary {
    pub uid: u32,
    pub size: u32,
    pub received_at: Timestamp,
    pub header: Vec<u8>,
}

impl Session {
    /// What is needed to choose among messages, without their bodies, and the header fields `asked`. Messages that are gone, or
    /// that the server cannot show, are left out.
    pub fn summaries(&mut self, uids: &[u32], asked: &BTreeSet<String>) -> Result<Vec<RawSummary>, MailError> {
        let fields = asked.iter().fold(FIELDS.to_owned(), |fields, name| fields + " " + &name.to_ascii_uppercase());
        let items = format!("(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS ({fields})]<0.{HEADER_BYTES}>)");
        let mut summaries = Vec::with_capacity(uids.len());
        for batch in uids.chunks(BATCH) {
            match self.batch(batch, &items)? {
                Some(shown) => summaries.extend(shown),
                // One message that the server cannot read must not hide the others.
                None => {
                    for uid in batch {
                        summaries.extend(self.batch(&[*uid], &items)?.into_iter().flatten());
                    }
                }
            }
        }
        Ok(summaries)
    }

    /// `None` if the server refuses.
    fn batch(&mut self, uids: &[u32], items: &str) -> Result<Option<Vec<RawSummary>>, MailError> {
        let bytes = (HEADER_BYTES + 1024) * BATCH as u64;
        let fetched = self.show(uids, items, bytes, "show its headers")?;
        let summary = |message: &Fetch<'_>| {
            let uid = message.uid.filter(|uid| uids.contains(uid))?;
            let header = message.header()?.to_vec();
            Some(RawSummary { uid, size: message.size?, received_at: arrival(message)?, header })
        };
        Ok(fetched.map(|fetched| fetched.iter().filter_map(summary).collect()))
    }

    /// The whole message, or `None` if it is gone or the server cannot show it. Reads `max` bytes at the most.
    pub fn body(&mut self, uid: u32, max: u32) -> Result<Option<Vec<u8>>, MailError> {
        let items = format!("(UID BODY.PEEK[]<0.{max}>)");
        let fetched = self.show(&[uid], &items, u64::from(max) + REPLY_BYTES, "show a message")?;
        let message = fetched.as_ref().and_then(|fetched| fetched.iter().find(|message| message.uid == Some(uid)));
        Ok(message.and_then(Fetch::body).map(<[u8]>::to_vec))
    }

    /// The messages of fewer than `small` bytes, by UID. What is larger, gone or cannot be shown is left out.
    pub fn bodies(&mut self, uids: &[u32], small: u32) -> Result<BTreeMap<u32, Vec<u8>>, MailError> {
        let bytes = u64::from(small) * uids.len() as u64 + REPLY_BYTES;
        let fetched = self.show(uids, &format!("(UID BODY.PEEK[]<0.{small}>)"), bytes, "show messages")?;
        // A body that fills the bound may have been cut.
        let whole = |body: &&[u8]| body.len() < small as usize;
        let body = |message: &Fetch<'_>| Some((message.uid?, message.body().filter(whole)?.to_vec()));
        Ok(fetched.iter().flat_map(Fetches::iter).filter_map(body).collect())
    }

    /// `None` if the server refuses. `act` is what it should do, for errors.
    fn show(&mut self, uids: &[u32], items: &str, bytes: u64, act: &str) -> Result<Option<Fetches>, MailError> {
        self.begin(bytes);
        let set = uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        match self.session.uid_fetch(set, items) {
            Err(imap::Error::No(_)) => Ok(None),
            fetched => fetched.map(Some).map_err(|error| failed(act, error)),
        }
    }
}

pub(super) fn arrival(message: &Fetch<'_>) -> Option<Timestamp> {
    message.internal_date().map(|date| Timestamp::from_millis(date.timestamp_millis()))
}
