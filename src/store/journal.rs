//! The journal's lines: a header, then one line for each commit. What stands there is checked before it is believed.

use std::io::BufRead as _;

use serde::{Deserialize, Serialize};

use super::chain::Link;
use super::disk::{Disk, RunFile};
use super::error::StoreError;
use super::format::Format;
use super::seal::RunKeys;
use super::stored::{Moment, StoredEntry};
use super::wrong_line::{WrongLine, claim};
use crate::run::Entry;

/// Where a run comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The workflow's file, as the user gave it.
    pub workflow_path: String,
    /// The same from the root, to find it again from wherever the run is resumed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_file: Option<String>,
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    /// The format in which the journal was begun.
    pub format: Format,
    pub run: String,
    pub created: Moment,
    pub origin: Origin,
    /// What pins the texts that the run was started with.
    pub workflow: String,
}

/// Every other line.
#[derive(Serialize, Deserialize)]
struct StoredCommit<'a> {
    /// From 1; the line before the first is the header.
    commit: u64,
    /// The last commit that was known to be on stable storage when this one was written.
    synced: u64,
    entries: Vec<StoredEntry<'a>>,
}

/// The JSON of a commit, without its MAC.
pub(super) fn commit(number: u64, synced: u64, entries: &[Entry], keys: &RunKeys) -> Result<String, StoreError> {
    let entries = entries.iter().map(|entry| StoredEntry::seal(entry, keys)).collect::<Result<_, _>>()?;
    serde_json::to_string(&StoredCommit { commit: number, synced, entries }).map_err(|_| StoreError::TooLarge)
}

/// The whole lines of a journal, every one of them found to be what was written there, in the order it was written.
pub(super) struct Lines {
    bytes: Vec<u8>,
    /// Where each line ends, its line end included; and its link.
    ends: Vec<(usize, Link)>,
    path: std::path::PathBuf,
}

impl Lines {
    /// Reads and checks the journal. What follows the last whole commit, as a crash leaves it, is left out.
    pub fn read(disk: &dyn Disk, keys: &RunKeys) -> Result<Self, StoreError> {
        let path = disk.path(RunFile::Journal);
        let bytes = disk.read(RunFile::Journal)?.unwrap_or_default();
        let mut lines = Self { bytes, ends: Vec::new(), path };
        let (mut start, mut link) = (0, Link::start());
        while let Some(length) = line_length(&lines.bytes[start..]) {
            let line = &lines.bytes[start..start + length];
            match link.follow(line, keys) {
                Some(next) => link = next,
                None => {
                    let wrong = WrongLine { due: lines.ends.len() as u64, line };
                    if wrong.is_lost(&lines.bytes[start + length..]) {
                        break;
                    }
                    return Err(wrong.damage(lines.path, "run"));
                }
            }
            start += length + 1;
            lines.ends.push((start, link.clone()));
        }
        if lines.ends.is_empty() {
            return Err(StoreError::damaged(
                lines.path,
                1,
                "the journal has no whole first line; it was cut or emptied",
            ));
        }
        Ok(lines)
    }

    /// The number of the last whole commit; 0 is the header.
    pub fn last(&self) -> u64 {
        self.ends.len() as u64 - 1
    }

    /// The link of a commit; `None` if it is not there.
    pub fn link(&self, commit: u64) -> Option<&Link> {
        self.ends.get(usize::try_from(commit).ok()?).map(|(_, link)| link)
    }

    /// The length of all whole lines, in bytes.
    pub fn whole(&self) -> usize {
        self.ends.last().map_or(0, |(end, _)| *end)
    }

    /// Whether bytes follow the last whole commit.
    pub fn has_tail(&self) -> bool {
        self.whole() < self.bytes.len()
    }

    /// The length in bytes of all lines after a commit.
    pub fn length_after(&self, commit: u64) -> usize {
        let end = usize::try_from(commit).ok().and_then(|at| self.ends.get(at)).map_or(0, |(end, _)| *end);
        self.whole() - end
    }

    /// The bytes of all lines after a commit, and where they begin.
    pub fn after(&self, commit: u64) -> (u64, &[u8]) {
        let start = self.whole() - self.length_after(commit);
        (start as u64, &self.bytes[start..self.whole()])
    }

    fn line(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before].0);
        &self.bytes[start..self.ends[index].0]
    }

    pub fn header(&self) -> Result<Header, StoreError> {
        serde_json::from_slice(self.line(0))
            .map_err(|error| StoreError::damaged(self.path.clone(), 1, error.to_string()))
    }

    /// The last commit that is known to be on stable storage.
    pub fn synced(&self) -> u64 {
        claim(self.line(self.ends.len() - 1)).synced.unwrap_or(0)
    }

    /// The entries of all commits after `commit`, of which the first has the sequence number `seq`.
    pub fn entries_after(&self, commit: u64, mut seq: u64, keys: &RunKeys) -> Result<Vec<Entry>, StoreError> {
        let mut entries = Vec::new();
        for number in commit + 1..=self.last() {
            let index = number as usize;
            let broken = |what: String| StoreError::damaged(self.path.clone(), index + 1, what);
            let mut json = serde_json::Deserializer::from_slice(self.line(index));
            json.disable_recursion_limit(); // what was written is bounded, and the MAC says that it was written
            let stored = StoredCommit::deserialize(&mut json).map_err(|error| broken(error.to_string()))?;
            for entry in stored.entries {
                if stored.commit != number || entry.seq != seq {
                    return Err(broken(format!(
                        "commit {number} with entry {seq} belongs here, not commit {} with entry {}",
                        stored.commit, entry.seq
                    )));
                }
                seq += 1;
                entries.push(entry.open(keys).map_err(|error| broken(error.0))?);
            }
        }
        Ok(entries)
    }
}

/// The length of the first line, if it has an end. An iterator would search a long journal byte by byte.
fn line_length(bytes: &[u8]) -> Option<usize> {
    let read = { bytes }.skip_until(b'\n').ok()?;
    bytes[..read].ends_with(b"\n").then(|| read - 1)
}
