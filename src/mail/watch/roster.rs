//! What waiters and the watching thread share.

use std::collections::BTreeMap;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::claims::Claims;
use super::place::Place;
use super::progress::{Progress, Turn};
use super::tally::Tally;
use super::wanted::Wanted;
use crate::mail::cursor::Cursor;
use crate::mail::error::MailError;
use crate::mail::query::Found;
use crate::mail::wire::Waker;

pub(super) type FoundReply = Result<Found, MailError>;
pub(super) type MarkReply = Result<Cursor, MailError>;

/// One who waits for a message.
struct Waiter {
    wanted: Arc<Wanted>,
    began: Instant,
    progress: Progress,
    reply: Option<oneshot::Sender<FoundReply>>,
    first_look: Option<oneshot::Sender<()>>,
}

#[derive(Default)]
struct State {
    waiters: BTreeMap<u64, Waiter>,
    marks: Vec<oneshot::Sender<MarkReply>>,
    socket: Option<TcpStream>,
    /// Why there is no connection at present.
    outage: Option<MailError>,
    /// Counts the messages that were given back, which others must look at again.
    releases: u64,
    /// What the server calls its folder for junk.
    junk_folder: Option<String>,
    closing: bool,
    closed: bool,
}

pub(in crate::mail) struct Roster {
    state: Mutex<State>,
    changed: Condvar,
    waker: Waker,
    pub(super) claims: Claims,
}

/// A place on the roster. Dropping it gives the place up, and the message too if it was not taken along.
pub(in crate::mail) struct Ticket {
    roster: Arc<Roster>,
    id: u64,
    served: bool,
}

/// What a waiter holds.
pub(in crate::mail) struct Enrolled {
    pub ticket: Ticket,
    pub found: oneshot::Receiver<FoundReply>,
    /// Resolves once the mailbox was looked into, or could not be.
    pub first_look: oneshot::Receiver<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Roster {
    pub fn new(waker: Waker, claims: Claims) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), changed: Condvar::new(), waker, claims })
    }

    /// Takes a waiter in; `None` if the thread has ended.
    pub fn enrol(self: &Arc<Self>, wanted: Arc<Wanted>, id: u64) -> Option<Enrolled> {
        let (reply, found) = oneshot::channel();
        let (look, first_look) = oneshot::channel();
        let mut state = lock(&self.state);
        if state.closed {
            return None;
        }
        // What is known already need not be waited for.
        let look = if state.outage.is_some() { (drop(look), None).1 } else { Some(look) };
        let (began, progress) = (Instant::now(), Progress::default());
        let waiter = Waiter { wanted, began, progress, reply: Some(reply), first_look: look };
        state.waiters.insert(id, waiter);
        drop(state);
        self.waker.wake();
        Some(Enrolled { ticket: Ticket { roster: self.clone(), id, served: false }, found, first_look })
    }

    /// Asks for a cursor; `None` if the thread has ended.
    pub fn ask_mark(&self) -> Option<oneshot::Receiver<MarkReply>> {
        let (reply, mark) = oneshot::channel();
        let mut state = lock(&self.state);
        if state.closed {
            return None;
        }
        state.marks.push(reply);
        drop(state);
        self.waker.wake();
        Some(mark)
    }

    /// Ends the thread, whatever it is doing.
    pub fn shut_down(&self) {
        let mut state = lock(&self.state);
        state.closing = true;
        if let Some(socket) = state.socket.take() {
            let _ = socket.shutdown(Shutdown::Both);
        }
        drop(state);
        self.changed.notify_all();
        self.waker.wake();
    }

    /// Why there is no connection at present, if there is none.
    pub fn outage(&self) -> Option<MailError> {
        lock(&self.state).outage.clone()
    }

    // What follows is the thread's side.

    pub(super) fn take_marks(&self) -> Vec<oneshot::Sender<MarkReply>> {
        let mut marks = std::mem::take(&mut lock(&self.state).marks);
        marks.retain(|mark| !mark.is_closed());
        marks
    }

    /// Marks that could not be answered come again after the next connection.
    pub(super) fn put_marks_back(&self, marks: Vec<oneshot::Sender<MarkReply>>) {
        lock(&self.state).marks.extend(marks);
    }

    /// Of all who have no answer yet.
    pub(super) fn turns(&self) -> Vec<Turn> {
        let state = lock(&self.state);
        let turn = |(id, waiter): (&u64, &Waiter)| Turn {
            id: *id,
            wanted: waiter.wanted.clone(),
            began: waiter.began,
            progress: Progress { releases: state.releases, ..waiter.progress.clone() },
        };
        state.waiters.iter().filter(|(_, waiter)| waiter.reply.is_some()).map(turn).collect()
    }

    pub(super) fn is_wanted(&self) -> bool {
        let state = lock(&self.state);
        !state.waiters.is_empty() || state.marks.iter().any(|mark| !mark.is_closed())
    }

    pub(super) fn is_closing(&self) -> bool {
        lock(&self.state).closing
    }

    pub(super) fn set_progress(&self, id: u64, mut progress: Progress) {
        let mut state = lock(&self.state);
        if progress.releases != state.releases {
            progress.look_again();
        }
        if let Some(waiter) = state.waiters.get_mut(&id) {
            waiter.progress = progress;
        }
    }

    pub(super) fn set_junk_folder(&self, name: &str) {
        lock(&self.state).junk_folder = Some(name.to_owned());
    }

    /// Tells a waiter that it was looked for.
    pub(super) fn looked(&self, id: u64) {
        if let Some(waiter) = lock(&self.state).waiters.get_mut(&id) {
            waiter.first_look.take();
        }
    }

    /// Answers a waiter; whether it was still there to take the answer.
    pub(super) fn answer(&self, id: u64, reply: FoundReply) -> bool {
        let mut state = lock(&self.state);
        let Some(waiter) = state.waiters.get_mut(&id) else { return false };
        let answered = waiter.reply.take().is_some_and(|sender| sender.send(reply).is_ok());
        waiter.first_look.take();
        answered
    }

    pub(super) fn has_answer(&self, id: u64) -> bool {
        lock(&self.state).waiters.get(&id).is_none_or(|waiter| waiter.reply.is_none())
    }

    pub(super) fn connected(&self, socket: TcpStream) {
        let mut state = lock(&self.state);
        if state.closing {
            let _ = socket.shutdown(Shutdown::Both);
        }
        state.socket = Some(socket);
    }

    pub(super) fn works(&self) {
        lock(&self.state).outage = None;
    }

    /// Notes why there is no connection. Whoever waits for a first look only, waits no longer.
    pub(super) fn lost(&self, error: MailError) {
        let mut state = lock(&self.state);
        state.socket = None;
        state.outage = Some(error);
        state.waiters.values_mut().for_each(|waiter| drop(waiter.first_look.take()));
    }

    /// Waits for `pause`, or until the thread is to end.
    pub(super) fn pause(&self, pause: Duration) {
        if pause.is_zero() {
            return;
        }
        let state = lock(&self.state);
        let _ = self.changed.wait_timeout_while(state, pause, |state| !state.closing);
    }

    /// Closes the roster unless somebody came; whether it is closed now.
    pub(super) fn close_if_unwanted(&self) -> bool {
        let mut state = lock(&self.state);
        state.closed = state.waiters.is_empty() && state.marks.iter().all(oneshot::Sender::is_closed);
        state.closed
    }

    /// Closes the roster for good; everybody left on it gets `error`.
    pub(in crate::mail) fn fail(&self, error: &MailError) {
        let mut state = lock(&self.state);
        state.closed = true;
        state.socket = None;
        for mark in std::mem::take(&mut state.marks) {
            let _ = mark.send(Err(error.clone()));
        }
        for waiter in state.waiters.values_mut() {
            if let Some(reply) = waiter.reply.take() {
                let _ = reply.send(Err(error.clone()));
            }
            waiter.first_look.take();
        }
    }
}

impl Ticket {
    /// The message is taken along: nobody else gets it.
    pub fn keep(mut self) {
        self.served = true;
    }

    /// What was seen at each place that was looked into.
    pub fn seen(&self) -> Vec<(Place, Tally)> {
        let state = lock(&self.roster.state);
        let Some(Waiter { progress, .. }) = state.waiters.get(&self.id) else { return Vec::new() };
        let places = [(Place::Inbox, &progress.inbox), (Place::Junk, &progress.junk)];
        let looked = places.into_iter().filter(|(_, reach)| reach.uid_validity != 0);
        looked.map(|(place, reach)| (place, reach.tally.clone())).collect()
    }

    /// The server's folder for junk, once it is known.
    pub fn junk_folder(&self) -> Option<String> {
        lock(&self.roster.state).junk_folder.clone()
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = lock(&self.roster.state);
        state.waiters.remove(&self.id);
        if !self.served {
            state.releases += 1;
            self.roster.claims.release_all_of(self.id);
            // What this one held back may fit others.
            state.waiters.values_mut().for_each(|waiter| waiter.progress.look_again());
        }
        drop(state);
    }
}
