//! Which message is a waiter's, and what is in it.

use std::time::Duration;

use super::folder::{Folder, Summary};
use super::roster::Progress;
use super::tally::Tally;
use super::watcher::Watcher;
use crate::clock::Timestamp;
use crate::mail::error::{MailError, MailErrorKind};
use crate::mail::extract::{Extract, NotTaken};
use crate::mail::message::Content;
use crate::mail::query::{Found, Query, Refusal};
use crate::mail::wire::Session;
use crate::secret::Secret;

/// The clocks of server and client may differ by this much where only time tells old messages from new ones.
const CLOCK_ALLOWANCE: Duration = Duration::from_secs(120);
/// A message that says it was written this long before the wait's beginning was sent for another reason, and came late.
const WRITING_ALLOWANCE: Duration = Duration::from_secs(600);

/// What becomes of one message for one waiter.
enum Verdict {
    Passed(Refusal),
    Answered,
}

impl Watcher {
    /// Looks through what the waiter has not seen, the newest first.
    pub(super) fn judge(
        &self,
        session: &mut Session,
        folder: &Folder,
        id: u64,
        query: &Query,
        mut progress: Progress,
    ) -> Result<(), MailError> {
        let first = progress.first.unwrap_or(1).max(progress.judged.saturating_add(1));
        let earliest = earliest(query, folder.uid_validity);
        let mut tally = if progress.judged == 0 { Tally::default() } else { progress.tally.clone() };
        for (uid, summary) in folder.newest_from(first) {
            let key = format!("{}:{uid}", folder.uid_validity);
            let late = earliest.is_some_and(|earliest| summary.received_at < earliest);
            let refusal = if late || is_stale(query, summary.envelope.written_at) {
                Refusal::TooOld
            } else {
                match self.consider(session, id, query, (uid, &key, summary))? {
                    Verdict::Answered => return Ok(()),
                    Verdict::Passed(refusal) => refusal,
                }
            };
            tally.count(refusal);
        }
        progress.judged = folder.last_known();
        progress.tally = tally;
        self.roster.set_progress(id, progress);
        self.roster.looked(id);
        Ok(())
    }

    fn consider(
        &self,
        session: &mut Session,
        id: u64,
        query: &Query,
        (uid, key, summary): (u32, &str, &Summary),
    ) -> Result<Verdict, MailError> {
        if let Err(refusal) = query.check(&summary.envelope) {
            return Ok(Verdict::Passed(refusal));
        }
        if query.used.contains(key) {
            return Ok(Verdict::Passed(Refusal::Used));
        }
        if summary.size > self.limits.message_bytes {
            return Ok(Verdict::Passed(Refusal::TooLarge));
        }
        if self.roster.has_answer(id) {
            return Ok(Verdict::Answered);
        }
        if !self.roster.claims.claim(key, id) {
            return Ok(Verdict::Passed(Refusal::Claimed));
        }
        let reply = match session.body(uid, self.limits.message_bytes) {
            Err(error) => {
                self.roster.claims.release(key);
                return Err(error);
            }
            Ok(None) => Err(Refusal::Gone),
            Ok(Some(message)) => match query.extract.take(&Content::read(&message)) {
                Ok(taken) => Ok(Ok(found(query, taken, key, summary))),
                Err(NotTaken::Ambiguous(named)) => Ok(Err(ambiguous(query, &named))),
                Err(NotTaken::Nothing) => Err(Refusal::NothingInside),
            },
        };
        match reply {
            Ok(reply) => {
                let holds = reply.is_ok();
                if !(self.roster.answer(id, reply) && holds) {
                    self.roster.claims.release(key);
                }
                Ok(Verdict::Answered)
            }
            Err(refusal) => {
                self.roster.claims.release(key);
                Ok(Verdict::Passed(refusal))
            }
        }
    }
}

/// The arrival before which messages do not count, where UIDs cannot tell: without a cursor, or with one of a folder that
/// was rebuilt since.
pub(super) fn earliest(query: &Query, uid_validity: u32) -> Option<Timestamp> {
    let time = match &query.after {
        Some(cursor) if cursor.uid_validity == uid_validity => return None,
        Some(cursor) => cursor.server_time.or(query.since).or(Some(Timestamp::default())),
        None => query.since,
    };
    time.map(|time| Timestamp::from_millis(time.as_millis().saturating_sub(CLOCK_ALLOWANCE.as_millis() as i64)))
}

/// Whether a message was written long before what is waited for was asked for.
fn is_stale(query: &Query, written_at: Option<Timestamp>) -> bool {
    let began = query.after.as_ref().and_then(|cursor| cursor.server_time).or(query.since);
    match (began, written_at) {
        (Some(began), Some(written)) => began.since(written) > WRITING_ALLOWANCE,
        _ => false,
    }
}

fn found(query: &Query, taken: String, key: &str, summary: &Summary) -> Found {
    let (code, link) = match query.extract {
        Extract::Link => (None, Some(Secret::new(taken))),
        Extract::Code | Extract::Pattern(_) => (Some(Secret::new(taken)), None),
    };
    let from = summary.envelope.senders.first().cloned().unwrap_or_default();
    let subject = summary.envelope.subject.clone();
    Found { code, link, from, subject, received_at: summary.received_at, message: key.to_owned() }
}

fn ambiguous(query: &Query, named: &[String]) -> MailError {
    let count =
        if named.len() == 1 { "one doubtful candidate".to_owned() } else { format!("{} candidates", named.len()) };
    let reason = format!(
        "the newest fitting message has {count} for the {}, none is guessed: {}; give a pattern, as in extract: {{ link: \"/verify/{{code}}\" }}, and see `onramp mail extract --explain`",
        query.extract.gives(),
        named.join(", ")
    );
    MailError::new(MailErrorKind::Ambiguous, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Cursor;

    #[test]
    fn a_message_that_was_written_long_before_the_wait_is_stale() {
        let began = Timestamp::from_millis(3_600_000);
        let after = Some(Cursor { uid_validity: 1, uid_next: 1, server_time: Some(began) });
        let query = Query {
            to: "a@b.test".into(),
            from: Vec::new(),
            subject: None,
            after,
            since: None,
            extract: Extract::Code,
            used: Default::default(),
        };
        let written = |minutes: i64| Some(Timestamp::from_millis(3_600_000 - minutes * 60_000));
        assert!(is_stale(&query, written(60)));
        assert!(!is_stale(&query, written(9)), "clocks differ");
        assert!(!is_stale(&query, written(-60)));
        assert!(!is_stale(&query, None));
    }
}
