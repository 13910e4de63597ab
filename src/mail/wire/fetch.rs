//! What is read of messages: what is needed to choose among them, and their bodies.

use std::collections::{BTreeMap, BTreeSet};

use imap::types::{Fetch, Fetches};

use super::connect::failed;
use super::header::fields_of;
use super::session::{REPLY_BYTES, Session};
use super::shape::with_line_ends;
use crate::clock::Timestamp;
use crate::mail::error::MailError;

/// Bytes of a message's header fields that are read; addresses beyond do not count.
const HEADER_BYTES: u32 = 16 << 10;
/// Messages that are asked for at once.
pub(in crate::mail) const BATCH: u32 = 100;
/// Bytes of a message that are asked for before anybody is known to want it.
const AHEAD: u32 = 64 << 10;
const FIELDS: [&str; 9] =
    ["delivered-to", "x-original-to", "envelope-to", "to", "cc", "from", "subject", "date", "message-id"];

/// Size, arrival and header fields of a message, before anything was made of them.
#[derive(Debug)]
pub(in crate::mail) struct RawSummary {
    pub size: u32,
    pub received_at: Timestamp,
    pub header: Vec<u8>,
}

/// Messages that came, by UID, and the whole of those that are small.
#[derive(Debug, Default)]
pub(in crate::mail) struct Arrivals {
    pub summaries: BTreeMap<u32, RawSummary>,
    pub bodies: BTreeMap<u32, Vec<u8>>,
}

impl Session {
    /// What is needed to choose among so many messages as one [`BATCH`] at most, without their bodies, and the header fields
    /// `asked`. `None` for one that the server does not or cannot show; one that is gone is left out.
    pub fn summaries(
        &mut self,
        uids: &[u32],
        asked: &BTreeSet<String>,
    ) -> Result<BTreeMap<u32, Option<RawSummary>>, MailError> {
        let fields = names(asked).join(" ").to_ascii_uppercase();
        let items = format!("(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS ({fields})]<0.{HEADER_BYTES}>)");
        let bytes = u64::from(HEADER_BYTES + 1024) * u64::from(BATCH);
        let mut summaries = BTreeMap::new();
        let Some(fetched) = self.show(&set(uids), &items, bytes, "show its headers")? else {
            // One message that the server cannot read must not hide the others.
            for uid in uids {
                match uids.len() {
                    1 => drop(summaries.insert(*uid, None)),
                    _ => summaries.extend(self.summaries(&[*uid], asked)?),
                }
            }
            return Ok(summaries);
        };
        for (uid, message) in fetched.iter().filter_map(|message| Some((message.uid?, message))) {
            // News of its flags come alone.
            let shown = summaries.entry(uid).or_insert(None);
            let header = message.header().map(with_line_ends);
            *shown = header.and_then(|header| summary(message, header)).or(shown.take());
        }
        summaries.retain(|uid, _| uids.contains(uid));
        Ok(summaries)
    }

    /// The messages of the [`BATCH`] of UIDs from `first` on, with the bodies of small ones: what a search and two questions
    /// more would give. `None` if not all of it can be shown so.
    pub fn arrivals(&mut self, first: u32, asked: &BTreeSet<String>) -> Result<Option<Arrivals>, MailError> {
        let range = first..=first.saturating_add(BATCH - 1);
        let items = format!("(UID RFC822.SIZE INTERNALDATE BODY.PEEK[]<0.{AHEAD}>)");
        let bytes = u64::from(AHEAD + 1024) * u64::from(BATCH);
        let asked_for = format!("{}:{}", range.start(), range.end());
        let Some(fetched) = self.show(&asked_for, &items, bytes, "show what came")? else { return Ok(None) };
        let names = names(asked);
        let mut arrivals = Arrivals::default();
        for (uid, message) in fetched.iter().filter_map(|message| Some((message.uid?, message))) {
            if range.contains(&uid) {
                let Some(body) = message.body().map(with_line_ends) else { return Ok(None) };
                let Some(mut header) = fields_of(&body, &names) else { return Ok(None) };
                header.truncate(HEADER_BYTES as usize);
                let Some(summary) = summary(message, header) else { return Ok(None) };
                arrivals.summaries.insert(uid, summary);
                arrivals.bodies.extend(whole(body, AHEAD).map(|body| (uid, body)));
            }
        }
        Ok(Some(arrivals))
    }

    /// The whole message, or `None` if it is gone or the server cannot show it. Reads `max` bytes at the most.
    pub fn body(&mut self, uid: u32, max: u32) -> Result<Option<Vec<u8>>, MailError> {
        let items = format!("(UID BODY.PEEK[]<0.{max}>)");
        let fetched = self.show(&set(&[uid]), &items, u64::from(max) + REPLY_BYTES, "show a message")?;
        let message = fetched.as_ref().and_then(|fetched| fetched.iter().find(|message| message.uid == Some(uid)));
        Ok(message.and_then(Fetch::body).map(with_line_ends))
    }

    /// The messages of fewer than `small` bytes, by UID. What is larger, gone or cannot be shown is left out.
    pub fn bodies(&mut self, uids: &[u32], small: u32) -> Result<BTreeMap<u32, Vec<u8>>, MailError> {
        let bytes = u64::from(small) * uids.len() as u64 + REPLY_BYTES;
        let fetched = self.show(&set(uids), &format!("(UID BODY.PEEK[]<0.{small}>)"), bytes, "show messages")?;
        let body = |message: &Fetch<'_>| Some((message.uid?, whole(with_line_ends(message.body()?), small)?));
        Ok(fetched.iter().flat_map(Fetches::iter).filter_map(body).collect())
    }

    /// When the newest message arrived; `None` if the server does not say.
    pub fn newest_arrival(&mut self) -> Result<Option<Timestamp>, MailError> {
        let fetched = self.show("*", "(UID INTERNALDATE)", REPLY_BYTES, "show its newest message")?;
        Ok(fetched.iter().flat_map(Fetches::iter).filter_map(arrival).max())
    }

    /// `None` if the server refuses. `act` is what it should do, for errors.
    fn show(&mut self, uids: &str, items: &str, bytes: u64, act: &str) -> Result<Option<Fetches>, MailError> {
        self.begin(bytes);
        match self.session.uid_fetch(uids, items) {
            Err(imap::Error::No(_)) => Ok(None),
            fetched => fetched.map(Some).map_err(|error| failed(act, error)),
        }
    }
}

fn set(uids: &[u32]) -> String {
    uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

fn names(asked: &BTreeSet<String>) -> Vec<&str> {
    FIELDS.into_iter().chain(asked.iter().map(String::as_str)).collect()
}

fn summary(message: &Fetch<'_>, header: Vec<u8>) -> Option<RawSummary> {
    Some(RawSummary { size: message.size?, received_at: arrival(message)?, header })
}

/// A body, unless it may have been cut at so many bytes.
fn whole(body: Vec<u8>, bound: u32) -> Option<Vec<u8>> {
    Some(body).filter(|body| body.len() < bound as usize)
}

fn arrival(message: &Fetch<'_>) -> Option<Timestamp> {
    message.internal_date().map(|date| Timestamp::from_millis(date.timestamp_millis()))
}
