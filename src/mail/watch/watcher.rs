//! The thread that watches a mailbox.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::folder::Folder;
use super::judge::earliest;
use super::limits::Limits;
use super::logins::Logins;
use super::reconnect::Reconnect;
use super::roster::{MarkReply, Progress, Roster};
use crate::clock::Clock;
use crate::mail::cursor::Cursor;
use crate::mail::error::{MailError, MailErrorKind};
use crate::mail::mailbox::Mailbox;
use crate::mail::query::Query;
use crate::mail::wire::{Connector, Idled, Session, Sleeper, Standing};

/// A message dated further ahead of our clock than this says nothing about the server's clock.
const CLOCK_AHEAD: Duration = Duration::from_secs(3600);

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
        let mut folder = None;
        loop {
            match self.serve(&sleeper, &mut folder, &mut reconnect) {
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
        folder: &mut Option<Folder>,
        reconnect: &mut Reconnect,
    ) -> Result<(), MailError> {
        let mut session = self.connect(sleeper)?;
        let mut afresh = true;
        let mut unwanted_since = Instant::now();
        let mut told = false;
        loop {
            sleeper.forget();
            self.round(&mut session, folder, std::mem::take(&mut afresh), told)?;
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
            let rest =
                if self.roster.is_wanted() { self.limits.check } else { self.limits.linger.saturating_sub(lingered) };
            let idled = session.idle(rest, self.limits.check);
            self.avoid_idle |= session.ignores_idle();
            told = idled? == Idled::News;
        }
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

    /// Answers marks, learns what is new, and judges it for every waiter.
    fn round(
        &self,
        session: &mut Session,
        folder: &mut Option<Folder>,
        afresh: bool,
        told: bool,
    ) -> Result<(), MailError> {
        // Taken before the server is asked, so that nobody is told of a state older than his question.
        let waiters = self.roster.waiters();
        let marks = self.roster.take_marks();
        let asked = afresh || !marks.is_empty();
        if asked {
            let standing = self.examine(session, marks)?;
            if !folder.as_ref().is_some_and(|folder| folder.is(standing)) {
                *folder = Some(Folder::new(standing));
            }
        }
        let Some(folder) = folder.as_mut().filter(|_| !waiters.is_empty()) else { return Ok(()) };
        let newcomers = waiters.iter().any(|(_, _, progress)| progress.first.is_none());
        if !asked && (newcomers || !told) {
            session.noop()?;
        }
        let mut ready = Vec::with_capacity(waiters.len());
        for (id, query, progress) in waiters {
            let progress = self.begin(session, folder, &query, progress)?;
            folder.extend_down(session, progress.first.unwrap_or(1))?;
            ready.push((id, query, progress));
        }
        folder.extend_up(session)?;
        for (id, query, progress) in ready {
            self.judge(session, folder, id, &query, progress)?;
        }
        Ok(())
    }

    /// Looks how the folder stands and tells those who asked for a mark.
    fn examine(&self, session: &mut Session, marks: Vec<oneshot::Sender<MarkReply>>) -> Result<Standing, MailError> {
        let looked = session.examine(&self.mailbox.folder_on_the_wire());
        if marks.is_empty() {
            return looked;
        }
        match looked.and_then(|standing| Ok((standing, self.cursor(session, standing)?))) {
            Ok((standing, cursor)) => {
                for mark in marks {
                    let _ = mark.send(Ok(cursor.clone()));
                }
                Ok(standing)
            }
            Err(error) => {
                self.roster.put_marks_back(marks);
                Err(error)
            }
        }
    }

    fn cursor(&self, session: &mut Session, standing: Standing) -> Result<Cursor, MailError> {
        let ours = self.clock.now();
        let newest = if standing.exists == 0 { None } else { session.newest()? };
        let ahead = newest.map(|(_, arrived)| arrived).filter(|arrived| *arrived <= ours.plus(CLOCK_AHEAD));
        let server_time = Some(ahead.map_or(ours, |arrived| arrived.max(ours)));
        Ok(Cursor { uid_validity: standing.uid_validity, uid_next: standing.uid_next, server_time })
    }

    /// Where the waiter begins in this folder. Anew if the folder was rebuilt.
    fn begin(
        &self,
        session: &mut Session,
        folder: &Folder,
        query: &Query,
        progress: Progress,
    ) -> Result<Progress, MailError> {
        if progress.uid_validity == folder.uid_validity && progress.first.is_some() {
            return Ok(progress);
        }
        let first = match (&query.after, earliest(query, folder.uid_validity)) {
            (Some(cursor), None) => cursor.uid_next,
            (_, Some(time)) => folder.first_since(session, time)?,
            (None, None) => folder.first_of_all(session)?,
        };
        Ok(progress.restart(folder.uid_validity, first))
    }
}

fn is_final(kind: MailErrorKind) -> bool {
    matches!(kind, MailErrorKind::Login | MailErrorKind::Tls | MailErrorKind::Config)
}
