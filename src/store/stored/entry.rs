//! Entries as they stand in the journal.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Malformed;
use super::attempt::{StoredAttempt, StoredItem};
use super::data::StoredData;
use super::outcome::{StoredAnswer, StoredError, StoredOutcome};
use super::replanned::StoredReplanned;
use super::resumption::StoredResumption;
use super::scalar::{Moment, step, task};
use super::skip::StoredSkip;
use super::started::StoredStarted;
use super::words::{StoredAlarm, StoredDoubt, StoredStatus, StoredStop, StoredTimer};
use crate::id::{StepId, TaskPath};
use crate::run::{Entry, Fact, Resolution};
use crate::store::disk::RunFile;
use crate::store::error::StoreError;
use crate::store::seal::{Place, RunKeys};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::store) struct StoredEntry<'a> {
    pub seq: u64,
    at: Moment,
    #[serde(flatten)]
    fact: StoredFact<'a>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
enum StoredFact<'a> {
    RunStarted(Box<StoredStarted>),
    Resumed(StoredResumption),
    Replanned(StoredReplanned),
    StopRequested {
        stop: StoredStop,
    },
    AlarmSet {
        alarm: StoredAlarm,
        due: Moment,
    },
    AlarmRang {
        alarm: StoredAlarm,
    },
    ItemsExpanded {
        step: String,
        items: Vec<StoredItem>,
    },
    AttemptStarted(StoredAttempt<'a>),
    AttemptEnded {
        task: Cow<'a, str>,
        attempt: u32,
        outcome: StoredOutcome,
    },
    ProbeStarted {
        task: Cow<'a, str>,
        probe: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        input: Option<StoredData>,
    },
    ProbeEnded {
        task: Cow<'a, str>,
        probe: u32,
        answer: StoredAnswer,
    },
    TimerSet {
        task: Cow<'a, str>,
        timer: StoredTimer,
        due: Moment,
    },
    TimerFired {
        task: Cow<'a, str>,
    },
    Succeeded {
        task: Cow<'a, str>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outputs: Option<StoredData>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        warning: Option<String>,
    },
    Failed {
        task: Cow<'a, str>,
        error: StoredError,
    },
    Skipped {
        task: Cow<'a, str>,
        reason: StoredSkip,
    },
    Kept {
        task: Cow<'a, str>,
        outputs: StoredData,
    },
    HeldInDoubt {
        task: Cow<'a, str>,
        doubt: StoredDoubt,
        question: String,
    },
    ResolvedDone {
        task: Cow<'a, str>,
        outputs: StoredData,
    },
    ResolvedRedo {
        task: Cow<'a, str>,
    },
    RemedyDue {
        step: String,
        error: StoredError,
    },
    Rewound {
        step: String,
        steps: Vec<String>,
    },
    TeardownStarted,
    Recalled {
        steps: Vec<String>,
    },
    RunEnded {
        status: StoredStatus,
        outputs: StoredData,
        notes: Vec<String>,
    },
}

impl<'a> StoredEntry<'a> {
    pub fn seal(entry: &'a Entry, keys: &RunKeys) -> Result<Self, StoreError> {
        let Entry { seq, at, fact } = entry;
        Ok(Self { seq: *seq, at: Moment(*at), fact: StoredFact::seal(fact, keys, *seq)? })
    }

    pub fn open(self, keys: &RunKeys) -> Result<Entry, Malformed> {
        let Self { seq, at, fact } = self;
        Ok(Entry { seq, at: at.0, fact: fact.open(keys, seq)? })
    }
}

pub(super) fn place(seq: u64, step: &str, attempt: u32) -> Place<'_> {
    Place { file: RunFile::Journal, seq, step, attempt }
}

pub(super) fn steps(ids: &[String]) -> Result<Vec<StepId>, Malformed> {
    ids.iter().map(|id| step(id)).collect()
}

pub(super) fn ids<'a>(steps: impl IntoIterator<Item = &'a StepId>) -> Vec<String> {
    steps.into_iter().map(StepId::to_string).collect()
}

impl<'a> StoredFact<'a> {
    fn seal(fact: &'a Fact, keys: &RunKeys, seq: u64) -> Result<Self, StoreError> {
        let about = fact.task().map(TaskPath::shown).unwrap_or_default();
        Ok(match fact {
            Fact::RunStarted(started) => {
                Self::RunStarted(Box::new(StoredStarted::seal(started, keys, &place(seq, "", 0))?))
            }
            Fact::Resumed(how) => Self::Resumed(StoredResumption::seal(how, keys, &place(seq, "", 0))?),
            Fact::Replanned(replanned) => Self::Replanned(StoredReplanned::seal(replanned, keys, &place(seq, "", 0))?),
            Fact::StopRequested(stop) => Self::StopRequested { stop: (*stop).into() },
            Fact::AlarmSet { alarm, due } => Self::AlarmSet { alarm: (*alarm).into(), due: Moment(*due) },
            Fact::AlarmRang { alarm } => Self::AlarmRang { alarm: (*alarm).into() },
            Fact::ItemsExpanded { step, items } => {
                let place = place(seq, step.as_str(), 0);
                let items = items.iter().map(|item| StoredItem::seal(item, keys, &place)).collect::<Result<_, _>>()?;
                Self::ItemsExpanded { step: step.to_string(), items }
            }
            Fact::AttemptStarted(started) => Self::AttemptStarted(StoredAttempt::seal(started, about, keys, seq)?),
            Fact::AttemptEnded { attempt, outcome, .. } => {
                let outcome = StoredOutcome::seal(outcome, keys, &place(seq, &about, *attempt), "data")?;
                Self::AttemptEnded { task: about, attempt: *attempt, outcome }
            }
            Fact::ProbeStarted { probe, input, .. } => {
                let place = place(seq, &about, *probe);
                let input = input.as_ref().map(|input| StoredData::seal(input, keys, &place, "input")).transpose()?;
                Self::ProbeStarted { task: about, probe: *probe, input }
            }
            Fact::ProbeEnded { probe, answer, .. } => {
                let answer = StoredAnswer::seal(answer, keys, &place(seq, &about, *probe), "answer")?;
                Self::ProbeEnded { task: about, probe: *probe, answer }
            }
            Fact::TimerSet { timer, due, .. } => {
                Self::TimerSet { task: about, timer: (*timer).into(), due: Moment(*due) }
            }
            Fact::TimerFired { .. } => Self::TimerFired { task: about },
            Fact::Succeeded { outputs, warning, .. } => {
                let place = place(seq, &about, 0);
                let outputs = outputs.as_ref().map(|outputs| StoredData::seal(outputs, keys, &place, "outputs"));
                let outputs = outputs.transpose()?;
                Self::Succeeded { task: about, outputs, warning: warning.clone() }
            }
            Fact::Failed { error, .. } => Self::Failed { task: about, error: error.into() },
            Fact::Skipped { reason, .. } => Self::Skipped { task: about, reason: reason.into() },
            Fact::Kept { outputs, .. } => {
                let outputs = StoredData::seal(outputs, keys, &place(seq, &about, 0), "outputs")?;
                Self::Kept { task: about, outputs }
            }
            Fact::HeldInDoubt { doubt, question, .. } => {
                Self::HeldInDoubt { task: about, doubt: (*doubt).into(), question: question.clone() }
            }
            Fact::Resolved { resolution: Resolution::Done(outputs), .. } => {
                let outputs = StoredData::seal(outputs, keys, &place(seq, &about, 0), "outputs")?;
                Self::ResolvedDone { task: about, outputs }
            }
            Fact::Resolved { resolution: Resolution::Redo, .. } => Self::ResolvedRedo { task: about },
            Fact::RemedyDue { step, error } => Self::RemedyDue { step: step.to_string(), error: error.into() },
            Fact::Rewound { step, steps } => Self::Rewound { step: step.to_string(), steps: ids(steps) },
            Fact::TeardownStarted => Self::TeardownStarted,
            Fact::Recalled { steps } => Self::Recalled { steps: ids(steps) },
            Fact::RunEnded { status, outputs, notes } => {
                let outputs = StoredData::seal(outputs, keys, &place(seq, "", 0), "outputs")?;
                Self::RunEnded { status: (*status).into(), outputs, notes: notes.clone() }
            }
        })
    }

    fn open(self, keys: &RunKeys, seq: u64) -> Result<Fact, Malformed> {
        Ok(match self {
            Self::RunStarted(started) => Fact::RunStarted(Box::new(started.open(keys, &place(seq, "", 0))?)),
            Self::Resumed(how) => Fact::Resumed(Box::new(how.open(keys, &place(seq, "", 0))?)),
            Self::Replanned(replanned) => Fact::Replanned(Box::new(replanned.open(keys, &place(seq, "", 0))?)),
            Self::StopRequested { stop } => Fact::StopRequested(stop.into()),
            Self::AlarmSet { alarm, due } => Fact::AlarmSet { alarm: alarm.into(), due: due.0 },
            Self::AlarmRang { alarm } => Fact::AlarmRang { alarm: alarm.into() },
            Self::ItemsExpanded { step: id, items } => {
                let place = place(seq, &id, 0);
                let items = items.into_iter().map(|item| item.open(keys, &place)).collect::<Result<_, _>>()?;
                Fact::ItemsExpanded { step: step(&id)?, items }
            }
            Self::AttemptStarted(started) => Fact::AttemptStarted(Box::new(started.open(keys, seq)?)),
            Self::AttemptEnded { task: about, attempt, outcome } => {
                let outcome = Arc::new(outcome.open(keys, &place(seq, &about, attempt), "data")?);
                Fact::AttemptEnded { task: task(&about)?, attempt, outcome }
            }
            Self::ProbeStarted { task: about, probe, input } => {
                let place = place(seq, &about, probe);
                let input = input.map(|input| input.open(keys, &place, "input")).transpose()?;
                Fact::ProbeStarted { task: task(&about)?, probe, input }
            }
            Self::ProbeEnded { task: about, probe, answer } => {
                let answer = answer.open(keys, &place(seq, &about, probe), "answer")?;
                Fact::ProbeEnded { task: task(&about)?, probe, answer }
            }
            Self::TimerSet { task: about, timer, due } => {
                Fact::TimerSet { task: task(&about)?, timer: timer.into(), due: due.0 }
            }
            Self::TimerFired { task: about } => Fact::TimerFired { task: task(&about)? },
            Self::Succeeded { task: about, outputs, warning } => {
                let place = place(seq, &about, 0);
                let outputs = outputs.map(|outputs| outputs.open(keys, &place, "outputs")).transpose()?;
                Fact::Succeeded { task: task(&about)?, outputs, warning }
            }
            Self::Failed { task: about, error } => Fact::Failed { task: task(&about)?, error: error.into() },
            Self::Skipped { task: about, reason } => Fact::Skipped { task: task(&about)?, reason: reason.into() },
            Self::Kept { task: about, outputs } => {
                let outputs = outputs.open(keys, &place(seq, &about, 0), "outputs")?;
                Fact::Kept { task: task(&about)?, outputs }
            }
            Self::HeldInDoubt { task: about, doubt, question } => {
                Fact::HeldInDoubt { task: task(&about)?, doubt: doubt.into(), question }
            }
            Self::ResolvedDone { task: about, outputs } => {
                let outputs = outputs.open(keys, &place(seq, &about, 0), "outputs")?;
                Fact::Resolved { task: task(&about)?, resolution: Resolution::Done(outputs) }
            }
            Self::ResolvedRedo { task: about } => Fact::Resolved { task: task(&about)?, resolution: Resolution::Redo },
            Self::RemedyDue { step: id, error } => Fact::RemedyDue { step: step(&id)?, error: error.into() },
            Self::Rewound { step: id, steps: sent } => Fact::Rewound { step: step(&id)?, steps: steps(&sent)? },
            Self::TeardownStarted => Fact::TeardownStarted,
            Self::Recalled { steps: back } => Fact::Recalled { steps: steps(&back)? },
            Self::RunEnded { status, outputs, notes } => {
                let outputs = outputs.open(keys, &place(seq, "", 0), "outputs")?;
                Fact::RunEnded { status: status.into(), outputs, notes }
            }
        })
    }
}
