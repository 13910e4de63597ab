//! The checkpoint: the folded state at a commit, so that a reader need not fold the whole journal.
//!
//! The journal is the truth. A checkpoint that is missing, torn or changed is passed over with a warning. One that is
//! genuine and knows of a synced commit which the journal does not have proves that the journal lost lines.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::chain::Link;
use super::disk::{Disk, RunFile};
use super::error::StoreError;
use super::format::{FORMAT, Format};
use super::journal::Lines;
use super::seal::RunKeys;
use super::stored::{Malformed, StoredState};
use crate::run::Recorded;

#[derive(Serialize, Deserialize)]
struct StoredCheckpoint {
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
    let (state, steps) = StoredState::seal(state, keys)?;
    let stored =
        StoredCheckpoint { format: FORMAT, run: keys.run.to_string(), at: at.store(), synced: synced.store(), state };
    let object = serde_json::to_string(&stored).map_err(|_| StoreError::TooLarge)?;
    Ok(domain().seal(join(object, &steps), keys).0)
}

/// Puts steps into an object that has none, each on a line of its own: so they can be read side by side.
fn join(object: String, steps: &[String]) -> String {
    match object.split_once(NO_STEPS) {
        Some((before, after)) if !steps.is_empty() => {
            format!("{before}{STEPS}\n{}\n]{after}", steps.join(",\n"))
        }
        _ => object,
    }
}

/// Undoes [`join`]. In a JSON text that was written without line ends, there are no others.
fn split(text: &str) -> (Cow<'_, str>, Vec<&str>) {
    let apart = || {
        let (before, rest) = text.split_once("[\n")?;
        let (steps, after) = rest.rsplit_once("\n]")?;
        let steps = steps.split('\n').map(|step| step.strip_suffix(',').unwrap_or(step));
        Some((Cow::Owned(format!("{before}[]{after}")), steps.collect()))
    };
    apart().unwrap_or((Cow::Borrowed(text), Vec::new()))
}

/// What a user's data looks like stands behind it.
const STEPS: &str = r#""state":{"steps":["#;
const NO_STEPS: &str = r#""state":{"steps":[]"#;

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

/// A checkpoint that was written here, opened.
pub(super) struct Genuine {
    format: Format,
    at: StoredPoint,
    synced: StoredPoint,
    recorded: Result<Box<Recorded>, Malformed>,
}

/// What was written here, if these bytes are that.
pub(super) fn genuine(bytes: &[u8], keys: &RunKeys) -> Option<Genuine> {
    domain().follow(bytes.trim_ascii_end(), keys)?;
    let (text, steps) = split(std::str::from_utf8(bytes).ok()?);
    let mut json = serde_json::Deserializer::from_str(&text);
    json.disable_recursion_limit();
    let StoredCheckpoint { format, at, synced, state, .. } = StoredCheckpoint::deserialize(&mut json).ok()?;
    Some(Genuine { format, at, synced, recorded: state.open(&steps, keys).map(Box::new) })
}

/// Holds the checkpoint against the journal.
pub(super) fn check(
    bytes: Option<&[u8]>,
    genuine: Option<Genuine>,
    lines: &Lines,
    disk: &dyn Disk,
) -> Result<Found, StoreError> {
    let Some(bytes) = bytes else { return useless("is missing") };
    let Some(Genuine { format, at, synced, recorded }) = genuine else {
        // One of a newer format need not look like this.
        let known =
            serde_json::from_slice(bytes).map_or(Ok(()), |CheckpointFormat { format }| refuse_newer(format, disk));
        return known.and_then(|()| useless("is torn or was changed"));
    };
    refuse_newer(format, disk)?;
    if !synced.is_in(lines) {
        let line = usize::try_from(synced.commit.min(lines.last() + 1)).unwrap_or(usize::MAX - 1) + 1;
        let what = format!(
            "commit {} was on stable storage, but the journal ends before it or was begun anew: lines are missing",
            synced.commit
        );
        return Err(StoreError::damaged(disk.path(RunFile::Journal), line, what));
    }
    if !at.is_in(lines) {
        return useless("is ahead of the journal, whose last lines were lost before they were synced");
    }
    match recorded {
        Ok(recorded) => Ok(Found::Usable { recorded, commit: at.commit, size: bytes.len() as u64 }),
        Err(error) => useless(&format!("does not make sense ({})", error.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_that_were_put_in_come_out_again() {
        let object = r#"{"at":1,"state":{"steps":[],"outputs":{"state":{"steps":[],"text":"[\n]"}}}}"#;
        let steps = [r#"{"id":"a","tasks":[{}]}"#, r#"{"id":"b","text":",\n[\n"}"#].map(str::to_owned);
        let text = join(object.to_owned(), &steps);
        assert_eq!(text.lines().count(), 4);
        assert_eq!(split(&text), (Cow::Borrowed(object), steps.iter().map(String::as_str).collect()));
        assert_eq!(split(&join(object.to_owned(), &[])), (Cow::Borrowed(object), vec![]));
    }

    #[test]
    fn a_checkpoint_on_one_line_is_whole_as_it_is() {
        let object = r#"{"at":1,"state":{"seq":1,"steps":[{"id":"a"}]}}"#;
        assert_eq!(split(&format!("{object}\n")).1, Vec::<&str>::new());
    }
}
