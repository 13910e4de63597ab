//! The checkpoint: the folded state at a commit, so that a reader need not fold the whole journal.
//!
//! The journal is the truth. A checkpoint that is missing, torn or changed is passed over with a warning. One that is
//! genuine and knows of a synced commit which the journal does not have proves that the journal lost lines.

use serde::{Deserialize, Serialize};

use super::chain::Link;
use super::disk::{Disk, RunFile};
use super::error::StoreError;
use super::format::{FORMAT, Format};
use super::journal::Lines;
use super::seal::RunKeys;
use super::stored::StoredState;
use crate::run::Recorded;

#[derive(Serialize, Deserialize)]
pub(super) struct StoredCheckpoint {
    format: Format,
    run: String,
    /// The commit after which the state is this, and its line's MAC.
    at: StoredPoint,
    /// The last commit that was known to be on stable storage.
    synced: StoredPoint,
    state: StoredState,
}

#[derive(Serialize, Deserialize)]
struct StoredPoint {
    commit: u64,
    journal_mac: String,
}

#[derive(Deserialize)]
struct CheckpointFormat {
    format: Format,
}

/// A place in the journal.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub commit: u64,
    pub link: Link,
}

impl Point {
    fn store(&self) -> StoredPoint {
        StoredPoint { commit: self.commit, journal_mac: self.link.as_str().to_owned() }
    }
}

impl StoredPoint {
    fn is_in(&self, lines: &Lines) -> bool {
        lines.link(self.commit).is_some_and(|link| link.as_str() == self.journal_mac)
    }
}

/// The bytes of a checkpoint.
pub(super) fn write(state: &Recorded, at: &Point, synced: &Point, keys: &RunKeys) -> Result<String, StoreError> {
    let state = StoredState::seal(state, keys)?;
    let stored =
        StoredCheckpoint { format: FORMAT, run: keys.run.to_string(), at: at.store(), synced: synced.store(), state };
    let object = serde_json::to_string(&stored).map_err(|_| StoreError::TooLarge)?;
    Ok(domain().seal(&object, keys).0)
}

/// Keeps a checkpoint from ever being taken for a line of the journal.
fn domain() -> Link {
    Link::stored("checkpoint".to_owned())
}

/// What became of reading the checkpoint.
pub(super) enum Found {
    Usable {
        recorded: Box<Recorded>,
        commit: u64,
        size: u64,
    },
    /// It says nothing; the warning says why.
    Useless(String),
}

fn useless(why: &str) -> Result<Found, StoreError> {
    let name = RunFile::Checkpoint.name();
    Ok(Found::Useless(format!("{name} {why}; the run was read from its journal, which has everything")))
}

fn refuse_newer(format: Format, disk: &dyn Disk) -> Result<(), StoreError> {
    if format.is_readable() {
        return Ok(());
    }
    Err(StoreError::Newer { path: disk.path(RunFile::Checkpoint), found: format })
}

/// What was written here, if these bytes are that.
pub(super) fn genuine(bytes: &[u8], keys: &RunKeys) -> Option<StoredCheckpoint> {
    domain().follow(bytes.trim_ascii_end(), keys)?;
    let mut json = serde_json::Deserializer::from_str(std::str::from_utf8(bytes).ok()?);
    json.disable_recursion_limit();
    StoredCheckpoint::deserialize(&mut json).ok()
}

/// Holds the checkpoint against the journal.
pub(super) fn check(
    bytes: Option<&[u8]>,
    genuine: Option<StoredCheckpoint>,
    lines: &Lines,
    disk: &dyn Disk,
    keys: &RunKeys,
) -> Result<Found, StoreError> {
    let Some(bytes) = bytes else { return useless("is missing") };
    let Some(stored) = genuine else {
        // One of a newer format need not look like this.
        let known =
            serde_json::from_slice(bytes).map_or(Ok(()), |CheckpointFormat { format }| refuse_newer(format, disk));
        return known.and_then(|()| useless("is torn or was changed"));
    };
    refuse_newer(stored.format, disk)?;
    if !stored.synced.is_in(lines) {
        let line = usize::try_from(stored.synced.commit.min(lines.last() + 1)).unwrap_or(usize::MAX - 1) + 1;
        let what = format!(
            "commit {} was on stable storage, but the journal ends before it or was begun anew: lines are missing",
            stored.synced.commit
        );
        return Err(StoreError::damaged(disk.path(RunFile::Journal), line, what));
    }
    if !stored.at.is_in(lines) {
        return useless("is ahead of the journal, whose last lines were lost before they were synced");
    }
    let commit = stored.at.commit;
    match stored.state.open(keys) {
        Ok(recorded) => Ok(Found::Usable { recorded: Box::new(recorded), commit, size: bytes.len() as u64 }),
        Err(error) => useless(&format!("does not make sense ({})", error.0)),
    }
}
