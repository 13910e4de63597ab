//! The folded state as it stands in the checkpoint.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Malformed;
use super::data::StoredData;
use super::entry::StoredSkip;
use super::scalar::{Moment, step};
use super::started::StoredStarted;
use super::task::StoredTask;
use super::words::StoredStatus;
use crate::id::{StepId, TaskPath};
use crate::run::{RunParts, RunState, StepState};
use crate::store::disk::RunFile;
use crate::store::error::StoreError;
use crate::store::seal::{Place, RunKeys};

#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct StoredState {
    pub seq: u64,
    began: Moment,
    now: Moment,
    status: StoredStatus,
    stopping: bool,
    started: StoredStarted,
    steps: Vec<StoredStep>,
    claims: BTreeSet<String>,
    outputs: StoredData,
    notes: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredStep {
    id: String,
    expanded: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skipped: Option<StoredSkip>,
    tasks: Vec<StoredTask>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remedy: Option<Box<StoredTask>>,
    rounds: u32,
    #[serde(default, skip_serializing_if = "StoredData::is_empty")]
    outputs: StoredData,
}

fn place(seq: u64, step: &str) -> Place<'_> {
    Place { file: RunFile::Checkpoint, seq, step, attempt: 0 }
}

impl StoredState {
    pub fn seal(state: &RunState, keys: &RunKeys) -> Result<Self, StoreError> {
        let seq = state.seq;
        Ok(Self {
            seq,
            began: Moment(state.began),
            now: Moment(state.now),
            status: state.status.into(),
            stopping: state.stopping,
            started: StoredStarted::seal(&state.started, keys, &place(seq, ""))?,
            steps: state.steps.iter().map(|step| StoredStep::seal(step, keys, seq)).collect::<Result<_, _>>()?,
            claims: state.claims.clone(),
            outputs: StoredData::seal(&state.outputs, keys, &place(seq, ""), "outputs")?,
            notes: state.notes.clone(),
        })
    }

    pub fn open(self, keys: &RunKeys) -> Result<RunParts, Malformed> {
        let seq = self.seq;
        Ok(RunParts {
            started: Arc::new(self.started.open(keys, &place(seq, ""))?),
            seq,
            began: self.began.0,
            now: self.now.0,
            status: self.status.into(),
            stopping: self.stopping,
            steps: self.steps.into_iter().map(|step| step.open(keys, seq)).collect::<Result<_, _>>()?,
            claims: self.claims,
            outputs: self.outputs.open(keys, &place(seq, ""), "outputs")?,
            notes: self.notes,
        })
    }
}

impl StoredStep {
    fn seal(state: &StepState, keys: &RunKeys, seq: u64) -> Result<Self, StoreError> {
        let StepState { id, tasks, expanded, skipped, remedy, rounds, outputs } = state;
        let tasks = tasks.iter().map(|task| StoredTask::seal(task, &task.path(id), keys, seq));
        let remedy = remedy.as_ref().map(|task| StoredTask::seal(task, &remedy_of(id), keys, seq)).transpose()?;
        Ok(Self {
            id: id.to_string(),
            expanded: *expanded,
            skipped: skipped.as_ref().map(Into::into),
            tasks: tasks.collect::<Result<_, _>>()?,
            remedy: remedy.map(Box::new),
            rounds: *rounds,
            outputs: StoredData::seal(outputs, keys, &place(seq, id.as_str()), "outputs")?,
        })
    }

    fn open(self, keys: &RunKeys, seq: u64) -> Result<StepState, Malformed> {
        Ok(StepState {
            id: step(&self.id)?,
            tasks: self.tasks.into_iter().map(|task| task.open(keys, seq)).collect::<Result<_, _>>()?,
            expanded: self.expanded,
            skipped: self.skipped.map(Into::into),
            remedy: self.remedy.map(|task| task.open(keys, seq)).transpose()?.map(Box::new),
            rounds: self.rounds,
            outputs: self.outputs.open(keys, &place(seq, &self.id), "outputs")?,
        })
    }
}

fn remedy_of(step: &StepId) -> TaskPath {
    TaskPath { step: step.clone(), item: None, remedy: true }
}
