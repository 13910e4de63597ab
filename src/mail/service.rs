//! The service that steps use.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use tokio::time::timeout;

use super::cursor::Cursor;
use super::error::{MailError, MailErrorKind};
use super::mailbox::{Mailbox, MailboxError};
use super::query::{Found, Query};
use super::tokens::Tokens;
use super::unmet::{Ended, explain, round};
use super::watch::{Claims, Enrolled, JunkWanted, Limits, Logins, Roster, Wanted, Watcher};
use super::wire::{Connector, Sleeper, waker};
use crate::clock::Clock;
use crate::diagnostic::escape;
use crate::secret::Secret;

/// Enough for TLS and MIME; only touched pages are ever resident.
const STACK: usize = 1 << 20;

/// Reads mailboxes for any number of waiters, over one connection for each mailbox. Clones share the connections; when the
/// last is dropped they are closed.
#[derive(Clone)]
pub struct Mail(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    tls: Arc<ClientConfig>,
    tokens: Option<Arc<dyn Tokens>>,
    limits: Limits,
    logins: Logins,
    next_waiter: AtomicU64,
    rooms: Arc<Mutex<HashMap<Mailbox, Room>>>,
    last: Mutex<Option<Named>>,
}

/// A mailbox and its URL.
type Named = (Secret<String>, Arc<Mailbox>);

/// What is kept for a mailbox.
#[derive(Default)]
struct Room {
    roster: Option<Arc<Roster>>,
    claims: Claims,
    /// A refused login is not tried again for a while: providers lock accounts.
    refused: Option<(Instant, MailError)>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Mail {
    /// A service that trusts what `tls` trusts ([`crate::tls::client_config`]).
    pub fn new(clock: Arc<dyn Clock>, tls: Arc<ClientConfig>) -> Self {
        Self::with_limits(clock, tls, Limits::default())
    }

    pub fn with_limits(clock: Arc<dyn Clock>, tls: Arc<ClientConfig>, limits: Limits) -> Self {
        Self::with_tokens(clock, tls, limits, None)
    }

    /// The same, and `tokens` is asked where a mailbox has nothing to log in with.
    pub fn with_tokens(
        clock: Arc<dyn Clock>,
        tls: Arc<ClientConfig>,
        limits: Limits,
        tokens: Option<Arc<dyn Tokens>>,
    ) -> Self {
        let (logins, next_waiter, rooms) = (Logins::default(), AtomicU64::new(1), Arc::default());
        let last = Mutex::default();
        Self(Arc::new(Inner { clock, tls, tokens, limits, logins, next_waiter, rooms, last }))
    }

    /// The mailbox that `url` names. The last is remembered: the rows of a fleet mostly name the same.
    pub fn mailbox(&self, url: &str) -> Result<Arc<Mailbox>, MailboxError> {
        if let Some((_, mailbox)) = lock(&self.0.last).as_ref().filter(|(known, _)| known.expose() == url) {
            return Ok(mailbox.clone());
        }
        let mailbox = Arc::new(Mailbox::parse(url)?);
        *lock(&self.0.last) = Some((Secret::new(url.to_owned()), mailbox.clone()));
        Ok(mailbox)
    }

    /// Notes where the mailbox stands: what is there now is old, what comes later is new.
    ///
    /// Fails with `Timeout` or the reason for which there is no connection, and at once with `Login`, `Tls` or `Config`.
    pub async fn mark(&self, mailbox: &Mailbox, within: Duration) -> Result<Cursor, MailError> {
        let (roster, mark) = self.join(mailbox, |roster| roster.ask_mark())?;
        match timeout(within, mark).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(stopped()),
            Err(_) => Err(roster.outage().unwrap_or_else(|| {
                MailError::new(
                    MailErrorKind::Timeout,
                    format!("{} was not reached within {}", escape(&mailbox.to_string()), round(within)),
                )
            })),
        }
    }

    /// Waits for the message that `query` means, and takes the code or link from it. The newest that fits wins; each message
    /// serves once in a process, and never if it is in [`Query::used`].
    ///
    /// Looks at least once, even when `within` is zero; that first look may take up to [`Limits::first_look`]. Losing the
    /// connection is not an error before the time is over. Fails at once with `Login`, `Tls`, `Config` or `Ambiguous`.
    pub async fn wait(&self, mailbox: &Mailbox, query: &Query, within: Duration) -> Result<Found, MailError> {
        let id = self.0.next_waiter.fetch_add(1, Ordering::Relaxed);
        let due = Instant::now() + self.0.limits.junk.min(within / 2);
        let junk = JunkWanted::new(query, self.0.clock.now(), due);
        let wanted = Arc::new(Wanted::new(query.clone(), junk));
        let (roster, enrolled) = self.join(mailbox, |roster| roster.enrol(wanted.clone(), id))?;
        let Enrolled { ticket, mut found, first_look } = enrolled;
        let mut answer = timeout(within, &mut found).await.ok();
        if answer.is_none() {
            let _ = timeout(self.0.limits.first_look, first_look).await;
            answer = found.try_recv().ok().map(Ok);
        }
        match answer {
            Some(Ok(Ok(found))) => {
                ticket.keep();
                Ok(found)
            }
            Some(Ok(Err(error))) => Err(error),
            Some(Err(_)) => Err(stopped()),
            None => Err(explain(&Ended {
                mailbox,
                query,
                within,
                now: self.0.clock.now(),
                seen: ticket.seen(),
                junk_folder: ticket.junk_folder(),
                outage: roster.outage(),
            })),
        }
    }

    /// Asks the mailbox's roster for a place, with a new thread if there is none.
    fn join<T>(
        &self,
        mailbox: &Mailbox,
        ask: impl Fn(&Arc<Roster>) -> Option<T>,
    ) -> Result<(Arc<Roster>, T), MailError> {
        let mut rooms = lock(&self.0.rooms);
        let room = rooms.entry(mailbox.clone()).or_default();
        if let Some((at, error)) = &room.refused
            && at.elapsed() < self.0.limits.refused_login
        {
            return Err(error.clone());
        }
        if let Some((roster, place)) = room.roster.as_ref().and_then(|roster| Some((roster.clone(), ask(roster)?))) {
            return Ok((roster, place));
        }
        let no_thread =
            |error| MailError::new(MailErrorKind::Network, format!("cannot start a thread for the mailbox: {error}"));
        let (waker, sleeper) = waker().map_err(no_thread)?;
        let roster = Roster::new(waker, room.claims.clone());
        // On the roster first: a thread that nobody wants ends with its first failure.
        let place = ask(&roster).ok_or_else(stopped)?;
        self.start(mailbox, &roster, sleeper).map_err(no_thread)?;
        room.roster = Some(roster.clone());
        Ok((roster, place))
    }

    pub(super) fn connector(&self) -> Connector {
        let Inner { limits, tls, tokens, .. } = &*self.0;
        let (connect, command) = (limits.connect, limits.command);
        Connector { tls: tls.clone(), connect, command, tokens: tokens.clone() }
    }

    fn start(&self, mailbox: &Mailbox, roster: &Arc<Roster>, sleeper: Sleeper) -> std::io::Result<()> {
        let limits = &self.0.limits;
        let watcher = Watcher {
            mailbox: mailbox.clone(),
            roster: roster.clone(),
            connector: self.connector(),
            logins: self.0.logins.clone(),
            limits: *limits,
            clock: self.0.clock.clone(),
            avoid_idle: false,
        };
        let ending = Ending { mailbox: mailbox.clone(), roster: roster.clone(), rooms: self.0.rooms.clone() };
        let thread = std::thread::Builder::new().name("mail".into()).stack_size(STACK);
        thread.spawn(move || ending.after(watcher.run(sleeper))).map(drop)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        lock(&self.rooms).values().filter_map(|room| room.roster.as_ref()).for_each(|roster| roster.shut_down());
    }
}

/// Clears up after a thread, however it ended.
struct Ending {
    mailbox: Mailbox,
    roster: Arc<Roster>,
    rooms: Arc<Mutex<HashMap<Mailbox, Room>>>,
}

impl Ending {
    fn after(self, error: Option<MailError>) {
        let Some(error) = error else { return };
        if error.kind == MailErrorKind::Login
            && let Some(room) = lock(&self.rooms).get_mut(&self.mailbox)
        {
            room.refused = Some((Instant::now(), error.clone()));
        }
        self.roster.fail(&error);
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.roster.fail(&stopped());
        if let Some(room) = lock(&self.rooms).get_mut(&self.mailbox)
            && room.roster.as_ref().is_some_and(|roster| Arc::ptr_eq(roster, &self.roster))
        {
            room.roster = None;
        }
    }
}

pub(super) fn stopped() -> MailError {
    MailError::new(MailErrorKind::Network, "the thread that reads the mailbox has ended")
}
