//! Facts of a fleet, and entries of its rows, as they stand in the journal: an entry of a row begins with `"row"`, a fact of
//! the fleet with `"fleet"`.

use std::io::Write as _;

use serde::{Deserialize, Serialize};

use super::rows::{StoredNewRow, ids, numbers};
use crate::clock::Timestamp;
use crate::fleet::{FleetEntry, FleetFact, RowId};
use crate::run::{Entry, RunStarted};
use crate::store::disk::RunFile;
use crate::store::error::StoreError;
use crate::store::seal::{Place, RunKeys};
use crate::store::stored::{Malformed, Moment, StoredEntry, StoredStarted};

#[derive(Serialize, Deserialize)]
#[serde(tag = "fleet", rename_all = "snake_case")]
enum StoredFact {
    Started { at: Moment, started: Box<StoredStarted> },
    Resumed { at: Moment, wary: bool, trusted: bool },
    Replanned { at: Moment, workflow: String },
    RowsAdded { at: Moment, rows: Vec<StoredNewRow> },
    RowsWithdrawn { at: Moment, rows: Vec<u32> },
    RowsReturned { at: Moment, rows: Vec<u32> },
    HandsOn { at: Moment },
    HandedOn { at: Moment, row: u32 },
    TeardownStarted { at: Moment },
    TornDown { at: Moment, row: u32 },
    Paused { at: Moment, paused: bool },
    ParallelSet { at: Moment, most: u32 },
}

/// One fact of a commit.
pub(super) enum Fact {
    Row(RowId, Box<Entry>),
    Fleet(FleetEntry),
}

/// What an entry of a row begins with: that tells it from a fact of the fleet.
const ROW: &str = r#"{"row":"#;

/// What most entries of rows take, in bytes.
const ENTRY: usize = 512;

/// Where what a fleet started from is sealed.
const STARTED: Place<'_> = Place { file: RunFile::Journal, seq: 1, step: "", attempt: 0 };

/// A row's entries in the words of the journal, with commas between them. `keys` are the row's.
pub(super) fn row_entries(row: RowId, entries: &[Entry], keys: &RunKeys) -> Result<String, StoreError> {
    let mut text = Vec::with_capacity(entries.len() * ENTRY);
    for entry in entries {
        let comma = if text.is_empty() { "" } else { "," };
        write!(text, "{comma}{ROW}{}", row.get()).map_err(|_| StoreError::TooLarge)?;
        let begin = text.len();
        serde_json::to_writer(&mut text, &StoredEntry::seal(entry, keys)?).map_err(|_| StoreError::TooLarge)?;
        // The entry's fields follow on the row.
        text[begin] = b',';
    }
    String::from_utf8(text).map_err(|_| StoreError::TooLarge)
}

/// Which row an entry is of; `None` for a fact of the fleet.
pub(super) fn row_of(text: &str) -> Option<RowId> {
    let (number, _) = text.strip_prefix(ROW)?.split_once(',')?;
    RowId::new(number.parse().ok()?)
}

/// Opens a fact; of a row, only if it is `wanted`.
pub(super) fn open(text: &str, fleet: &RunKeys, wanted: impl Fn(RowId) -> bool) -> Result<Option<Fact>, Malformed> {
    match row_of(text) {
        Some(row) if !wanted(row) => Ok(None),
        Some(row) => {
            let keys = fleet.part(row.run(&fleet.run).map_err(|error| Malformed(error.to_string()))?);
            let rest = text.strip_prefix(ROW).and_then(|rest| rest.split_once(','));
            let entry: StoredEntry<'_> = parsed(&format!("{{{}", rest.map_or("", |(_, rest)| rest)))?;
            Ok(Some(Fact::Row(row, Box::new(entry.open(&keys)?))))
        }
        None => parsed::<StoredFact>(text)?.open(fleet).map(|entry| Some(Fact::Fleet(entry))),
    }
}

fn parsed<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, Malformed> {
    let mut json = serde_json::Deserializer::from_str(text);
    json.disable_recursion_limit();
    T::deserialize(&mut json).map_err(|error| Malformed(error.to_string()))
}

/// A fact of the fleet in the words of the journal.
pub(super) fn fleet_fact(entry: &FleetEntry, keys: &RunKeys) -> Result<String, StoreError> {
    let at = Moment(entry.at);
    let stored = match &entry.fact {
        FleetFact::Started(started) => {
            StoredFact::Started { at, started: Box::new(StoredStarted::seal(started, keys, &STARTED)?) }
        }
        FleetFact::Resumed { wary, trusted } => StoredFact::Resumed { at, wary: *wary, trusted: *trusted },
        FleetFact::Replanned { workflow } => StoredFact::Replanned { at, workflow: workflow.clone() },
        FleetFact::RowsAdded(rows) => {
            let rows = rows.iter().map(|row| StoredNewRow::seal(row, keys)).collect::<Result<_, _>>()?;
            StoredFact::RowsAdded { at, rows }
        }
        FleetFact::RowsWithdrawn(rows) => StoredFact::RowsWithdrawn { at, rows: numbers(rows) },
        FleetFact::RowsReturned(rows) => StoredFact::RowsReturned { at, rows: numbers(rows) },
        FleetFact::HandsOn => StoredFact::HandsOn { at },
        FleetFact::HandedOn(row) => StoredFact::HandedOn { at, row: row.get() },
        FleetFact::TeardownStarted => StoredFact::TeardownStarted { at },
        FleetFact::TornDown(row) => StoredFact::TornDown { at, row: row.get() },
        FleetFact::Paused(paused) => StoredFact::Paused { at, paused: *paused },
        FleetFact::ParallelSet(most) => StoredFact::ParallelSet { at, most: *most },
    };
    serde_json::to_string(&stored).map_err(|_| StoreError::TooLarge)
}

impl StoredFact {
    fn open(self, keys: &RunKeys) -> Result<FleetEntry, Malformed> {
        let (at, fact) = match self {
            Self::Started { at, started } => (at, FleetFact::Started(Box::new(started.open(keys, &STARTED)?))),
            Self::Resumed { at, wary, trusted } => (at, FleetFact::Resumed { wary, trusted }),
            Self::Replanned { at, workflow } => (at, FleetFact::Replanned { workflow }),
            Self::RowsAdded { at, rows } => {
                let rows = rows.into_iter().map(|row| row.open(keys)).collect::<Result<_, _>>()?;
                (at, FleetFact::RowsAdded(rows))
            }
            Self::RowsWithdrawn { at, rows } => (at, FleetFact::RowsWithdrawn(ids(&rows)?)),
            Self::RowsReturned { at, rows } => (at, FleetFact::RowsReturned(ids(&rows)?)),
            Self::HandsOn { at } => (at, FleetFact::HandsOn),
            Self::HandedOn { at, row } => (at, FleetFact::HandedOn(ids(&[row])?[0])),
            Self::TeardownStarted { at } => (at, FleetFact::TeardownStarted),
            Self::TornDown { at, row } => (at, FleetFact::TornDown(ids(&[row])?[0])),
            Self::Paused { at, paused } => (at, FleetFact::Paused(paused)),
            Self::ParallelSet { at, most } => (at, FleetFact::ParallelSet(most)),
        };
        Ok(FleetEntry { at: at.0, fact })
    }
}

/// The first fact of a fleet.
pub(super) fn started(fact: Fact) -> Option<(Timestamp, RunStarted)> {
    match fact {
        Fact::Fleet(FleetEntry { at, fact: FleetFact::Started(started) }) => Some((at, *started)),
        _ => None,
    }
}
