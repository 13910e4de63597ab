//! A session after login, in the few commands that waiting for mail needs. All of them only read.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use imap::types::UnsolicitedResponse;

use super::connect::failed;
use super::guard::{Guard, Idle, IdleSlot};
use super::link::Link;
use super::listing::{Listed, listed};
use super::quoting::within_quotes;
use super::socket::Allowance;
use super::waker::{Sleeper, Woken};
use crate::clock::Timestamp;
use crate::mail::error::{MailError, MailErrorKind};

/// Bytes a reply without message text may have.
pub(super) const REPLY_BYTES: u64 = 1 << 20;
/// What a server may take to accept an IDLE.
const IDLE_BEGINS: Duration = Duration::from_secs(5);

/// How a folder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mail) struct Standing {
    pub uid_validity: u32,
    pub uid_next: u32,
    pub exists: u32,
}

/// How an IDLE ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mail) enum Idled {
    /// The server told of messages.
    News,
    /// Time is up, or somebody woke us.
    Quiet,
}

pub(in crate::mail) struct Session {
    pub(super) session: imap::Session<Guard>,
    pub link: Link,
    allowance: Rc<Allowance>,
    pub(super) idle: Rc<IdleSlot>,
    brought: Rc<Cell<bool>>,
    sleeper: Rc<Sleeper>,
    command: Duration,
    can_idle: bool,
    ignores_idle: bool,
    /// Of messages, beside an answer.
    told: bool,
}

impl Session {
    pub(super) fn new(
        mut session: imap::Session<Guard>,
        link: Link,
        allowance: Rc<Allowance>,
        idle: Rc<IdleSlot>,
        brought: Rc<Cell<bool>>,
        sleeper: Rc<Sleeper>,
        command: Duration,
    ) -> Result<Self, MailError> {
        allowance.renew(command, REPLY_BYTES);
        let can = session.capabilities().map_err(|error| failed("tell its capabilities", error))?;
        let can_idle = can.has_str("IDLE");
        Ok(Self {
            session,
            link,
            allowance,
            idle,
            brought,
            sleeper,
            command,
            can_idle,
            ignores_idle: false,
            told: false,
        })
    }

    /// From now on this session polls.
    pub fn avoid_idle(&mut self) {
        self.can_idle = false;
    }

    /// Whether the last IDLE was met by silence.
    pub fn ignores_idle(&self) -> bool {
        self.ignores_idle
    }

    pub(super) fn begin(&mut self, bytes: u64) {
        self.told |= self.tells();
        self.allowance.renew(self.command, bytes);
    }

    /// Opens the folder read-only and says how it stands now.
    pub fn examine(&mut self, folder: &str) -> Result<Standing, MailError> {
        let name = within_quotes(folder)?;
        self.begin(REPLY_BYTES);
        // The crate's own parser of this reply panics at an untagged NO.
        let (reply, _) = self.session.run(format!("EXAMINE \"{name}\"")).map_err(|error| match error {
            imap::Error::No(no) => MailError::new(
                MailErrorKind::Config,
                format!("the server does not open the folder: {}", crate::mail::error::quoted(&no.information)),
            ),
            other => failed("open the folder", other),
        })?;
        let reply = String::from_utf8_lossy(&reply);
        let Some(uid_validity) = number_after(&reply, "[UIDVALIDITY ").filter(|validity| *validity > 0) else {
            return Err(MailError::new(
                MailErrorKind::Config,
                "the server keeps no UIDs in this folder (no UIDVALIDITY)",
            ));
        };
        let exists =
            reply.lines().rev().find_map(|line| line.strip_prefix("* ")?.strip_suffix(" EXISTS")?.parse().ok());
        let exists = exists.unwrap_or(0);
        let uid_next = match number_after(&reply, "[UIDNEXT ") {
            Some(uid_next) => uid_next,
            None if exists == 0 => 1,
            None => self.newest_uids(exists, 1)?.last().map_or(1, |uid| uid.saturating_add(1)),
        };
        Ok(Standing { uid_validity, uid_next, exists })
    }

    /// Lets the server look for new mail; a search alone does not. Whether it tells of messages.
    pub fn noop(&mut self) -> Result<bool, MailError> {
        self.begin(REPLY_BYTES);
        self.session.noop().map_err(|error| failed("look for new mail", error))?;
        Ok(self.tells())
    }

    /// Whether the server told of messages beside its answers, since this was last asked.
    pub fn was_told(&mut self) -> bool {
        let tells = self.tells();
        std::mem::take(&mut self.told) || tells
    }

    fn tells(&mut self) -> bool {
        let news = self.session.take_all_unsolicited();
        news.into_iter().any(|news| matches!(news, UnsolicitedResponse::Exists(_)))
    }

    /// The UIDs at or above `first`, ascending.
    pub fn uids_from(&mut self, first: u32) -> Result<Vec<u32>, MailError> {
        let mut uids = self.search(&format!("UID {first}:*"))?;
        // `n:*` names the last message even if it lies below n (RFC 3501, 6.4.8).
        uids.retain(|uid| *uid >= first);
        Ok(uids)
    }

    /// The UIDs from `first` to `last`, ascending.
    pub fn uids_between(&mut self, first: u32, last: u32) -> Result<Vec<u32>, MailError> {
        self.search(&format!("UID {first}:{last}"))
    }

    /// The UIDs of the newest `count` of `exists` messages, ascending.
    pub fn newest_uids(&mut self, exists: u32, count: u32) -> Result<Vec<u32>, MailError> {
        if exists == 0 { Ok(Vec::new()) } else { self.search(&format!("{}:*", exists.saturating_sub(count) + 1)) }
    }

    /// The UIDs of messages that arrived at `since` or later, with up to two days more: the server compares dates only, in
    /// a time zone of its own.
    pub fn uids_since(&mut self, since: Timestamp) -> Result<Vec<u32>, MailError> {
        let day_before = since.as_millis().saturating_sub(86_400_000);
        let date = chrono::DateTime::from_timestamp_millis(day_before).unwrap_or_default();
        self.search(&format!("SINCE {}", date.format("%-d-%b-%Y")))
    }

    pub(super) fn search(&mut self, criteria: &str) -> Result<Vec<u32>, MailError> {
        self.begin(REPLY_BYTES);
        let found = self.session.uid_search(criteria).map_err(|error| failed("search", error))?;
        let mut uids: Vec<u32> = found.into_iter().collect();
        uids.sort_unstable();
        Ok(uids)
    }

    /// The folders that can be opened; none if the server does not tell.
    pub fn list(&mut self) -> Result<Vec<Listed>, MailError> {
        self.begin(REPLY_BYTES);
        match self.session.run("LIST \"\" \"*\"") {
            Ok((reply, _)) => Ok(listed(&String::from_utf8_lossy(&reply))),
            Err(imap::Error::No(_) | imap::Error::Bad(_)) => Ok(Vec::new()),
            Err(error) => Err(failed("list its folders", error)),
        }
    }

    /// Where a folder stands that is not open, as UIDVALIDITY and UIDNEXT; `None` if the server does not say.
    pub fn status(&mut self, folder: &str) -> Result<Option<(u32, u32)>, MailError> {
        let name = within_quotes(folder)?;
        self.begin(REPLY_BYTES);
        match self.session.run(format!("STATUS \"{name}\" (UIDVALIDITY UIDNEXT)")) {
            Ok((reply, _)) => Ok(standing_of(&String::from_utf8_lossy(&reply))),
            Err(imap::Error::No(_) | imap::Error::Bad(_)) => Ok(None),
            Err(error) => Err(failed("tell how a folder stands", error)),
        }
    }

    /// Waits until the server tells of messages, somebody uses the waker, or `limit` is over. A server without IDLE, or one
    /// that refuses it, is left alone for that time.
    pub fn idle(&mut self, limit: Duration, without_idle: Duration) -> Result<Idled, MailError> {
        if self.can_idle {
            self.begin(REPLY_BYTES);
            self.allowance.renew(self.command.min(IDLE_BEGINS), REPLY_BYTES);
            self.brought.set(false);
            let until = Instant::now() + limit;
            let idle = Idle { until, answer: self.command, begun: false, news: false, ending: false };
            self.idle.set(Some(idle));
            let outcome = self.session.run("IDLE");
            self.ignores_idle = self.idle.get().is_some_and(|idle| !idle.begun);
            self.idle.set(None);
            match outcome {
                Ok(_) if self.brought.get() => return Ok(Idled::News),
                Ok(_) => return Ok(Idled::Quiet),
                Err(imap::Error::No(_) | imap::Error::Bad(_)) => self.can_idle = false,
                Err(error) => return Err(failed("take part in IDLE", error)),
            }
        }
        self.rest(limit.min(without_idle))
    }

    fn rest(&mut self, limit: Duration) -> Result<Idled, MailError> {
        match self.sleeper.wait(None, Instant::now() + limit) {
            Ok(Woken::Time | Woken::Waker | Woken::Socket) => Ok(Idled::Quiet),
            Err(error) => Err(super::connect::broken("be waited for", &error)),
        }
    }

    /// Says goodbye; nobody waits for more than a moment.
    pub fn end(mut self) {
        self.allowance.renew(self.command.min(Duration::from_secs(2)), REPLY_BYTES);
        let _ = self.session.logout();
    }
}

/// `* STATUS "Junk" (UIDVALIDITY 7 UIDNEXT 3)`, in any order.
fn standing_of(reply: &str) -> Option<(u32, u32)> {
    let items = reply.lines().find(|line| line.starts_with("* STATUS "))?.trim_end().strip_suffix(')')?;
    let words: Vec<&str> = items[items.rfind('(')? + 1..].split(' ').collect();
    let of = |name: &str| words.chunks_exact(2).find(|pair| pair[0].eq_ignore_ascii_case(name))?[1].parse().ok();
    Some((of("UIDVALIDITY")?, of("UIDNEXT")?))
}

fn number_after(reply: &str, mark: &str) -> Option<u32> {
    let rest = &reply[reply.rfind(mark)? + mark.len()..];
    rest.split_once(']')?.0.parse().ok()
}
