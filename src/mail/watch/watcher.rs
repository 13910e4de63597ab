//! The thread that watches a mailbox.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::bodies::Bodies;
use super::choice::Where;
use super::folder::Folder;
use super::junk::Junk;
use super::limits::Limits;
use super::logins::Logins;
use super::mark::Dates;
use super::place::Place;
use super::progress::{Reach, Turn};
use super::reconnect::Reconnect;
use super::roster::Roster;
use super::spacing::Spacing;
use crate::clock::Clock;
use crate::mail::error::{MailError, MailErrorKind};
use crate::mail::mailbox::Mailbox;
use crate::mail::wire::{Connector, Idled, Session, Sleeper};

/// Most mail that is waited for comes within this time.
const SOON: Duration = Duration::from_secs(30);
/// Waiters whose messages are fetched at once.
const SHARE: usize = 100;

/// What is known of the folders; it outlives a connection.
#[derive(Default)]
struct Folders {
    inbox: Option<Folder>,
    junk: Junk,
    dates: Dates,
}

pub(in crate::mail) struct Watcher {
    pub mailbox: Mailbox,
    pub roster: Arc<Roster>,
    pub connector: Connector,
    pub logins: Logins,
    pub limits: Limits,
    pub clock: Arc<dyn Clock>,
    /// This server took an IDLE in silence: it is polled.
    pub avoid_idle: bool,
}

impl Watcher {
    /// Watches until nobody has wanted anything for a while (`None`), or until it makes no sense to go on.
    pub fn run(mut self, sleeper: Sleeper) -> Option<MailError> {
        let sleeper = Rc::new(sleeper);
        let mut reconnect = Reconnect::new(self.limits.reconnect);
        let mut folders = Folders::default();
        loop {
            match self.serve(&sleeper, &mut folders, &mut reconnect) {
                Ok(()) => return None,
                Err(error) if self.roster.is_closing() || is_final(error.kind) => return Some(error),
                Err(error) => {
                    tracing::debug!(mailbox = %self.mailbox, code = error.code(), "mail connection lost");
                    self.roster.lost(error);
                    if self.roster.close_if_unwanted() {
                        return None;
                    }
                    self.roster.pause(reconnect.next_wait());
                }
            }
        }
    }

    /// One connection, from login to its end.
    fn serve(
        &mut self,
        sleeper: &Rc<Sleeper>,
        folders: &mut Folders,
        reconnect: &mut Reconnect,
    ) -> Result<(), MailError> {
        let mut session = self.connect(sleeper)?;
        let mut afresh = true;
        let mut unwanted_since = Instant::now();
        let mut told = false;
        let mut spacing = Spacing::new(unwanted_since);
        loop {
            self.roster.pause(spacing.pause(Instant::now()));
            sleeper.forget();
            let more = self.round(&mut session, folders, std::mem::take(&mut afresh), &mut told)?;
            reconnect.reset();
            self.roster.works();
            if self.roster.is_wanted() {
                unwanted_since = Instant::now();
            }
            let lingered = unwanted_since.elapsed();
            if self.roster.is_closing() || lingered >= self.limits.linger && self.roster.close_if_unwanted() {
                session.end();
                return Ok(());
            }
            if more {
                told = true;
                continue;
            }
            afresh = self.look_into_junk(&mut session, &mut folders.junk)?;
            if afresh {
                continue;
            }
            let rest = if self.roster.is_wanted() { self.rest() } else { self.limits.linger.saturating_sub(lingered) };
            let idled = session.idle(rest, self.limits.check);
            self.avoid_idle |= session.ignores_idle();
            told |= idled? == Idled::News;
        }
    }

    /// How long to rest while somebody waits.
    fn rest(&self) -> Duration {
        let turns = self.roster.turns();
        let soon = turns.iter().any(|turn| turn.began.elapsed() < SOON);
        let check = if soon { self.limits.check } else { 3 * self.limits.check };
        let junk = turns.iter().filter_map(|turn| turn.junk_due(self.limits.junk)).min();
        junk.map_or(check, |due| due.saturating_duration_since(Instant::now()).min(check))
    }

    fn connect(&self, sleeper: &Rc<Sleeper>) -> Result<Session, MailError> {
        let closing = || MailError::new(MailErrorKind::Network, "the mail service was closed");
        let _permit = self.logins.permit(&self.mailbox.host, || self.roster.is_closing()).ok_or_else(closing)?;
        let mut session =
            self.connector.open(&self.mailbox, sleeper.clone(), |socket| self.roster.connected(socket))?;
        if self.avoid_idle {
            session.avoid_idle();
        }
        Ok(session)
    }

    /// Answers marks, and where somebody waits, learns what is new, of which the server may have `told`, and judges it for
    /// every waiter. Whether more has come already.
    fn round(
        &self,
        session: &mut Session,
        Folders { inbox: folder, junk, dates }: &mut Folders,
        afresh: bool,
        told: &mut bool,
    ) -> Result<bool, MailError> {
        // Taken before the server is asked, so that nobody is told of a state older than his question.
        let mut turns = self.roster.turns();
        let marks = self.roster.take_marks();
        let asked = afresh || !marks.is_empty();
        if asked {
            let standing = self.examine(session, marks, junk, dates)?;
            match folder {
                Some(folder) if folder.is(standing) => *told |= folder.is_behind(standing),
                _ => *folder = Some(Folder::new(standing)),
            }
        }
        let Some(folder) = folder.as_mut().filter(|_| !turns.is_empty()) else { return Ok(false) };
        let newcomers = turns.iter().any(|turn| turn.progress.inbox.first.is_none());
        let mut told = std::mem::take(told);
        if !asked && (newcomers || !told) {
            told |= session.noop()?;
        }
        let more = self.look_through(session, folder, Place::Inbox, told, &mut turns)? || session.was_told();
        // A first look is one into both folders, where the other is due already.
        let now = Instant::now();
        turns.retain(|turn| turn.junk_due(self.limits.junk).is_none_or(|due| due > now));
        turns.iter().for_each(|turn| self.roster.looked(turn.id));
        Ok(more)
    }

    /// Learns what is new in the open folder, of which the server may have `told`, and judges it for everybody. Whether more
    /// has come already.
    pub(super) fn look_through(
        &self,
        session: &mut Session,
        folder: &mut Folder,
        place: Place,
        told: bool,
        turns: &mut [Turn],
    ) -> Result<bool, MailError> {
        folder.ask_for(turns.iter().flat_map(|turn| turn.wanted.filter.fields()).collect());
        for turn in turns.iter_mut() {
            self.begin(session, folder, place, turn)?;
            let first = turn.progress.reach(place).first.unwrap_or(1);
            folder.extend_down(session, first)?;
        }
        let more = folder.extend_up(session, told)?;
        let at = Where { place, uid_validity: folder.uid_validity, largest: self.limits.message_bytes };
        let mut bodies = Bodies::new(std::mem::take(&mut folder.bodies));
        for share in turns.chunks_mut(SHARE) {
            let ahead = bodies.fetch_ahead(session, folder, at, share);
            let judge = |turn| self.judge(session, folder, at, &mut bodies, turn);
            let judged = ahead.and_then(|()| share.iter_mut().try_for_each(judge));
            let judged = folder.doubts.asked(&bodies.asked, judged);
            if judged.is_err() {
                folder.drop_unreadable();
            }
            judged?;
        }
        folder.bodies = bodies.kept(turns.len());
        Ok(more)
    }

    /// Where the waiter begins in this folder. Anew if the folder was rebuilt.
    fn begin(&self, session: &mut Session, folder: &Folder, place: Place, turn: &mut Turn) -> Result<(), MailError> {
        let reach = turn.progress.reach(place);
        if reach.uid_validity == folder.uid_validity && reach.first.is_some() {
            return Ok(());
        }
        let wanted = &turn.wanted;
        let known = (wanted.first_uid(place, folder.uid_validity), wanted.earliest(place, folder.uid_validity));
        let first = match known {
            (Some(first), _) => first,
            (None, Some(time)) => folder.first_since(session, time)?,
            (None, None) => folder.first_of_all(session)?,
        };
        *turn.progress.reach(place) = Reach::begin(folder.uid_validity, first);
        Ok(())
    }
}

fn is_final(kind: MailErrorKind) -> bool {
    matches!(kind, MailErrorKind::Login | MailErrorKind::Tls | MailErrorKind::Config)
}
