//! The one who writes a run.

use std::path::PathBuf;
use std::sync::Arc;

use super::appender::{Appender, Beginning, End};
use super::chain::Link;
use super::checkpoint;
use super::disk::{Disk, RunFile};
use super::error::StoreError;
use super::growth::{Growth, Worth};
use super::journal::{self, Origin};
use super::key::Key;
use super::load::{Loaded, Position, load};
use super::seal::{RunKeys, Seal};
use super::witness::Witness;
use crate::entropy::Entropy;
use crate::id::RunId;
use crate::run::{Entry, Fact, Recorded};
use crate::workflow::Texts;

/// When a run's checkpoint is worth writing.
const WORTH: Worth = Worth { times: 4, least: 4096 };

/// A run to be stored.
#[derive(Debug, Clone, Copy)]
pub struct NewRun<'a> {
    /// What it was planned from.
    pub texts: &'a Texts,
    pub origin: &'a Origin,
    /// The run's first entry, `RunStarted`.
    pub first: &'a Entry,
    /// The state after it.
    pub state: &'a Recorded,
}

/// Appends to the journal of one run and replaces its checkpoint. There is one at a time.
pub struct RunWriter {
    journal: Appender,
    seq: u64,
}

impl RunWriter {
    /// Stores a new run on an empty disk. When this returns, it is on stable storage.
    pub fn create(
        disk: Box<dyn Disk>,
        new: NewRun<'_>,
        key: &Key,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, StoreError> {
        let run = &new.state.started.run;
        let growth = Growth::new(WORTH);
        let beginning = Beginning { run, at: new.first.at, origin: new.origin, texts: new.texts, growth };
        let (journal, files) = Appender::begin(disk, beginning, key, entropy)?;
        let mut writer = Self { journal, seq: 0 };
        writer.append(std::slice::from_ref(new.first), false)?;
        writer.journal.settle(&files)?;
        writer.checkpoint(new.state, false)?;
        Ok(writer)
    }

    /// Opens a run to go on with it. What a crash left behind the last whole commit is cut off.
    pub fn resume(disk: Box<dyn Disk>, key: &Key, entropy: Arc<dyn Entropy>) -> Result<(Self, Loaded), StoreError> {
        Self::resume_beside(disk, key, entropy, |_| None)
    }

    /// The same; `witness` is asked for the record of this folder, by the MAC of the journal's header.
    pub(super) fn resume_beside(
        disk: Box<dyn Disk>,
        key: &Key,
        entropy: Arc<dyn Entropy>,
        witness: impl FnOnce(&str) -> Option<Witness>,
    ) -> Result<(Self, Loaded), StoreError> {
        let mut disk = disk;
        let seal = Seal::read(&*disk)?;
        seal.check_writable(&*disk)?;
        seal.check_whole(&*disk)?;
        let (mut loaded, position) = load(&*disk, key, entropy)?;
        let Position { keys, at, synced, seq, whole, has_tail, checkpoint, grown, lines } = position;
        if has_tail {
            disk.truncate(whole)?;
        }
        // After a sync that failed, the kernel may hold lines in memory alone and take them for written: the next sync would
        // report success without them. Only what is written anew is certain, and nothing is sent before it is.
        let (from, unsynced) = lines.after(synced.commit);
        disk.rewrite(from, unsynced)?;
        let header = lines.link(0).cloned().unwrap_or_else(Link::start);
        let mut witness = witness(header.as_str());
        if let Some(witness) = &mut witness {
            loaded.suspicion = witness.examine(|commit, mac| lines.link(commit).map(Link::as_str) == Some(mac));
        }
        let growth = Growth::new(WORTH).since(checkpoint, grown);
        let mut journal = Appender::at(disk, keys, End { synced: at.clone(), at, header, length: whole, growth });
        journal.keep_witness(witness);
        Ok((Self { journal, seq }, loaded))
    }

    /// Keeps the record of a new run.
    pub(super) fn keep_witness(&mut self, witness: impl FnOnce(&str) -> Option<Witness>) {
        let witness = witness(self.journal.header().as_str());
        self.journal.keep_witness(witness);
        self.journal.bear_witness(self.seq);
    }

    pub fn run(&self) -> &RunId {
        &self.journal.keys.run
    }

    /// The sequence number of the last entry.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    pub fn path(&self, file: RunFile) -> PathBuf {
        self.journal.path(file)
    }

    /// Commits `entries`, all or none, in one write. With `sync`, they and everything before them are on stable storage
    /// when this returns; without entries it only sees to that. After an error nothing more is written: a disk that
    /// refused once cannot be asked what it kept.
    pub fn append(&mut self, entries: &[Entry], sync: bool) -> Result<(), StoreError> {
        self.journal.check()?;
        if !entries.is_empty() {
            self.check_order(entries)?;
            let commit = |number, synced, keys: &RunKeys| journal::commit(number, synced, entries, keys);
            self.journal.append(commit)?;
            self.seq += entries.len() as u64;
            let takes_over = |entry: &Entry| matches!(&entry.fact, Fact::Resumed(how) if how.wary || how.trusted);
            if entries.iter().any(takes_over) {
                self.journal.accept();
            }
        }
        if sync { self.journal.sync(self.seq) } else { Ok(()) }
    }

    fn check_order(&self, entries: &[Entry]) -> Result<(), StoreError> {
        let wrong = entries.iter().zip(self.seq + 1..).find(|(entry, due)| entry.seq != *due);
        wrong.map_or(Ok(()), |(entry, due)| Err(StoreError::OutOfOrder { expected: due, found: entry.seq }))
    }

    /// Puts other texts of the workflow beside the earlier ones and gives what pins them. They are on stable storage when this
    /// returns; they count only once an entry says so.
    pub fn keep_workflow(&mut self, version: u32, texts: &Texts) -> Result<String, StoreError> {
        self.journal.keep_workflow(version, texts)
    }

    /// Whether the journal has grown enough for a new checkpoint.
    pub fn checkpoint_due(&self) -> bool {
        self.journal.is_checkpoint_due()
    }

    /// Replaces the checkpoint by `state`, which is that after the last entry appended. `durable`, for when the run ends
    /// or stops: journal and checkpoint are on stable storage when this returns. An error here does not touch the journal.
    pub fn checkpoint(&mut self, state: &Recorded, durable: bool) -> Result<(), StoreError> {
        if state.seq != self.seq {
            return Err(StoreError::OutOfOrder { expected: self.seq, found: state.seq });
        }
        self.append(&[], durable)?;
        let (at, synced) = self.journal.points();
        let text = checkpoint::write(state, at, synced, &self.journal.keys)?;
        self.journal.replace_checkpoint(&text, durable)
    }
}
