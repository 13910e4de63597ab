//! What was seen while waiting, for the error that explains a timeout. Counts only: other people's mail is not shown.

use std::collections::BTreeMap;

use crate::mail::query::{Query, Refusal};

/// How many messages were passed over, by reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::mail) struct Tally(BTreeMap<Refusal, u32>);

impl Tally {
    pub fn count(&mut self, refusal: Refusal) {
        *self.0.entry(refusal).or_default() += 1;
    }

    pub fn seen(&self) -> u32 {
        self.0.values().sum()
    }

    /// `2 to another recipient, 1 from another sender`.
    pub fn describe(&self) -> String {
        let reasons = self.0.iter().map(|(refusal, count)| format!("{count} {}", describe(*refusal)));
        reasons.collect::<Vec<_>>().join(", ")
    }

    /// What to try, judged by the reason that comes nearest to a fit.
    pub fn advice(&self, query: &Query) -> &'static str {
        let has = |refusal| self.0.contains_key(&refusal);
        if has(Refusal::NothingInside) {
            "a fitting message came, but without what `extract` asks for: compare the pattern with the message"
        } else if has(Refusal::Used) || has(Refusal::Claimed) {
            "the messages there have served already: ask the service for a new one"
        } else if has(Refusal::TooLarge) {
            "the fitting message is larger than what is read"
        } else if has(Refusal::Subject) || has(Refusal::Sender) {
            "messages to this recipient came: loosen `subject` or `from`"
        } else if has(Refusal::Recipient) {
            "mail arrives here, but for others: check `to`, and whether this mailbox receives that address"
        } else if query.after.is_some() || query.since.is_some() {
            "nothing new arrived: ask the service to send again, look into the junk folder, or wait longer"
        } else {
            "the folder is empty: check its name, and whether this mailbox receives that address"
        }
    }
}

fn describe(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Recipient => "to another recipient",
        Refusal::Sender => "from another sender",
        Refusal::Subject => "with another subject",
        Refusal::TooOld => "too old",
        Refusal::Used => "used before",
        Refusal::Claimed => "taken by another waiter",
        Refusal::TooLarge => "too large",
        Refusal::Gone => "deleted meanwhile",
        Refusal::NothingInside => "without the code or link",
    }
}
