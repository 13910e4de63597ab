//! The one owner of the state.

use std::io;

use tokio::sync::{Notify, watch};

use super::event::Event;
use super::journal::Journal;
use super::whole::State;

/// The state and the journal under it. Whoever holds it sees every commit whole.
pub struct Core {
    state: State,
    journal: Option<Journal>,
    closed: bool,
    inbox_changed: watch::Sender<()>,
    outbox_filled: std::sync::Arc<Notify>,
}

impl Core {
    /// `journal` is `None` for a service that lives in memory.
    pub fn new(state: State, journal: Option<Journal>, outbox_filled: std::sync::Arc<Notify>) -> Self {
        Self { state, journal, closed: false, inbox_changed: watch::Sender::new(()), outbox_filled }
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// Told whenever the inbox changes.
    pub fn watch_inbox(&self) -> watch::Receiver<()> {
        self.inbox_changed.subscribe()
    }

    /// Lets go of the journal; nothing is kept or done from now on.
    pub fn close(&mut self) {
        self.closed = true;
        self.journal = None;
    }

    /// Keeps `events`, all or none, then makes them true.
    pub fn commit(&mut self, events: Vec<Event>) -> io::Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        if self.closed {
            return Err(io::Error::other("the sandbox has stopped"));
        }
        let events = match &mut self.journal {
            Some(journal) => journal.append(events)?,
            None => events,
        };
        let inbox = events.iter().any(Event::changes_inbox);
        let outbox = events.iter().any(Event::fills_outbox);
        events.into_iter().for_each(|event| self.state.apply(event));
        if let Some(Err(error)) = self.journal.as_mut().map(|journal| journal.compact_if_long(&self.state)) {
            tracing::warn!("the sandbox journal grows on, it could not be compacted: {error}");
        }
        if inbox {
            self.inbox_changed.send_replace(());
        }
        if outbox {
            self.outbox_filled.notify_one();
        }
        Ok(())
    }
}
