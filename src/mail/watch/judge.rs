//! Gives each waiter its message, and takes out of it what is asked for.

use super::bodies::Bodies;
use super::choice::{Where, choose};
use super::folder::Folder;
use super::known::Summary;
use super::place::Place;
use super::progress::Turn;
use super::roster::FoundReply;
use super::tally::Tally;
use super::watcher::Watcher;
use crate::mail::error::{MailError, MailErrorKind};
use crate::mail::extract::{Extract, NotTaken};
use crate::mail::filter::Refusal;
use crate::mail::query::{Found, Query};
use crate::mail::unmet::shown;
use crate::mail::wire::Session;
use crate::secret::Secret;

impl Watcher {
    /// Looks through what the waiter has not seen of the folder.
    pub(super) fn judge(
        &self,
        session: &mut Session,
        folder: &Folder,
        at: Where,
        bodies: &mut Bodies,
        turn: &mut Turn,
    ) -> Result<(), MailError> {
        let reach = turn.progress.reach(at.place);
        let first = reach.unseen();
        let mut tally = if reach.judged == 0 { Tally::default() } else { reach.tally.clone() };
        tally.count_all(Refusal::Unreadable, folder.doubts.unreadable_from(first));
        let (id, query) = (turn.id, &turn.wanted.query);
        let open = |uid, key: &str, summary: &Summary| {
            let body = || bodies.open(session, uid, at.largest);
            self.open(body, id, query, (at.place, key, summary))
        };
        let recipient = turn.wanted.filter.recipient();
        if choose(&turn.wanted, at, folder.known.newest_to(recipient, first), &mut tally, open)?.is_some() {
            return Ok(());
        }
        tally.count_all(Refusal::Recipient, folder.known.to_others(recipient, first));
        let reach = turn.progress.reach(at.place);
        (reach.judged, reach.tally) = (folder.last_known(), tally);
        self.roster.set_progress(id, turn.progress.clone());
        Ok(())
    }

    /// Opens a message for a waiter, unless another has it. `Ok(Ok(()))` if the waiter has its answer.
    fn open(
        &self,
        body: impl FnOnce() -> Result<Option<Vec<u8>>, MailError>,
        id: u64,
        query: &Query,
        (place, key, summary): (Place, &str, &Summary),
    ) -> Result<Result<(), Refusal>, MailError> {
        if self.roster.has_answer(id) {
            return Ok(Ok(()));
        }
        let keys: Vec<&str> = [key].into_iter().chain(summary.envelope.identity.as_deref()).collect();
        if !self.roster.claims.claim(&keys, id) {
            return Ok(Err(Refusal::Claimed));
        }
        let reply = match body() {
            Err(error) => {
                self.roster.claims.release(&keys);
                return Err(error);
            }
            Ok(None) => Err(Refusal::Gone),
            Ok(Some(message)) => reply(query, &message, (place, key), summary),
        };
        let served = reply.as_ref().is_ok_and(Result::is_ok);
        let answered = reply.map(|reply| self.roster.answer(id, reply));
        if !(served && answered == Ok(true)) {
            self.roster.claims.release(&keys);
        }
        Ok(answered.map(drop))
    }
}

/// What a message answers: what was taken, or that more than one thing could be meant.
fn reply(query: &Query, message: &[u8], at: (Place, &str), summary: &Summary) -> Result<FoundReply, Refusal> {
    match query.extract.take(message) {
        Ok(taken) => Ok(Ok(found(query, taken, at, summary))),
        Err(NotTaken::Ambiguous(named)) => Ok(Err(ambiguous(query, &named, summary))),
        Err(NotTaken::Nothing) => Err(Refusal::NothingInside),
    }
}

fn found(query: &Query, taken: String, (place, key): (Place, &str), summary: &Summary) -> Found {
    let (code, link) = match query.extract {
        Extract::Link => (None, Some(Secret::new(taken))),
        Extract::Code | Extract::Pattern(_) => (Some(Secret::new(taken)), None),
    };
    let from = summary.envelope.senders.first().cloned().unwrap_or_default();
    let (subject, message) = (summary.envelope.subject.clone(), key.to_owned());
    let (received_at, identity) = (summary.received_at, summary.envelope.identity.clone());
    Found { code, link, from, subject, received_at, junk: place == Place::Junk, message, identity }
}

fn ambiguous(query: &Query, named: &[String], summary: &Summary) -> MailError {
    let count =
        if named.len() == 1 { "one doubtful candidate".to_owned() } else { format!("{} candidates", named.len()) };
    let reason = format!(
        "the newest fitting message (from {}, \"{}\", {}) has {count} for the {}, none is guessed: {}; give a pattern, as in extract: {{ link: \"/verify/{{code}}\" }}, and see `onramp mail extract --explain`",
        shown(&summary.envelope.senders.join(", ")),
        shown(&summary.envelope.subject),
        summary.received_at,
        query.extract.gives(),
        named.join(", ")
    );
    MailError::new(MailErrorKind::Ambiguous, reason)
}
