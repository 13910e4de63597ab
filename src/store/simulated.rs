//! A disk that forgets what was not synced, for simulations: in memory, and broken on request.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use super::disk::{Disk, RunFile};
use super::error::StoreError;

/// A machine's disk with one run on it. Clones are the same disk. [`ForgetfulDisk::handle`] gives what a
/// [`RunWriter`](super::RunWriter) writes to; after a [`crash`](ForgetfulDisk::crash) the handles given before refuse all.
#[derive(Debug, Clone, Default)]
pub struct ForgetfulDisk(Arc<Mutex<Contents>>);

#[derive(Debug, Default)]
struct Contents {
    journal: Vec<u8>,
    /// How much of the journal a crash leaves alone, in bytes.
    synced: usize,
    checkpoint: Replaceable,
    seal: Replaceable,
    texts: BTreeMap<RunFile, Replaceable>,
    /// Grows with each crash.
    boot: u64,
    counts: Counts,
    /// Bytes that still fit into the journal.
    room: Option<usize>,
    sync_fails: bool,
    /// A sync failed: from here on nothing reaches the disk until it is written again, whatever later syncs say.
    dropped: Option<usize>,
}

#[derive(Debug, Default)]
struct Replaceable {
    current: Option<Vec<u8>>,
    durable: Option<Vec<u8>>,
}

/// What was asked of the disk so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub appends: u64,
    /// Syncs of the journal.
    pub syncs: u64,
    /// Bytes appended to the journal.
    pub journal_bytes: u64,
    pub checkpoints: u64,
    /// Bytes of all checkpoints together.
    pub checkpoint_bytes: u64,
}

/// What a crash of the machine leaves of that which was not synced.
#[derive(Debug, Clone, Default)]
pub struct Crash {
    /// How many bytes of the journal's unsynced tail stay; more than there are means all.
    pub keep: usize,
    /// A part of that tail, in bytes from its beginning, that reads as zeros.
    pub hole: Option<Range<usize>>,
    /// The latest checkpoint stays although it was not synced; else the last durable one comes back.
    pub keep_checkpoint: bool,
}

impl ForgetfulDisk {
    /// The disk as the running process sees it.
    pub fn handle(&self) -> Box<dyn Disk> {
        Box::new(Handle { disk: self.clone(), boot: self.lock().boot })
    }

    /// The machine goes down and comes up again.
    pub fn crash(&self, crash: Crash) {
        let mut contents = self.lock();
        let from = contents.synced;
        let kept = from.saturating_add(crash.keep).min(contents.journal.len());
        contents.journal.truncate(kept);
        if let Some(hole) = crash.hole {
            let (start, end) = (from.saturating_add(hole.start).min(kept), from.saturating_add(hole.end).min(kept));
            contents.journal[start..end].fill(0);
        }
        contents.synced = kept;
        let Contents { checkpoint, seal, texts, .. } = &mut *contents;
        if crash.keep_checkpoint {
            checkpoint.durable = checkpoint.current.clone();
        }
        for file in [checkpoint, seal].into_iter().chain(texts.values_mut()) {
            file.current = file.durable.clone();
        }
        contents.boot += 1;
        contents.dropped = None;
    }

    /// The process dies, the machine stays up: nothing is forgotten.
    pub fn kill(&self) {
        self.lock().boot += 1;
    }

    /// How many bytes of the journal a crash may take.
    pub fn unsynced(&self) -> usize {
        let contents = self.lock();
        contents.journal.len() - contents.synced
    }

    pub fn counts(&self) -> Counts {
        self.lock().counts
    }

    /// Only so many more bytes fit into the journal.
    pub fn limit(&self, room: Option<usize>) {
        self.lock().room = room;
    }

    /// Lets every sync fail, or work again.
    pub fn fail_syncs(&self, fail: bool) {
        self.lock().sync_fails = fail;
    }

    /// What a file holds now.
    pub fn contents(&self, file: RunFile) -> Option<Vec<u8>> {
        let mut contents = self.lock();
        match file {
            RunFile::Journal => (!contents.journal.is_empty()).then(|| contents.journal.clone()),
            other => contents.file(other).current.clone(),
        }
    }

    /// Puts something else into a file, as somebody might who has the disk in hand.
    pub fn tamper(&self, file: RunFile, bytes: Option<Vec<u8>>) {
        let mut contents = self.lock();
        if file == RunFile::Journal {
            contents.journal = bytes.unwrap_or_default();
            contents.synced = contents.journal.len();
        } else {
            *contents.file(file) = Replaceable { current: bytes.clone(), durable: bytes };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Contents {
    fn file(&mut self, file: RunFile) -> &mut Replaceable {
        match file {
            RunFile::Seal => &mut self.seal,
            RunFile::Workflow(_) | RunFile::Library(_) => self.texts.entry(file).or_default(),
            RunFile::Checkpoint | RunFile::Journal => &mut self.checkpoint,
        }
    }
}

struct Handle {
    disk: ForgetfulDisk,
    boot: u64,
}

impl Handle {
    fn contents(&self, doing: &'static str, file: RunFile) -> Result<MutexGuard<'_, Contents>, StoreError> {
        let contents = self.disk.lock();
        if contents.boot == self.boot { Ok(contents) } else { Err(failed(doing, file, "the process is dead")) }
    }
}

fn failed(doing: &'static str, file: RunFile, why: &str) -> StoreError {
    StoreError::Io { doing, path: file.name().into_owned().into(), source: io::Error::other(why) }
}

impl Disk for Handle {
    fn path(&self, file: RunFile) -> PathBuf {
        file.name().into_owned().into()
    }

    fn read(&self, file: RunFile) -> Result<Option<Vec<u8>>, StoreError> {
        drop(self.contents("read", file)?);
        Ok(self.disk.contents(file))
    }

    fn read_from(&self, file: RunFile, offset: u64, limit: usize) -> Result<Vec<u8>, StoreError> {
        let bytes = self.read(file)?.unwrap_or_default();
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        Ok(bytes[from..from.saturating_add(limit).min(bytes.len())].to_vec())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let mut contents = self.contents("write", RunFile::Journal)?;
        let fits = contents.room.map_or(bytes.len(), |room| room.min(bytes.len()));
        contents.room = contents.room.map(|room| room - fits);
        contents.journal.extend_from_slice(&bytes[..fits]);
        contents.counts.appends += 1;
        contents.counts.journal_bytes += fits as u64;
        if fits == bytes.len() { Ok(()) } else { Err(failed("write", RunFile::Journal, "no space left on device")) }
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        let mut contents = self.contents("sync", RunFile::Journal)?;
        if contents.sync_fails {
            let synced = contents.synced;
            contents.dropped.get_or_insert(synced);
            return Err(failed("sync", RunFile::Journal, "input/output error"));
        }
        contents.synced = contents.dropped.unwrap_or(contents.journal.len());
        contents.counts.syncs += 1;
        Ok(())
    }

    fn rewrite(&mut self, from: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let mut contents = self.contents("write", RunFile::Journal)?;
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        if contents.journal.get(from..) != Some(bytes) {
            return Err(failed("write", RunFile::Journal, "this is not what stands there"));
        }
        contents.dropped.take_if(|dropped| *dropped >= from);
        drop(contents);
        self.sync()
    }

    fn truncate(&mut self, len: u64) -> Result<(), StoreError> {
        let mut contents = self.contents("cut", RunFile::Journal)?;
        contents.journal.truncate(usize::try_from(len).unwrap_or(usize::MAX));
        contents.synced = contents.journal.len();
        Ok(())
    }

    fn replace(&mut self, file: RunFile, bytes: &[u8], durable: bool) -> Result<(), StoreError> {
        let mut contents = self.contents("replace", file)?;
        if file == RunFile::Checkpoint {
            contents.counts.checkpoints += 1;
            contents.counts.checkpoint_bytes += bytes.len() as u64;
        }
        let target = contents.file(file);
        target.current = Some(bytes.to_vec());
        if durable {
            target.durable = target.current.clone();
        }
        Ok(())
    }

    fn settle(&mut self, files: &[RunFile]) -> Result<(), StoreError> {
        let mut contents = self.contents("sync", RunFile::Journal)?;
        for file in files {
            let target = contents.file(*file);
            target.durable = target.current.clone();
        }
        drop(contents);
        self.sync()
    }
}
