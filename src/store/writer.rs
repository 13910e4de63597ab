//! The one who writes a run.

use std::path::PathBuf;
use std::sync::Arc;

use super::chain::Link;
use super::checkpoint::{self, Point};
use super::disk::{Disk, RunFile};
use super::error::StoreError;
use super::format::FORMAT;
use super::journal::{self, Header, Origin};
use super::key::Key;
use super::load::{Loaded, Position, load};
use super::seal::{RunKeys, Seal};
use super::stored::Moment;
use super::texts;
use super::witness::Witness;
use crate::entropy::Entropy;
use crate::id::RunId;
use crate::run::{Entry, Fact, Recorded};
use crate::workflow::Texts;

/// A journal that has not grown by this many bytes is not worth a checkpoint.
const MIN_GROWTH: u64 = 4096;

/// Nor is one that has not grown by this many times the last checkpoint: it is quicker to fold again than to write often.
const GROWTH: u64 = 4;

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
    disk: Box<dyn Disk>,
    keys: RunKeys,
    at: Point,
    synced: Point,
    seq: u64,
    checkpoint: u64,
    grown: u64,
    /// The MAC of the journal's first line.
    header: Link,
    /// Told of every commit that is on stable storage.
    witness: Option<Witness>,
    /// Why nothing more is written.
    failed: Option<Failure>,
}

#[derive(Debug, Clone)]
struct Failure {
    cause: String,
    committed: u64,
}

impl RunWriter {
    /// Stores a new run on an empty disk. When this returns, it is on stable storage.
    pub fn create(
        disk: Box<dyn Disk>,
        new: NewRun<'_>,
        key: &Key,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, StoreError> {
        let mut disk = disk;
        let run = &new.state.started.run;
        if disk.read(RunFile::Journal)?.is_some() {
            return Err(StoreError::Exists { run: run.clone() });
        }
        let (seal, keys) = Seal::draw(run, key, entropy)?;
        let header = Header {
            format: FORMAT,
            run: run.to_string(),
            created: Moment(new.first.at),
            origin: new.origin.clone(),
            workflow: texts::pin(new.texts)?,
        };
        let (line, link) = Link::start().seal(&json(&header)?, &keys);
        disk.append(line.as_bytes())?;
        let mut files = texts::write(&mut *disk, 1, new.texts, false)?;
        disk.replace(RunFile::Seal, seal.to_line()?.as_bytes(), false)?;
        files.push(RunFile::Seal);
        let start = Point { commit: 0, link };
        let synced = start.clone();
        let mut writer = Self {
            header: start.link.clone(),
            disk,
            keys,
            at: start,
            synced,
            seq: 0,
            checkpoint: 0,
            grown: 0,
            witness: None,
            failed: None,
        };
        writer.append(std::slice::from_ref(new.first), false)?;
        writer.disk.settle(&files)?;
        writer.synced = writer.at.clone();
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
            loaded.suspicion = witness.examine(|commit| lines.link(commit).map(Link::as_str));
        }
        let synced = at.clone();
        Ok((Self { disk, keys, at, synced, seq, checkpoint, grown, header, witness, failed: None }, loaded))
    }

    /// Keeps the record of a new run.
    pub(super) fn keep_witness(&mut self, witness: impl FnOnce(&str) -> Option<Witness>) {
        self.witness = witness(self.header.as_str());
        self.bear_witness();
    }

    /// A run without a record is taken for a copy when it is resumed, no more: it is no reason to stop.
    fn bear_witness(&mut self) {
        if let Some(witness) = &mut self.witness
            && let Err(error) = witness.note(self.seq, &self.synced)
        {
            tracing::warn!(%error, "how far the run has come could not be noted in the state folder");
            self.witness = None;
        }
    }

    pub fn run(&self) -> &RunId {
        &self.keys.run
    }

    /// The sequence number of the last entry.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    pub fn path(&self, file: RunFile) -> PathBuf {
        self.disk.path(file)
    }

    /// Commits `entries`, all or none, in one write. With `sync`, they and everything before them are on stable storage
    /// when this returns; without entries it only sees to that. After an error nothing more is written: a disk that
    /// refused once cannot be asked what it kept.
    pub fn append(&mut self, entries: &[Entry], sync: bool) -> Result<(), StoreError> {
        if let Some(failure) = &self.failed {
            return Err(self.not_committed(failure));
        }
        if !entries.is_empty() {
            self.check_order(entries)?;
            let commit = self.at.commit + 1;
            let object = journal::commit(commit, self.synced.commit, entries, &self.keys)?;
            let (line, link) = self.at.link.seal(&object, &self.keys);
            let written = self.disk.append(line.as_bytes());
            written.map_err(|error| self.fail(&error, self.at.commit))?;
            self.at = Point { commit, link };
            self.seq += entries.len() as u64;
            self.grown += line.len() as u64;
            let takes_over = |entry: &Entry| matches!(&entry.fact, Fact::Resumed(how) if how.wary || how.trusted);
            if let Some(witness) = self.witness.as_mut().filter(|_| entries.iter().any(takes_over)) {
                witness.accept();
            }
        }
        if sync && self.synced.commit < self.at.commit {
            let synced = self.disk.sync();
            synced.map_err(|error| self.fail(&error, self.synced.commit))?;
            self.synced = self.at.clone();
            self.bear_witness();
        }
        Ok(())
    }

    fn check_order(&self, entries: &[Entry]) -> Result<(), StoreError> {
        let wrong = entries.iter().zip(self.seq + 1..).find(|(entry, due)| entry.seq != *due);
        wrong.map_or(Ok(()), |(entry, due)| Err(StoreError::OutOfOrder { expected: due, found: entry.seq }))
    }

    /// Closes the journal; `committed` is the last commit that is known to stand.
    fn fail(&mut self, error: &StoreError, committed: u64) -> StoreError {
        let cause = match error {
            StoreError::Io { source, .. } => source.to_string(),
            other => other.to_string(),
        };
        let failure = Failure { cause, committed };
        let error = self.not_committed(&failure);
        self.failed = Some(failure);
        error
    }

    fn not_committed(&self, failure: &Failure) -> StoreError {
        let Failure { cause, committed } = failure.clone();
        let path = self.disk.path(RunFile::Journal);
        StoreError::NotCommitted { run: self.keys.run.clone(), path, committed, cause }
    }

    /// Puts other texts of the workflow beside the earlier ones and gives what pins them. They are on stable storage when this
    /// returns; they count only once an entry says so.
    pub fn keep_workflow(&mut self, version: u32, texts: &Texts) -> Result<String, StoreError> {
        texts::write(&mut *self.disk, version, texts, true)?;
        texts::pin(texts)
    }

    /// Whether the journal has grown enough for a new checkpoint: by some times the last one's size, so that all checkpoints
    /// together cost less than the journal.
    pub fn checkpoint_due(&self) -> bool {
        self.grown >= (GROWTH * self.checkpoint).max(MIN_GROWTH)
    }

    /// Replaces the checkpoint by `state`, which is that after the last entry appended. `durable`, for when the run ends
    /// or stops: journal and checkpoint are on stable storage when this returns. An error here does not touch the journal.
    pub fn checkpoint(&mut self, state: &Recorded, durable: bool) -> Result<(), StoreError> {
        if state.seq != self.seq {
            return Err(StoreError::OutOfOrder { expected: self.seq, found: state.seq });
        }
        self.append(&[], durable)?;
        let text = checkpoint::write(state, &self.at, &self.synced, &self.keys)?;
        self.disk.replace(RunFile::Checkpoint, text.as_bytes(), durable)?;
        self.checkpoint = text.len() as u64;
        self.grown = 0;
        Ok(())
    }
}

fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::TooLarge)
}
