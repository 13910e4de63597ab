//! Facts: what the journal holds. State is their fold.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::outcome::{Outcome, ProbeAnswer, StepError};
use crate::clock::Timestamp;
use crate::id::{RunId, StepId, TaskPath};
use crate::secret::{Data, Secret};
use crate::workflow::Effect;

/// A fact and when it became one. The n-th entry of a journal has the sequence number n, from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub seq: u64,
    pub at: Timestamp,
    pub fact: Fact,
}

/// What a run starts from.
#[derive(Debug, Clone, PartialEq)]
pub struct RunStarted {
    pub run: RunId,
    /// The workflow's name.
    pub workflow: String,
    /// The key of all that is derived for this run: idempotency keys, digests, jitter. 32 bytes.
    pub seed: Secret<Vec<u8>>,
    pub inputs: Data,
    pub secrets: Data,
    pub settings: Settings,
}

/// What the run was pointed at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The root of the service, without a trailing slash.
    pub base_url: String,
    /// The embedded sandbox plays the service.
    pub sandbox: bool,
    /// How long after the last byte a probe may look, unless the step says otherwise.
    #[serde(with = "millis")]
    pub settle: Duration,
    /// Origins to which secrets may go beside the base URL.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow_hosts: Vec<String>,
    /// Origins of the URLs and mailboxes among the inputs that the user gave: secrets may go there. What stands in the
    /// workflow file, a default included, is not among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub typed_origins: Vec<String>,
}

mod millis {
    use std::time::Duration;

    use serde::{Deserialize as _, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

/// One item of a matrix, known by its value.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixItem {
    pub key: Arc<str>,
    /// `matrix.NAME`
    pub values: Data,
}

/// Why a timer was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Timer {
    /// The next try.
    Retry,
    /// The first look at an effect in doubt.
    Settle,
    /// Another look, after one that could not tell.
    Reprobe,
}

/// Why a step did not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "lowercase")]
pub enum SkipReason {
    /// Its `if` was false. What follows is not affected.
    Condition,
    /// Something that it needs failed, or was skipped for this reason.
    Upstream { step: String },
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    Running,
    Succeeded,
    Failed,
    /// A person must decide.
    InDoubt,
    Interrupted,
}

impl RunStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::InDoubt => "in_doubt",
            Self::Interrupted => "interrupted",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    RunStarted(Box<RunStarted>),
    /// Another process goes on. The time since the last entry does not count against any budget, what was running is
    /// cut off, and failed steps get fresh budgets.
    Resumed,
    /// The user asked to stop: nothing new is started.
    StopRequested,
    ItemsExpanded {
        step: StepId,
        items: Vec<MatrixItem>,
    },
    /// The intent, on disk before the effect.
    AttemptStarted(Box<AttemptStarted>),
    AttemptEnded {
        task: TaskPath,
        attempt: u32,
        outcome: Box<Outcome>,
    },
    ProbeStarted {
        task: TaskPath,
        probe: u32,
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
        outputs: Data,
        warning: Option<String>,
    },
    Failed {
        task: TaskPath,
        error: StepError,
    },
    Skipped {
        step: StepId,
        reason: SkipReason,
    },
    /// The effect is in doubt and no probe can tell.
    HeldInDoubt {
        task: TaskPath,
        question: String,
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
    /// HMAC of the input, so that two inputs can be compared without being seen.
    pub digest: String,
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
            | Self::HeldInDoubt { task, .. } => Some(task),
            _ => None,
        }
    }
}
