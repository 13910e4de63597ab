//! One unit of execution as it stands in the checkpoint.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Malformed;
use super::data::StoredData;
use super::outcome::{StoredAnswer, StoredError, StoredOutcome};
use super::scalar::{Moment, is_zero, task, to_millis};
use super::skip::StoredSkip;
use super::words::{StoredDoubt, StoredTimer};
use crate::id::{Role, TaskPath};
use crate::run::{Phase, TaskState};
use crate::store::disk::RunFile;
use crate::store::error::StoreError;
use crate::store::seal::{Place, RunKeys};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredTask {
    task: String,
    phase: StoredPhase,
    #[serde(default, skip_serializing_if = "StoredData::is_empty")]
    values: StoredData,
    occurrence: u32,
    attempts: u32,
    tries: u32,
    probes: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Moment>,
    #[serde(default, skip_serializing_if = "is_zero")]
    waited_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_sent: Option<Moment>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unsure: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended: Option<Moment>,
    #[serde(default, skip_serializing_if = "StoredData::is_empty")]
    input: StoredData,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<Box<StoredOutcome>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<StoredError>,
    #[serde(default, skip_serializing_if = "StoredData::is_empty")]
    outputs: StoredData,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_before: Option<Moment>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    cleared: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    digest: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kept: Option<Box<StoredTask>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    stands: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    undo: Option<Box<StoredTask>>,
}

/// What a task is part of: what is sealed in it opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    /// A task of its own: its path tells it apart.
    Task,
    /// What another task was before an edit.
    Kept,
    /// An item that its matrix no longer has.
    Former,
}

impl Part {
    fn place(self, task: &str) -> Cow<'_, str> {
        match self {
            Self::Task => Cow::Borrowed(task),
            Self::Kept => Cow::Owned(format!("kept:{task}")),
            Self::Former => Cow::Owned(format!("former:{task}")),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredPhase {
    Waiting,
    Running,
    Ended(Box<StoredOutcome>),
    Delayed { timer: StoredTimer, due: Moment },
    Due(StoredTimer),
    Probing,
    Probed(StoredAnswer),
    InDoubt { doubt: StoredDoubt, question: String },
    Remedying,
    Succeeded,
    Failed,
    Skipped(StoredSkip),
}

impl StoredTask {
    pub fn seal(state: &TaskState, path: &TaskPath, part: Part, keys: &RunKeys, seq: u64) -> Result<Self, StoreError> {
        let TaskState {
            item: _, values, phase, occurrence, attempts, tries, probes, since, waited, first_sent, ..
        } = state;
        let TaskState { unsure, ended, input, answer, error, outputs, warning, not_before, .. } = state;
        let TaskState { cleared, digest, kept, stands, undo, .. } = state;
        let task = path.to_string();
        let within = part.place(&task);
        let place = Place { file: RunFile::Checkpoint, seq, step: &within, attempt: *attempts };
        // It may have been done for an item that had another name.
        let own = |kept: &TaskState| TaskPath { item: kept.item.clone(), ..path.clone() };
        let kept = kept.as_ref().map(|kept| Self::seal(kept, &own(kept), Part::Kept, keys, seq)).transpose()?;
        let undone = path.clone().with_role(Role::Undo);
        let undo = undo.as_ref().map(|undo| Self::seal(undo, &undone, Part::Task, keys, seq)).transpose()?;
        let answer = answer.as_ref().map(|answer| StoredOutcome::seal(answer, keys, &place, "answer")).transpose()?;
        Ok(Self {
            phase: StoredPhase::seal(phase, keys, &place)?,
            values: StoredData::seal(values, keys, &place, "values")?,
            occurrence: *occurrence,
            attempts: *attempts,
            tries: *tries,
            probes: *probes,
            since: since.map(Moment),
            waited_ms: to_millis(*waited),
            first_sent: first_sent.map(Moment),
            unsure: *unsure,
            ended: ended.map(Moment),
            input: StoredData::seal(input, keys, &place, "input")?,
            answer: answer.map(Box::new),
            error: error.as_ref().map(Into::into),
            outputs: StoredData::seal(outputs, keys, &place, "outputs")?,
            warning: warning.clone(),
            not_before: not_before.map(Moment),
            cleared: *cleared,
            digest: digest.to_string(),
            kept: kept.map(Box::new),
            stands: *stands,
            undo: undo.map(Box::new),
            task,
        })
    }

    pub fn open(self, part: Part, keys: &RunKeys, seq: u64) -> Result<TaskState, Malformed> {
        let within = part.place(&self.task);
        let place = Place { file: RunFile::Checkpoint, seq, step: &within, attempt: self.attempts };
        let kept = self.kept.map(|kept| kept.open(Part::Kept, keys, seq)).transpose()?;
        let undo = self.undo.map(|undo| undo.open(Part::Task, keys, seq)).transpose()?;
        let answer = self.answer.map(|answer| answer.open(keys, &place, "answer")).transpose()?;
        Ok(TaskState {
            item: item(&self.task)?,
            values: self.values.open(keys, &place, "values")?,
            phase: self.phase.open(keys, &place)?,
            occurrence: self.occurrence,
            attempts: self.attempts,
            tries: self.tries,
            probes: self.probes,
            since: self.since.map(|moment| moment.0),
            waited: Duration::from_millis(self.waited_ms),
            first_sent: self.first_sent.map(|moment| moment.0),
            unsure: self.unsure,
            ended: self.ended.map(|moment| moment.0),
            input: self.input.open(keys, &place, "input")?,
            answer: answer.map(Arc::new),
            error: self.error.map(Into::into),
            outputs: self.outputs.open(keys, &place, "outputs")?,
            warning: self.warning,
            not_before: self.not_before.map(|moment| moment.0),
            cleared: self.cleared,
            digest: self.digest.into(),
            kept: kept.map(Box::new),
            stands: self.stands,
            undo: undo.map(Box::new),
        })
    }
}

/// The item of a task; most have none, and then nothing else of the path is wanted.
fn item(path: &str) -> Result<Option<Arc<str>>, Malformed> {
    if path.contains('[') { Ok(task(path)?.item) } else { Ok(None) }
}

impl StoredPhase {
    fn seal(phase: &Phase, keys: &RunKeys, place: &Place<'_>) -> Result<Self, StoreError> {
        Ok(match phase {
            Phase::Waiting => Self::Waiting,
            Phase::Running => Self::Running,
            Phase::Ended(outcome) => Self::Ended(Box::new(StoredOutcome::seal(outcome, keys, place, "phase.ended")?)),
            Phase::Delayed { timer, due } => Self::Delayed { timer: (*timer).into(), due: Moment(*due) },
            Phase::Due(timer) => Self::Due((*timer).into()),
            Phase::Probing => Self::Probing,
            Phase::Probed(answer) => Self::Probed(StoredAnswer::seal(answer, keys, place, "phase.probed")?),
            Phase::InDoubt { doubt, question } => Self::InDoubt { doubt: (*doubt).into(), question: question.clone() },
            Phase::Remedying => Self::Remedying,
            Phase::Succeeded => Self::Succeeded,
            Phase::Failed => Self::Failed,
            Phase::Skipped(reason) => Self::Skipped(reason.into()),
        })
    }

    fn open(self, keys: &RunKeys, place: &Place<'_>) -> Result<Phase, Malformed> {
        Ok(match self {
            Self::Waiting => Phase::Waiting,
            Self::Running => Phase::Running,
            Self::Ended(outcome) => Phase::Ended(Arc::new(outcome.open(keys, place, "phase.ended")?)),
            Self::Delayed { timer, due } => Phase::Delayed { timer: timer.into(), due: due.0 },
            Self::Due(timer) => Phase::Due(timer.into()),
            Self::Probing => Phase::Probing,
            Self::Probed(answer) => Phase::Probed(answer.open(keys, place, "phase.probed")?),
            Self::InDoubt { doubt, question } => Phase::InDoubt { doubt: doubt.into(), question },
            Self::Remedying => Phase::Remedying,
            Self::Succeeded => Phase::Succeeded,
            Self::Failed => Phase::Failed,
            Self::Skipped(reason) => Phase::Skipped(reason.into()),
        })
    }
}
