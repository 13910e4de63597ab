//! The few things a run asks of a disk, so that a simulation can hand it one that forgets.

use std::borrow::Cow;
use std::path::PathBuf;

use super::error::StoreError;

/// The files of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RunFile {
    /// The truth; only ever appended to.
    Journal,
    /// The journal's fold.
    Checkpoint,
    /// The run's key, wrapped, and the format.
    Seal,
    /// The text of the workflow, by its version: the first is the one that the run was started with.
    Workflow(u32),
    /// The files that it calls, by the same version.
    Library(u32),
}

impl RunFile {
    pub fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Journal => "journal.jsonl",
            Self::Checkpoint => "checkpoint.json",
            Self::Seal => "seal.json",
            Self::Workflow(1) => "workflow.yaml",
            Self::Workflow(version) => return Cow::Owned(format!("workflow.{version}.yaml")),
            Self::Library(1) => "library.json",
            Self::Library(version) => return Cow::Owned(format!("library.{version}.json")),
        })
    }
}

/// Where one run is kept.
pub trait Disk: Send + Sync {
    /// For messages.
    fn path(&self, file: RunFile) -> PathBuf;

    /// All of a file; `None` if there is none.
    fn read(&self, file: RunFile) -> Result<Option<Vec<u8>>, StoreError>;

    /// At most `limit` bytes of a file, from `offset` on; fewer only at its end, none if there is no such file.
    fn read_from(&self, file: RunFile, offset: u64, limit: usize) -> Result<Vec<u8>, StoreError>;

    /// Adds to the end of the journal in one write, and makes the journal if there is none.
    fn append(&mut self, bytes: &[u8]) -> Result<(), StoreError>;

    /// Returns once the journal is on stable storage.
    fn sync(&mut self) -> Result<(), StoreError>;

    /// Writes once more what stands in the journal from `from` on, which is `bytes`, and returns once the journal is on stable
    /// storage.
    fn rewrite(&mut self, from: u64, bytes: &[u8]) -> Result<(), StoreError>;

    /// Cuts the journal to its first `len` bytes, which are on stable storage when this returns.
    fn truncate(&mut self, len: u64) -> Result<(), StoreError>;

    /// Puts `bytes` in the place of a file, all or nothing while this machine is up. `durable`: also if it goes down after
    /// this has returned.
    fn replace(&mut self, file: RunFile, bytes: &[u8], durable: bool) -> Result<(), StoreError>;

    /// Returns once the journal and `files`, which were replaced without being made durable, are on stable storage: one wait
    /// for all.
    fn settle(&mut self, files: &[RunFile]) -> Result<(), StoreError>;
}
