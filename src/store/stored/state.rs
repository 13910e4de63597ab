//! The folded state as it stands in the checkpoint.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Malformed;
use super::data::StoredData;
use super::made::StoredMade;
use super::scalar::{Dollars, Moment, step};
use super::skip::StoredSkip;
use super::started::StoredStarted;
use super::task::{Part, StoredTask};
use super::words::{StoredAlarm, StoredStatus, StoredStop};
use crate::id::{StepId, TaskPath};
use crate::run::{Recorded, StepState, Text};
use crate::store::disk::RunFile;
use crate::store::error::StoreError;
use crate::store::parallel;
use crate::store::seal::{Place, RunKeys};

#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct StoredState {
    /// First, so that the checkpoint can have each on a line of its own.
    steps: Vec<StoredStep>,
    pub seq: u64,
    began: Moment,
    now: Moment,
    status: StoredStatus,
    version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    workflow: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stopping: Option<StoredStop>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    teardown: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before_teardown: Option<StoredStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    wary: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    epochs: Vec<String>,
    since: Moment,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    alarms: Vec<(StoredAlarm, Moment)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    paced: Vec<Moment>,
    started: StoredStarted,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    removed: Vec<StoredStep>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    last_stood: Vec<StoredText>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    purchases: BTreeMap<String, Dollars>,
    claims: BTreeSet<String>,
    outputs: StoredData,
    notes: Vec<String>,
}

/// The text in which a step last stood that an edit took out.
#[derive(Debug, Serialize, Deserialize)]
struct StoredText {
    step: String,
    version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    workflow: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredStep {
    id: String,
    expanded: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skipped: Option<StoredSkip>,
    #[allow(clippy::vec_box)] // a list that grows makes room for four, and tasks are large
    tasks: Vec<Box<StoredTask>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remedy: Option<Box<StoredTask>>,
    rounds: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    former: Vec<StoredTask>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    made: Vec<StoredMade>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    succession: bool,
}

fn place(seq: u64, step: &str) -> Place<'_> {
    Place { file: RunFile::Checkpoint, seq, step, attempt: 0 }
}

impl StoredState {
    /// All but the steps; and these, each as a JSON text.
    pub fn seal(state: &Recorded, keys: &RunKeys) -> Result<(Self, Vec<String>), StoreError> {
        let seq = state.seq;
        let text = |step: &StepState| {
            serde_json::to_string(&StoredStep::seal(step, keys, seq)?).map_err(|_| StoreError::TooLarge)
        };
        let steps = parallel::map(&state.steps, text).into_iter().collect::<Result<_, _>>()?;
        let removed = state.removed.iter().map(|step| StoredStep::seal(step, keys, seq));
        let rest = Self {
            steps: Vec::new(),
            seq,
            began: Moment(state.began),
            now: Moment(state.now),
            status: state.status.into(),
            version: state.version,
            workflow: state.workflow.clone(),
            stopping: state.stopping.map(Into::into),
            teardown: state.teardown,
            before_teardown: state.before_teardown.map(Into::into),
            until: state.until.as_ref().map(ToString::to_string),
            wary: state.wary,
            epochs: state.epochs.clone(),
            since: Moment(state.since),
            alarms: state.alarms.iter().map(|(alarm, due)| ((*alarm).into(), Moment(*due))).collect(),
            paced: state.paced.iter().copied().map(Moment).collect(),
            started: StoredStarted::seal(&state.started, keys, &place(seq, ""))?,
            removed: removed.collect::<Result<_, _>>()?,
            last_stood: state.last_stood.iter().map(StoredText::of).collect(),
            purchases: state.purchases.iter().map(|(key, money)| (key.clone(), Dollars(*money))).collect(),
            claims: (*state.claims).clone(),
            outputs: StoredData::seal(&state.outputs, keys, &place(seq, ""), "outputs")?,
            notes: state.notes.clone(),
        };
        Ok((rest, steps))
    }

    /// `steps` are the texts of those that stand apart.
    pub fn open(self, steps: &[&str], keys: &RunKeys) -> Result<Recorded, Malformed> {
        let seq = self.seq;
        let read = |text: &&str| StoredStep::read(text)?.open(keys, seq);
        let steps =
            parallel::map(steps, read).into_iter().chain(self.steps.into_iter().map(|step| step.open(keys, seq)));
        Ok(Recorded {
            started: Arc::new(self.started.open(keys, &place(seq, ""))?),
            seq,
            began: self.began.0,
            now: self.now.0,
            status: self.status.into(),
            version: self.version,
            workflow: self.workflow,
            stopping: self.stopping.map(Into::into),
            teardown: self.teardown,
            before_teardown: self.before_teardown.map(Into::into),
            until: self.until.map(|id| step(&id)).transpose()?,
            wary: self.wary,
            epochs: self.epochs,
            since: self.since.0,
            alarms: self.alarms.into_iter().map(|(alarm, due)| (alarm.into(), due.0)).collect(),
            paced: self.paced.into_iter().map(|began| began.0).collect(),
            steps: steps.collect::<Result<_, _>>()?,
            removed: self.removed.into_iter().map(|step| step.open(keys, seq)).collect::<Result<_, _>>()?,
            last_stood: self.last_stood.into_iter().map(StoredText::open).collect::<Result<_, _>>()?,
            purchases: self.purchases.into_iter().map(|(key, money)| (key, money.0)).collect(),
            claims: Arc::new(self.claims),
            outputs: self.outputs.open(keys, &place(seq, ""), "outputs")?,
            notes: self.notes,
        })
    }
}

impl StoredText {
    fn of((step, text): (&StepId, &Text)) -> Self {
        Self { step: step.to_string(), version: text.version, workflow: text.digest.clone() }
    }

    fn open(self) -> Result<(StepId, Text), Malformed> {
        Ok((step(&self.step)?, Text { version: self.version, digest: self.workflow }))
    }
}

impl StoredStep {
    fn read(text: &str) -> Result<Self, Malformed> {
        let mut json = serde_json::Deserializer::from_str(text);
        json.disable_recursion_limit();
        Self::deserialize(&mut json).map_err(|error| Malformed(error.to_string()))
    }

    fn seal(state: &StepState, keys: &RunKeys, seq: u64) -> Result<Self, StoreError> {
        let StepState { id, tasks, expanded, skipped, remedy, rounds, former, made, succession } = state;
        let former = former.iter().map(|task| StoredTask::seal(task, &task.path(id), Part::Former, keys, seq));
        let tasks =
            tasks.iter().map(|task| StoredTask::seal(task, &task.path(id), Part::Task, keys, seq).map(Box::new));
        let path = TaskPath::remedy(id.clone());
        let remedy = remedy.as_ref().map(|task| StoredTask::seal(task, &path, Part::Task, keys, seq)).transpose()?;
        Ok(Self {
            id: id.to_string(),
            expanded: *expanded,
            skipped: skipped.as_ref().map(Into::into),
            tasks: tasks.collect::<Result<_, _>>()?,
            remedy: remedy.map(Box::new),
            rounds: *rounds,
            former: former.collect::<Result<_, _>>()?,
            made: made.iter().map(|made| StoredMade::seal(made, id, keys, seq)).collect::<Result<_, _>>()?,
            succession: *succession,
        })
    }

    fn open(self, keys: &RunKeys, seq: u64) -> Result<StepState, Malformed> {
        let mut tasks = Vec::with_capacity(self.tasks.len());
        for task in self.tasks {
            tasks.push(task.open(Part::Task, keys, seq)?);
        }
        Ok(StepState {
            id: step(&self.id)?,
            tasks,
            expanded: self.expanded,
            skipped: self.skipped.map(Into::into),
            remedy: self.remedy.map(|task| task.open(Part::Task, keys, seq)).transpose()?.map(Box::new),
            rounds: self.rounds,
            former: self.former.into_iter().map(|task| task.open(Part::Former, keys, seq)).collect::<Result<_, _>>()?,
            made: self.made.into_iter().map(|made| made.open(keys, seq)).collect::<Result<_, _>>()?,
            succession: self.succession,
        })
    }
}
