//! Entries as they stand in the journal.

use serde::{Deserialize, Serialize};

use super::Malformed;
use super::data::StoredData;
use super::outcome::{StoredAnswer, StoredError, StoredOutcome};
use super::scalar::{Moment, step, task};
use super::started::StoredStarted;
use super::words::{StoredEffect, StoredStatus, StoredTimer};
use crate::id::StepId;
use crate::run::{AttemptStarted, Entry, Fact, MatrixItem, SkipReason};
use crate::store::disk::RunFile;
use crate::store::error::StoreError;
use crate::store::seal::{Place, RunKeys};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::store) struct StoredEntry {
    pub seq: u64,
    at: Moment,
    #[serde(flatten)]
    fact: StoredFact,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
enum StoredFact {
    RunStarted(Box<StoredStarted>),
    Resumed,
    StopRequested,
    ItemsExpanded {
        step: String,
        items: Vec<StoredItem>,
    },
    AttemptStarted(Box<StoredAttempt>),
    AttemptEnded {
        task: String,
        attempt: u32,
        outcome: Box<StoredOutcome>,
    },
    ProbeStarted {
        task: String,
        probe: u32,
    },
    ProbeEnded {
        task: String,
        probe: u32,
        answer: StoredAnswer,
    },
    TimerSet {
        task: String,
        timer: StoredTimer,
        due: Moment,
    },
    TimerFired {
        task: String,
    },
    Succeeded {
        task: String,
        outputs: StoredData,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        warning: Option<String>,
    },
    Failed {
        task: String,
        error: StoredError,
    },
    Skipped {
        step: String,
        reason: StoredSkip,
    },
    HeldInDoubt {
        task: String,
        question: String,
    },
    RemedyDue {
        step: String,
        error: StoredError,
    },
    Rewound {
        step: String,
        steps: Vec<String>,
    },
    RunEnded {
        status: StoredStatus,
        outputs: StoredData,
        notes: Vec<String>,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredItem {
    key: String,
    values: StoredData,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredAttempt {
    task: String,
    attempt: u32,
    occurrence: u32,
    effect: StoredEffect,
    idempotency_key: String,
    input: StoredData,
    digest: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "snake_case")]
pub(in crate::store) enum StoredSkip {
    Condition,
    Upstream { step: String },
}

impl From<&SkipReason> for StoredSkip {
    fn from(reason: &SkipReason) -> Self {
        match reason {
            SkipReason::Condition => Self::Condition,
            SkipReason::Upstream { step } => Self::Upstream { step: step.clone() },
        }
    }
}

impl From<StoredSkip> for SkipReason {
    fn from(stored: StoredSkip) -> Self {
        match stored {
            StoredSkip::Condition => Self::Condition,
            StoredSkip::Upstream { step } => Self::Upstream { step },
        }
    }
}

impl StoredEntry {
    pub fn seal(entry: &Entry, keys: &RunKeys) -> Result<Self, StoreError> {
        let Entry { seq, at, fact } = entry;
        Ok(Self { seq: *seq, at: Moment(*at), fact: StoredFact::seal(fact, keys, *seq)? })
    }

    pub fn open(self, keys: &RunKeys) -> Result<Entry, Malformed> {
        let Self { seq, at, fact } = self;
        Ok(Entry { seq, at: at.0, fact: fact.open(keys, seq)? })
    }
}

fn place(seq: u64, step: &str, attempt: u32) -> Place<'_> {
    Place { file: RunFile::Journal, seq, step, attempt }
}

fn ids<'a>(steps: impl IntoIterator<Item = &'a StepId>) -> Vec<String> {
    steps.into_iter().map(StepId::to_string).collect()
}

impl StoredFact {
    fn seal(fact: &Fact, keys: &RunKeys, seq: u64) -> Result<Self, StoreError> {
        let about = fact.task().map(ToString::to_string).unwrap_or_default();
        Ok(match fact {
            Fact::RunStarted(started) => {
                Self::RunStarted(Box::new(StoredStarted::seal(started, keys, &place(seq, "", 0))?))
            }
            Fact::Resumed => Self::Resumed,
            Fact::StopRequested => Self::StopRequested,
            Fact::ItemsExpanded { step, items } => {
                let place = place(seq, step.as_str(), 0);
                let items = items.iter().map(|item| StoredItem::seal(item, keys, &place)).collect::<Result<_, _>>()?;
                Self::ItemsExpanded { step: step.to_string(), items }
            }
            Fact::AttemptStarted(started) => {
                Self::AttemptStarted(Box::new(StoredAttempt::seal(started, about, keys, seq)?))
            }
            Fact::AttemptEnded { attempt, outcome, .. } => {
                let outcome = StoredOutcome::seal(outcome, keys, &place(seq, &about, *attempt), "data")?;
                Self::AttemptEnded { task: about, attempt: *attempt, outcome: Box::new(outcome) }
            }
            Fact::ProbeStarted { probe, .. } => Self::ProbeStarted { task: about, probe: *probe },
            Fact::ProbeEnded { probe, answer, .. } => {
                let answer = StoredAnswer::seal(answer, keys, &place(seq, &about, *probe), "answer")?;
                Self::ProbeEnded { task: about, probe: *probe, answer }
            }
            Fact::TimerSet { timer, due, .. } => {
                Self::TimerSet { task: about, timer: (*timer).into(), due: Moment(*due) }
            }
            Fact::TimerFired { .. } => Self::TimerFired { task: about },
            Fact::Succeeded { outputs, warning, .. } => {
                let outputs = StoredData::seal(outputs, keys, &place(seq, &about, 0), "outputs")?;
                Self::Succeeded { task: about, outputs, warning: warning.clone() }
            }
            Fact::Failed { error, .. } => Self::Failed { task: about, error: error.into() },
            Fact::Skipped { step, reason } => Self::Skipped { step: step.to_string(), reason: reason.into() },
            Fact::HeldInDoubt { question, .. } => Self::HeldInDoubt { task: about, question: question.clone() },
            Fact::RemedyDue { step, error } => Self::RemedyDue { step: step.to_string(), error: error.into() },
            Fact::Rewound { step, steps } => Self::Rewound { step: step.to_string(), steps: ids(steps) },
            Fact::RunEnded { status, outputs, notes } => {
                let outputs = StoredData::seal(outputs, keys, &place(seq, "", 0), "outputs")?;
                Self::RunEnded { status: (*status).into(), outputs, notes: notes.clone() }
            }
        })
    }

    fn open(self, keys: &RunKeys, seq: u64) -> Result<Fact, Malformed> {
        Ok(match self {
            Self::RunStarted(started) => Fact::RunStarted(Box::new(started.open(keys, &place(seq, "", 0))?)),
            Self::Resumed => Fact::Resumed,
            Self::StopRequested => Fact::StopRequested,
            Self::ItemsExpanded { step: id, items } => {
                let place = place(seq, &id, 0);
                let items = items.into_iter().map(|item| item.open(keys, &place)).collect::<Result<_, _>>()?;
                Fact::ItemsExpanded { step: step(&id)?, items }
            }
            Self::AttemptStarted(started) => Fact::AttemptStarted(Box::new(started.open(keys, seq)?)),
            Self::AttemptEnded { task: about, attempt, outcome } => {
                let outcome = Box::new(outcome.open(keys, &place(seq, &about, attempt), "data")?);
                Fact::AttemptEnded { task: task(&about)?, attempt, outcome }
            }
            Self::ProbeStarted { task: about, probe } => Fact::ProbeStarted { task: task(&about)?, probe },
            Self::ProbeEnded { task: about, probe, answer } => {
                let answer = answer.open(keys, &place(seq, &about, probe), "answer")?;
                Fact::ProbeEnded { task: task(&about)?, probe, answer }
            }
            Self::TimerSet { task: about, timer, due } => {
                Fact::TimerSet { task: task(&about)?, timer: timer.into(), due: due.0 }
            }
            Self::TimerFired { task: about } => Fact::TimerFired { task: task(&about)? },
            Self::Succeeded { task: about, outputs, warning } => {
                let outputs = outputs.open(keys, &place(seq, &about, 0), "outputs")?;
                Fact::Succeeded { task: task(&about)?, outputs, warning }
            }
            Self::Failed { task: about, error } => Fact::Failed { task: task(&about)?, error: error.into() },
            Self::Skipped { step: id, reason } => Fact::Skipped { step: step(&id)?, reason: reason.into() },
            Self::HeldInDoubt { task: about, question } => Fact::HeldInDoubt { task: task(&about)?, question },
            Self::RemedyDue { step: id, error } => Fact::RemedyDue { step: step(&id)?, error: error.into() },
            Self::Rewound { step: id, steps } => {
                let steps = steps.iter().map(|id| step(id)).collect::<Result<_, _>>()?;
                Fact::Rewound { step: step(&id)?, steps }
            }
            Self::RunEnded { status, outputs, notes } => {
                let outputs = outputs.open(keys, &place(seq, "", 0), "outputs")?;
                Fact::RunEnded { status: status.into(), outputs, notes }
            }
        })
    }
}

impl StoredItem {
    fn seal(item: &MatrixItem, keys: &RunKeys, place: &Place<'_>) -> Result<Self, StoreError> {
        let MatrixItem { key, values } = item;
        let values = StoredData::seal(values, keys, place, &format!("items[{key}]"))?;
        Ok(Self { key: key.to_string(), values })
    }

    fn open(self, keys: &RunKeys, place: &Place<'_>) -> Result<MatrixItem, Malformed> {
        let Self { key, values } = self;
        let values = values.open(keys, place, &format!("items[{key}]"))?;
        Ok(MatrixItem { key: key.into(), values })
    }
}

impl StoredAttempt {
    fn seal(started: &AttemptStarted, about: String, keys: &RunKeys, seq: u64) -> Result<Self, StoreError> {
        let AttemptStarted { task: _, attempt, occurrence, effect, idempotency_key, input, digest } = started;
        Ok(Self {
            input: StoredData::seal(input, keys, &place(seq, &about, *attempt), "input")?,
            task: about,
            attempt: *attempt,
            occurrence: *occurrence,
            effect: (*effect).into(),
            idempotency_key: idempotency_key.clone(),
            digest: digest.clone(),
        })
    }

    fn open(self, keys: &RunKeys, seq: u64) -> Result<AttemptStarted, Malformed> {
        let Self { task: about, attempt, occurrence, effect, idempotency_key, input, digest } = self;
        let input = input.open(keys, &place(seq, &about, attempt), "input")?;
        Ok(AttemptStarted {
            task: task(&about)?,
            attempt,
            occurrence,
            effect: effect.into(),
            idempotency_key,
            input,
            digest,
        })
    }
}
