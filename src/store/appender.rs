//! The end of a journal: commits are put there, chained and synced, and after an error nothing more is.

use std::path::PathBuf;
use std::sync::Arc;

use super::chain::Link;
use super::checkpoint::Point;
use super::disk::{Disk, RunFile};
use super::error::StoreError;
use super::format::FORMAT;
use super::growth::Growth;
use super::journal::{Header, Origin};
use super::key::Key;
use super::seal::{RunKeys, Seal};
use super::stored::Moment;
use super::texts;
use super::witness::Witness;
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::id::RunId;
use crate::workflow::Texts;

/// What a journal is begun with.
pub(super) struct Beginning<'a> {
    pub run: &'a RunId,
    pub at: Timestamp,
    pub origin: &'a Origin,
    pub texts: &'a Texts,
    pub growth: Growth,
}

/// Where a journal goes on.
pub(super) struct End {
    pub at: Point,
    pub synced: Point,
    /// The MAC of the journal's first line.
    pub header: Link,
    /// The length of the journal, in bytes.
    pub length: u64,
    pub growth: Growth,
}

pub(super) struct Appender {
    pub disk: Box<dyn Disk>,
    pub keys: RunKeys,
    at: Point,
    synced: Point,
    header: Link,
    length: u64,
    growth: Growth,
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

impl Appender {
    /// Begins the journal of a run on an empty disk, with the texts and the seal beside it. They are on stable storage after
    /// [`Self::settle`], for which the files are.
    pub fn begin(
        disk: Box<dyn Disk>,
        new: Beginning<'_>,
        key: &Key,
        entropy: Arc<dyn Entropy>,
    ) -> Result<(Self, Vec<RunFile>), StoreError> {
        let mut disk = disk;
        let Beginning { run, at, origin, texts, growth } = new;
        if disk.read(RunFile::Journal)?.is_some() {
            return Err(StoreError::Exists { run: run.clone() });
        }
        let (seal, keys) = Seal::draw(run, key, entropy)?;
        let header = Header {
            format: FORMAT,
            run: run.to_string(),
            created: Moment(at),
            origin: origin.clone(),
            workflow: texts::pin(texts)?,
        };
        let header = serde_json::to_string(&header).map_err(|_| StoreError::TooLarge)?;
        let (line, link) = Link::start().seal(header, &keys);
        disk.append(line.as_bytes())?;
        let mut files = texts::write(&mut *disk, 1, texts, false)?;
        disk.replace(RunFile::Seal, seal.to_line()?.as_bytes(), false)?;
        files.push(RunFile::Seal);
        let start = Point { commit: 0, link: link.clone() };
        let end = End { at: start.clone(), synced: start, header: link, length: line.len() as u64, growth };
        Ok((Self::at(disk, keys, end), files))
    }

    /// Goes on with a journal that ends there.
    pub fn at(disk: Box<dyn Disk>, keys: RunKeys, end: End) -> Self {
        let End { at, synced, header, length, growth } = end;
        Self { disk, keys, at, synced, header, length, growth, witness: None, failed: None }
    }

    /// Returns once the journal and `files` are on stable storage.
    pub fn settle(&mut self, files: &[RunFile]) -> Result<(), StoreError> {
        self.disk.settle(files)?;
        self.synced = self.at.clone();
        Ok(())
    }

    /// The last commit, and the last that is known to be on stable storage.
    pub fn points(&self) -> (&Point, &Point) {
        (&self.at, &self.synced)
    }

    pub fn header(&self) -> &Link {
        &self.header
    }

    /// The length of the journal, in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    pub fn path(&self, file: RunFile) -> PathBuf {
        self.disk.path(file)
    }

    /// Commits a line, in one write: `object` is what it is, of its number and of the last that is on stable storage.
    pub fn append(
        &mut self,
        object: impl FnOnce(u64, u64, &RunKeys) -> Result<String, StoreError>,
    ) -> Result<(), StoreError> {
        self.check()?;
        let commit = self.at.commit + 1;
        let (line, link) = self.at.link.seal(object(commit, self.synced.commit, &self.keys)?, &self.keys);
        let written = self.disk.append(line.as_bytes());
        written.map_err(|error| self.fail(&error, self.at.commit))?;
        self.at = Point { commit, link };
        self.length += line.len() as u64;
        self.growth.add(line.len() as u64);
        Ok(())
    }

    /// Whether the journal has grown enough for a new checkpoint.
    pub fn is_checkpoint_due(&self) -> bool {
        self.growth.is_checkpoint_due()
    }

    /// Replaces the checkpoint.
    pub fn replace_checkpoint(&mut self, text: &str, durable: bool) -> Result<(), StoreError> {
        self.disk.replace(RunFile::Checkpoint, text.as_bytes(), durable)?;
        self.growth.restart(text.len() as u64);
        Ok(())
    }

    /// All commits are on stable storage when this returns. `seq` is what is noted of how far the run has come.
    pub fn sync(&mut self, seq: u64) -> Result<(), StoreError> {
        self.check()?;
        if self.synced.commit < self.at.commit {
            let synced = self.disk.sync();
            synced.map_err(|error| self.fail(&error, self.synced.commit))?;
            self.synced = self.at.clone();
            self.bear_witness(seq);
        }
        Ok(())
    }

    /// Fails if nothing is written any more.
    pub fn check(&self) -> Result<(), StoreError> {
        self.failed.as_ref().map_or(Ok(()), |failure| Err(self.not_committed(failure)))
    }

    /// Keeps the record of how far the journal has come, from now on.
    pub fn keep_witness(&mut self, witness: Option<Witness>) {
        self.witness = witness;
    }

    /// From now on the record may say that this folder is the one.
    pub fn accept(&mut self) {
        self.witness.iter_mut().for_each(Witness::accept);
    }

    /// A run without a record is taken for a copy when it is resumed, no more: it is no reason to stop.
    pub fn bear_witness(&mut self, seq: u64) {
        if let Some(witness) = &mut self.witness
            && let Err(error) = witness.note(seq, &self.synced)
        {
            tracing::warn!(%error, "how far the run has come could not be noted in the state folder");
            self.witness = None;
        }
    }

    /// Puts other texts of the workflow beside the earlier ones and gives what pins them. They are on stable storage when this
    /// returns; they count only once an entry says so.
    pub fn keep_workflow(&mut self, version: u32, texts: &Texts) -> Result<String, StoreError> {
        texts::write(&mut *self.disk, version, texts, true)?;
        texts::pin(texts)
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
}
