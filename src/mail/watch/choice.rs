//! Which message a waiter is given. A function of values: what was fetched is handed in, and so is the way to open a message.

use std::sync::Arc;

use super::known::Summary;
use super::place::Place;
use super::tally::Tally;
use super::wanted::Wanted;
use crate::mail::filter::Refusal;

/// The folder in which the waiter looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Where {
    pub place: Place,
    pub uid_validity: u32,
    /// Larger messages are not opened.
    pub largest: u32,
}

impl Where {
    fn key(self, uid: u32) -> String {
        self.place.key(self.uid_validity, uid)
    }
}

/// Goes through the messages, the newest first, and opens those that may be meant until one answers the waiter. The others are
/// counted in `tally`. `open` is asked with a message's UID and key; it claims the message, and refuses it where it cannot serve.
pub(super) fn choose<'a, T, E>(
    wanted: &Wanted,
    at: Where,
    newest_first: impl Iterator<Item = (u32, &'a Arc<Summary>)>,
    tally: &mut Tally,
    mut open: impl FnMut(u32, &str, &Summary) -> Result<Result<T, Refusal>, E>,
) -> Result<Option<T>, E> {
    for (uid, summary) in newest_first {
        let answer = match refuse(wanted, at, uid, summary) {
            Some(refusal) => Err(refusal),
            None => open(uid, &at.key(uid), summary)?,
        };
        match answer {
            Ok(answer) => return Ok(Some(answer)),
            Err(refusal) => tally.count(uid, summary, refusal),
        }
    }
    Ok(None)
}

/// The message that [`choose`] opens first.
pub(super) fn first_to_open<'a>(
    wanted: &Wanted,
    at: Where,
    mut newest_first: impl Iterator<Item = (u32, &'a Arc<Summary>)>,
) -> Option<(u32, &'a Arc<Summary>)> {
    newest_first.find(|(uid, summary)| refuse(wanted, at, *uid, summary).is_none())
}

fn is_used(wanted: &Wanted, key: &str, summary: &Summary) -> bool {
    let used = &wanted.query.used;
    used.contains(key) || summary.envelope.identity.as_ref().is_some_and(|identity| used.contains(identity))
}

/// Why a message cannot be the one, as far as can be said without opening it.
fn refuse(wanted: &Wanted, at: Where, uid: u32, summary: &Summary) -> Option<Refusal> {
    let late = |earliest| summary.received_at < earliest;
    if !wanted.filter.is_recipient(&summary.envelope) {
        Some(Refusal::Recipient)
    } else if wanted.earliest(at.place, at.uid_validity).is_some_and(late)
        || wanted.is_stale(summary.envelope.written_at)
    {
        Some(Refusal::TooOld)
    } else if let Err(refusal) = wanted.filter.check(&summary.envelope) {
        Some(refusal)
    } else if is_used(wanted, &at.key(uid), summary) {
        Some(Refusal::Used)
    } else if summary.size > at.largest {
        Some(Refusal::TooLarge)
    } else {
        None
    }
}
