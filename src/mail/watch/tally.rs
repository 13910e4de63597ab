//! What was seen while waiting, for the error that explains a timeout.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::known::Summary;
use crate::clock::Timestamp;
use crate::mail::filter::Refusal;

/// Messages to the waiter's own recipient that are remembered, the newest.
const MOST: usize = 10;

/// How many messages were passed over, by reason; and those to the waiter's own recipient. Of other people's mail nothing is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::mail) struct Tally {
    counts: BTreeMap<Refusal, u32>,
    own: BTreeMap<u32, (Refusal, Arc<Summary>)>,
}

/// A message to the waiter's own recipient, and why it was passed over. The text in it is the sender's.
pub(in crate::mail) struct Own<'a> {
    pub refusal: Refusal,
    pub received_at: Timestamp,
    pub from: &'a [String],
    pub subject: &'a str,
}

impl Tally {
    pub(super) fn count(&mut self, uid: u32, summary: &Arc<Summary>, refusal: Refusal) {
        *self.counts.entry(refusal).or_default() += 1;
        if refusal != Refusal::Recipient {
            self.own.insert(uid, (refusal, summary.clone()));
            while self.own.len() > MOST {
                self.own.pop_first();
            }
        }
    }

    /// Messages of which nothing is told but their number: those to others, and those that nobody can read.
    pub(super) fn count_all(&mut self, refusal: Refusal, messages: usize) {
        if messages > 0 {
            let count = self.counts.entry(refusal).or_default();
            *count = count.saturating_add(u32::try_from(messages).unwrap_or(u32::MAX));
        }
    }

    pub fn counts(&self) -> &BTreeMap<Refusal, u32> {
        &self.counts
    }

    pub fn seen(&self) -> u32 {
        self.counts.values().sum()
    }

    /// The newest messages to the waiter's own recipient, the newest first.
    pub fn own(&self) -> impl Iterator<Item = Own<'_>> {
        self.own.values().rev().map(|(refusal, summary)| Own {
            refusal: *refusal,
            received_at: summary.received_at,
            from: &summary.envelope.senders,
            subject: &summary.envelope.subject,
        })
    }
}
