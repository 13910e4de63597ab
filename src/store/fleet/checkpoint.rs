//! What became of a fleet, as of a commit that is on stable storage. Without it the whole journal has to be read.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::rows::StoredRow;
use super::scan;
use crate::fleet::{FleetState, StepWaits};
use crate::store::chain::Link;
use crate::store::checkpoint::Point;
use crate::store::disk::{Disk, RunFile};
use crate::store::error::StoreError;
use crate::store::format::{FORMAT, Format};
use crate::store::seal::{Place, RunKeys};
use crate::store::stored::{Malformed, Moment, StoredStarted, to_millis};

#[derive(Serialize, Deserialize)]
struct StoredCheckpoint {
    format: Format,
    fleet: String,
    /// The commit after which the state is this, that line's MAC, and where the line ends.
    commit: u64,
    journal_mac: String,
    journal_bytes: u64,
    state: StoredState,
}

#[derive(Serialize, Deserialize)]
struct StoredState {
    began: Moment,
    now: Moment,
    started: StoredStarted,
    workflows: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    wary: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    hands_on: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    teardown: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    paused: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_parallel: Option<u32>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    waits: BTreeMap<String, StoredWaits>,
    rows: Vec<StoredRow>,
}

#[derive(Serialize, Deserialize)]
struct StoredWaits {
    attempts: u64,
    total_ms: u64,
    longest_ms: u64,
}

impl From<&StepWaits> for StoredWaits {
    fn from(waits: &StepWaits) -> Self {
        let StepWaits { attempts, total, longest } = *waits;
        Self { attempts, total_ms: to_millis(total), longest_ms: to_millis(longest) }
    }
}

impl From<StoredWaits> for StepWaits {
    fn from(StoredWaits { attempts, total_ms, longest_ms }: StoredWaits) -> Self {
        Self { attempts, total: Duration::from_millis(total_ms), longest: Duration::from_millis(longest_ms) }
    }
}

#[derive(Deserialize)]
struct CheckpointFormat {
    format: Format,
}

/// What a row takes, in bytes, and what stands around the rows: one that has room is not copied while it grows.
const ROW: usize = 320;
const HEAD: usize = 4096;

const STARTED: Place<'_> = Place { file: RunFile::Checkpoint, seq: 0, step: "", attempt: 0 };

/// Keeps it from ever being taken for a line of the journal, or for a run's.
fn domain() -> Link {
    Link::stored("fleet checkpoint".to_owned())
}

/// Its bytes. The journal is on stable storage up to `at`, and has that many bytes.
pub(super) fn write(state: &FleetState, at: &Point, end: u64, keys: &RunKeys) -> Result<String, StoreError> {
    let rows = state.rows.iter().map(|row| StoredRow::seal(row, keys)).collect::<Result<_, _>>()?;
    let stored = StoredCheckpoint {
        format: FORMAT,
        fleet: keys.run.to_string(),
        commit: at.commit,
        journal_mac: at.link.as_str().to_owned(),
        journal_bytes: end,
        state: StoredState {
            began: Moment(state.began),
            now: Moment(state.now),
            started: StoredStarted::seal(&state.started, keys, &STARTED)?,
            workflows: state.workflows.clone(),
            wary: state.wary,
            hands_on: state.hands_on,
            teardown: state.teardown,
            paused: state.paused,
            max_parallel: state.max_parallel,
            waits: state.waits.iter().map(|(step, waits)| (step.clone(), waits.into())).collect(),
            rows,
        },
    };
    let mut object = Vec::with_capacity(HEAD + state.rows.len() * ROW);
    serde_json::to_writer(&mut object, &stored).map_err(|_| StoreError::TooLarge)?;
    let object = String::from_utf8(object).map_err(|_| StoreError::TooLarge)?;
    Ok(domain().seal(object, keys).0)
}

/// What a checkpoint knows.
pub(super) struct Known {
    pub state: FleetState,
    /// Where the journal goes on after it.
    pub place: scan::Place,
    /// In bytes.
    pub size: u64,
}

/// Reads it and holds it against the journal. `Err(warning)` inside: it says nothing, and why.
pub(super) fn read(disk: &dyn Disk, keys: &RunKeys) -> Result<Result<Known, String>, StoreError> {
    let useless = |why: &str| Ok(Err(format!("{} {why}; the fleet was read from its journal", name())));
    let Some(bytes) = disk.read(RunFile::Checkpoint)? else { return useless("is missing") };
    if let Ok(CheckpointFormat { format }) = serde_json::from_slice(&bytes)
        && !format.is_readable()
    {
        return Err(StoreError::Newer { path: disk.path(RunFile::Checkpoint), found: format });
    }
    let genuine = domain().follow(bytes.trim_ascii_end(), keys).is_some();
    let stored = genuine.then(|| serde_json::from_slice::<StoredCheckpoint>(&bytes).ok()).flatten();
    let Some(stored) = stored else { return useless("is torn or was changed") };
    let place = stored.place();
    if scan::link_before(disk, place.offset)?.as_ref() != Some(&place.after.link) {
        let line = usize::try_from(place.after.commit + 1).unwrap_or(usize::MAX);
        let what = format!("commit {} was on stable storage, but it is not there: lines are missing", stored.commit);
        return Err(StoreError::damaged(disk.path(RunFile::Journal), line, what));
    }
    match stored.open(keys) {
        Ok(state) => Ok(Ok(Known { state, place, size: bytes.len() as u64 })),
        Err(error) => useless(&format!("does not make sense ({})", error.0)),
    }
}

fn name() -> String {
    RunFile::Checkpoint.name().into_owned()
}

impl StoredCheckpoint {
    fn place(&self) -> scan::Place {
        let after = Point { commit: self.commit, link: Link::stored(self.journal_mac.clone()) };
        scan::Place { offset: self.journal_bytes, after }
    }

    fn open(self, keys: &RunKeys) -> Result<FleetState, Malformed> {
        let StoredState { began, now, started, workflows, wary, hands_on, teardown, paused, max_parallel, waits, rows } =
            self.state;
        let started = started.open(keys, &STARTED)?;
        let rows = rows.into_iter().map(|row| row.open(keys)).collect::<Result<_, _>>()?;
        let mut state = FleetState::new(started, String::new(), began.0);
        (state.now, state.workflows) = (now.0, workflows);
        (state.wary, state.hands_on, state.teardown) = (wary, hands_on, teardown);
        (state.paused, state.max_parallel) = (paused, max_parallel);
        state.waits = waits.into_iter().map(|(step, waits)| (step, waits.into())).collect();
        state.with_rows(rows).map_err(|error| Malformed(error.to_string()))
    }
}
