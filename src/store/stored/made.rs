//! What an earlier round of a step made, as it stands in the checkpoint.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Malformed;
use super::data::StoredData;
use super::outcome::StoredOutcome;
use super::scalar::{Moment, task};
use super::task::{Part, StoredTask};
use crate::id::StepId;
use crate::run::Made;
use crate::store::disk::RunFile;
use crate::store::error::StoreError;
use crate::store::seal::{Place, RunKeys};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredMade {
    /// The path of its undo, which tells the rounds apart.
    task: String,
    #[serde(default, skip_serializing_if = "StoredData::is_empty")]
    values: StoredData,
    occurrence: u32,
    ended: Moment,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    doubtful: bool,
    #[serde(default, skip_serializing_if = "StoredData::is_empty")]
    outputs: StoredData,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<Box<StoredOutcome>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    undo: Option<Box<StoredTask>>,
}

fn place<'a>(within: &'a str, occurrence: u32, seq: u64) -> Place<'a> {
    Place { file: RunFile::Checkpoint, seq, step: within, attempt: occurrence }
}

impl StoredMade {
    pub fn seal(made: &Made, step: &StepId, keys: &RunKeys, seq: u64) -> Result<Self, StoreError> {
        let Made { item: _, values, occurrence, ended, doubtful, outputs, answer, undo } = made;
        let path = made.path(step);
        let within = format!("made:{path}");
        let place = place(&within, *occurrence, seq);
        let answer = answer.as_ref().map(|answer| StoredOutcome::seal(answer, keys, &place, "answer")).transpose()?;
        let undo = undo.as_ref().map(|undo| StoredTask::seal(undo, &path, Part::Task, keys, seq)).transpose()?;
        Ok(Self {
            task: path.to_string(),
            values: StoredData::seal(values, keys, &place, "values")?,
            occurrence: *occurrence,
            ended: Moment(*ended),
            doubtful: *doubtful,
            outputs: StoredData::seal(outputs, keys, &place, "outputs")?,
            answer: answer.map(Box::new),
            undo: undo.map(Box::new),
        })
    }

    pub fn open(self, keys: &RunKeys, seq: u64) -> Result<Made, Malformed> {
        let within = format!("made:{}", self.task);
        let place = place(&within, self.occurrence, seq);
        let answer = self.answer.map(|answer| answer.open(keys, &place, "answer")).transpose()?;
        let undo = self.undo.map(|undo| undo.open(Part::Task, keys, seq)).transpose()?;
        Ok(Made {
            item: task(&self.task)?.item,
            values: self.values.open(keys, &place, "values")?,
            occurrence: self.occurrence,
            ended: self.ended.0,
            doubtful: self.doubtful,
            outputs: self.outputs.open(keys, &place, "outputs")?,
            answer: answer.map(Arc::new),
            undo: undo.map(Box::new),
        })
    }
}
