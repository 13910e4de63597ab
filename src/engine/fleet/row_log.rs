//! The log of a row: its entries go into the fleet's journal.

use tokio::sync::oneshot;

use super::message::{Entries, Message, Sender};
use crate::clock::Timestamp;
use crate::engine::{HostError, Log};
use crate::fleet::{FleetEntry, FleetFact, RowEvent, RowId, RowTrouble};
use crate::id::RunId;
use crate::run::{Entry, RunState};

/// Puts facts into the words of the journal, where they arise: the one who writes only writes.
pub trait Sealer: Clone + Send + Sync + 'static {
    /// Facts as they will stand in the journal.
    type Sealed: Send + 'static;

    fn fact(&self, entry: &FleetEntry) -> Result<Self::Sealed, HostError>;

    /// Entries of a row, whose run has that id.
    fn row(&self, row: RowId, run: &RunId, entries: &[Entry]) -> Result<Self::Sealed, HostError>;
}

pub struct RowLog<S: Sealer> {
    pub(super) row: RowId,
    pub(super) run: RunId,
    pub(super) sealer: S,
    pub(super) sender: Sender<S::Sealed>,
    pub(super) blocks: Option<Blocks>,
}

/// Whether a denial of one row holds for all.
pub type Blocks = Box<dyn Fn(&RowTrouble) -> bool + Send + Sync>;

/// What a row has the fleet note beside its run's entries.
pub struct RowNotes<S: Sealer> {
    sealer: S,
    sender: Sender<S::Sealed>,
}

impl<S: Sealer> RowLog<S> {
    pub fn notes(&self) -> RowNotes<S> {
        RowNotes { sealer: self.sealer.clone(), sender: self.sender.clone() }
    }

    /// Of the row's denials, only those keep other rows from beginning for which this holds: otherwise all do.
    pub fn blocked_by(self, blocks: Blocks) -> Self {
        Self { blocks: Some(blocks), ..self }
    }
}

impl<S: Sealer> RowNotes<S> {
    /// It is in the journal before the row is over.
    pub fn note(&self, at: Timestamp, fact: FleetFact) -> Result<(), HostError> {
        let entry = FleetEntry { at, fact };
        let sealed = self.sealer.fact(&entry)?;
        self.sender.send(Message::Note(Box::new(entry), sealed)).map_err(|_| over())
    }
}

impl<S: Sealer> Log for RowLog<S> {
    async fn append(&mut self, entries: &[Entry], sync: bool) -> Result<(), HostError> {
        let sealed = self.sealer.row(self.row, &self.run, entries)?;
        let events: Vec<RowEvent> = entries.iter().map(RowEvent::of).collect();
        let blocks = |denial: &RowTrouble| self.blocks.as_ref().is_none_or(|blocks| blocks(denial));
        let is_blocked = events.iter().filter_map(RowEvent::denial).any(blocks);
        let (done, synced) = sync.then(oneshot::channel).unzip();
        let entries = Entries { row: self.row, events, is_blocked, sealed, synced: done };
        self.sender.send(Message::Entries(entries)).map_err(|_| over())?;
        match synced {
            None => Ok(()),
            Some(synced) => synced.await.unwrap_or_else(|_| Err(over())),
        }
    }

    /// The fleet has one checkpoint for all.
    fn checkpoint(&mut self, _state: &RunState, _last: bool) {}
}

fn over() -> HostError {
    HostError("the fleet's journal takes no more".to_owned())
}
