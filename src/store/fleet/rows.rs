//! Rows as they stand in the files: as they were given, and what became of them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::fleet::{Row, RowId, RowKey, RowPhase, RowState, RowTrouble};
use crate::id::TaskPath;
use crate::store::disk::RunFile;
use crate::store::error::StoreError;
use crate::store::seal::{Place, RunKeys};
use crate::store::stored::{Malformed, Moment, StoredData, StoredError, StoredStatus, to_millis};

/// A row as it was given.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredNewRow {
    key: String,
    number: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    inputs: StoredData,
    #[serde(default, skip_serializing_if = "StoredData::is_empty")]
    secrets: StoredData,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    found: Vec<String>,
}

fn place(file: RunFile, key: &RowKey) -> Place<'_> {
    Place { file, seq: 0, step: key.as_str(), attempt: 0 }
}

fn wrong(error: impl ToString) -> Malformed {
    Malformed(error.to_string())
}

impl StoredNewRow {
    pub fn seal(row: &Row, keys: &RunKeys) -> Result<Self, StoreError> {
        let place = place(RunFile::Journal, &row.key);
        let inputs = StoredData::seal(&row.inputs, keys, &place, "inputs")?;
        let secrets = StoredData::seal(&row.secrets, keys, &place, "secrets")?;
        let (key, label, found) = (row.key.to_string(), row.label.clone(), row.found.clone());
        Ok(Self { key, number: row.number, label, inputs, secrets, found })
    }

    pub fn open(self, keys: &RunKeys) -> Result<Row, Malformed> {
        let key = RowKey::new(&self.key).map_err(wrong)?;
        let place = place(RunFile::Journal, &key);
        let inputs = self.inputs.open(keys, &place, "inputs")?;
        let secrets = self.secrets.open(keys, &place, "secrets")?;
        Ok(Row { number: self.number, label: self.label, inputs, secrets, found: self.found, key: key.clone() })
    }
}

pub(super) fn numbers(rows: &[RowId]) -> Vec<u32> {
    rows.iter().map(|row| row.get()).collect()
}

pub(super) fn ids(numbers: &[u32]) -> Result<Vec<RowId>, Malformed> {
    let id = |number: &u32| RowId::new(*number).ok_or_else(|| Malformed("there is no row 0".to_owned()));
    numbers.iter().map(id).collect()
}

/// What became of a row, as the checkpoint has it.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredRow {
    key: String,
    number: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    digest: String,
    #[serde(default, skip_serializing_if = "StoredData::is_empty")]
    inputs: StoredData,
    #[serde(default, skip_serializing_if = "StoredData::is_empty")]
    secrets: StoredData,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    found: Vec<String>,
    phase: StoredPhase,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<StoredStatus>,
    #[serde(default, skip_serializing_if = "is_zero")]
    version: u32,
    #[serde(default, skip_serializing_if = "is_not")]
    withdrawn: bool,
    #[serde(default, skip_serializing_if = "is_not")]
    handed_on: bool,
    #[serde(default, skip_serializing_if = "is_not")]
    teardown: bool,
    #[serde(default, skip_serializing_if = "is_not")]
    torn_down: bool,
    #[serde(default, skip_serializing_if = "is_zero")]
    attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    began: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<Moment>,
    #[serde(default, skip_serializing_if = "is_zero")]
    worked_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trouble: Option<StoredTrouble>,
    /// In bytes.
    from: u64,
    to: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredPhase {
    Waiting,
    Begun,
    Ended,
}

#[derive(Serialize, Deserialize)]
struct StoredTrouble {
    task: String,
    error: StoredError,
}

fn is_zero<N: Default + PartialEq>(number: &N) -> bool {
    *number == N::default()
}

fn is_not(flag: &bool) -> bool {
    !flag
}

impl StoredRow {
    pub fn seal(row: &RowState, keys: &RunKeys) -> Result<Self, StoreError> {
        let (phase, status) = match row.phase {
            RowPhase::Waiting => (StoredPhase::Waiting, None),
            RowPhase::Begun => (StoredPhase::Begun, None),
            RowPhase::Ended(status) => (StoredPhase::Ended, Some(status.into())),
        };
        let trouble = row
            .trouble
            .as_deref()
            .map(|trouble| StoredTrouble { task: trouble.task.to_string(), error: (&trouble.error).into() });
        let place = place(RunFile::Checkpoint, &row.key);
        Ok(Self {
            key: row.key.to_string(),
            number: row.number,
            label: row.label.clone(),
            digest: row.digest.clone(),
            inputs: StoredData::seal(&row.inputs, keys, &place, "inputs")?,
            secrets: StoredData::seal(&row.secrets, keys, &place, "secrets")?,
            found: row.found.clone(),
            phase,
            status,
            version: row.version,
            withdrawn: row.withdrawn,
            handed_on: row.handed_on,
            teardown: row.teardown,
            torn_down: row.torn_down,
            attempts: row.attempts,
            began: row.began.map(Moment),
            last: row.last.map(Moment),
            worked_ms: to_millis(row.worked),
            trouble,
            from: row.from,
            to: row.to,
        })
    }

    pub fn open(self, keys: &RunKeys) -> Result<RowState, Malformed> {
        let key = RowKey::new(&self.key).map_err(wrong)?;
        let place = place(RunFile::Checkpoint, &key);
        let inputs = self.inputs.open(keys, &place, "inputs")?;
        let secrets = self.secrets.open(keys, &place, "secrets")?;
        let phase = match (self.phase, self.status) {
            (StoredPhase::Waiting, None) => RowPhase::Waiting,
            (StoredPhase::Begun, None) => RowPhase::Begun,
            (StoredPhase::Ended, Some(status)) => RowPhase::Ended(status.into()),
            _ => return Err(Malformed("a row has ended if it has a status".to_owned())),
        };
        let trouble = self.trouble.map(|StoredTrouble { task, error }| {
            let task = TaskPath::parse(&task).map_err(wrong)?;
            Ok(Box::new(RowTrouble { task, error: error.into() }))
        });
        Ok(RowState {
            number: self.number,
            label: self.label,
            digest: self.digest,
            inputs,
            secrets,
            found: self.found,
            phase,
            version: self.version,
            withdrawn: self.withdrawn,
            handed_on: self.handed_on,
            teardown: self.teardown,
            torn_down: self.torn_down,
            attempts: self.attempts,
            began: self.began.map(|at| at.0),
            last: self.last.map(|at| at.0),
            worked: Duration::from_millis(self.worked_ms),
            trouble: trouble.transpose()?,
            from: self.from,
            to: self.to,
            key: key.clone(),
        })
    }
}
