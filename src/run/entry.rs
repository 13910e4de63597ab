//! Facts: what the journal holds. State is their fold.

use std::sync::Arc;

use super::outcome::{Outcome, ProbeAnswer, StepError};
use super::started::{Replanned, Resumption, RunStarted};
use super::words::{Alarm, Doubt, Resolution, RunStatus, SkipReason, Stop, Timer};
use crate::clock::Timestamp;
use crate::id::{StepId, TaskPath};
use crate::secret::Data;
use crate::workflow::{Effect, Money};

/// A fact and when it became one. The n-th entry of a journal has the sequence number n, from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub seq: u64,
    pub at: Timestamp,
    pub fact: Fact,
}

/// One item of a matrix, known by its value.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixItem {
    pub key: Arc<str>,
    /// `matrix.NAME`
    pub values: Data,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    RunStarted(Box<RunStarted>),
    /// Another process goes on. The time since the last entry does not count against any budget, what was running is
    /// cut off, and failed steps get fresh budgets.
    Resumed(Box<Resumption>),
    /// The workflow was edited.
    Replanned(Box<Replanned>),
    /// Nothing new is started.
    StopRequested(Stop),
    AlarmSet {
        alarm: Alarm,
        due: Timestamp,
    },
    AlarmRang {
        alarm: Alarm,
    },
    ItemsExpanded {
        step: StepId,
        items: Vec<MatrixItem>,
    },
    /// The intent, on disk before the effect.
    AttemptStarted(Box<AttemptStarted>),
    AttemptEnded {
        task: TaskPath,
        attempt: u32,
        outcome: Arc<Outcome>,
    },
    ProbeStarted {
        task: TaskPath,
        probe: u32,
        /// What would have been sent, if the look comes before an attempt.
        input: Option<Data>,
    },
    ProbeEnded {
        task: TaskPath,
        probe: u32,
        answer: ProbeAnswer,
    },
    TimerSet {
        task: TaskPath,
        timer: Timer,
        due: Timestamp,
    },
    TimerFired {
        task: TaskPath,
    },
    Succeeded {
        task: TaskPath,
        /// `None` if they are what the attempt ended with.
        outputs: Option<Data>,
        warning: Option<String>,
    },
    Failed {
        task: TaskPath,
        error: StepError,
    },
    /// A step as a whole, or one item of it.
    Skipped {
        task: TaskPath,
        reason: SkipReason,
    },
    /// What it did before an edit still stands; its outputs as the workflow has them now.
    Kept {
        task: TaskPath,
        outputs: Data,
    },
    /// A person must decide.
    HeldInDoubt {
        task: TaskPath,
        doubt: Doubt,
        question: String,
    },
    /// A person has decided.
    Resolved {
        task: TaskPath,
        resolution: Resolution,
    },
    /// The step failed with an error that its `on-error` names: the remedy is due.
    RemedyDue {
        step: StepId,
        error: StepError,
    },
    /// The remedy worked: these steps run again, each as its next occurrence.
    Rewound {
        step: StepId,
        steps: Vec<StepId>,
    },
    /// What the run made is taken back, last things first.
    TeardownStarted,
    /// Steps that edits took out are there again, to be undone: behind all others, in this order.
    Recalled {
        steps: Vec<StepId>,
    },
    /// The run stands still; `status` says how. All but a success can be resumed.
    RunEnded {
        status: RunStatus,
        outputs: Data,
        notes: Vec<String>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct AttemptStarted {
    pub task: TaskPath,
    /// From 1, over all occurrences and resumes.
    pub attempt: u32,
    /// Grows only when a step is deliberately run again.
    pub occurrence: u32,
    pub effect: Effect,
    /// Stable over tries and resumes: an HMAC of run, step, item and occurrence.
    pub idempotency_key: String,
    pub input: Data,
    /// What it may cost, if it is a purchase.
    pub spends: Option<Money>,
    /// HMAC of the input, so that two inputs can be compared without being seen.
    pub digest: Arc<str>,
}

impl Fact {
    /// The task that this fact is about, if it is about one.
    pub fn task(&self) -> Option<&TaskPath> {
        match self {
            Self::AttemptStarted(started) => Some(&started.task),
            Self::AttemptEnded { task, .. }
            | Self::ProbeStarted { task, .. }
            | Self::ProbeEnded { task, .. }
            | Self::TimerSet { task, .. }
            | Self::TimerFired { task }
            | Self::Succeeded { task, .. }
            | Self::Failed { task, .. }
            | Self::Skipped { task, .. }
            | Self::Kept { task, .. }
            | Self::HeldInDoubt { task, .. }
            | Self::Resolved { task, .. } => Some(task),
            _ => None,
        }
    }
}
