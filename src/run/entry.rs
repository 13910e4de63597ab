//! Facts: what the journal holds. State is their fold.

use std::sync::Arc;
use std::time::Duration;

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
    /// Only this step and what it needs.
    pub until: Option<StepId>,
}

/// What the run was pointed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The root of the service, without a trailing slash.
    pub base_url: String,
    /// The embedded sandbox plays the service.
    pub sandbox: bool,
    /// How long after the last byte a probe may look, unless the step says otherwise.
    pub settle: Duration,
    /// Origins to which secrets may go beside the base URL.
    pub allow_hosts: Vec<String>,
    /// Origins of the URLs and mailboxes among the inputs that the user gave: secrets may go there. What stands in the
    /// workflow file, a default included, is not among them.
    pub typed_origins: Vec<String>,
}

/// One item of a matrix, known by its value.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixItem {
    pub key: Arc<str>,
    /// `matrix.NAME`
    pub values: Data,
}

/// A timer of the whole run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// The next attempt may begin under the workflow's `rate`.
    Rate,
    /// The run's time is over.
    Timeout,
}

/// Why nothing new begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// A pause: what is under way may end, everything else is for a resume.
    Interrupt,
    /// The run is to end: steps are skipped, unless their `if` asks for this.
    Cancel,
    /// The same, since the run's time is over.
    Timeout,
}

impl Stop {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Interrupt => "interrupt",
            Self::Cancel => "cancel",
            Self::Timeout => "timeout",
        }
    }
}

/// How another process goes on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resumption {
    /// Drawn anew by each process; stands in the marks that it leaves, so that those of a copy are told apart.
    pub epoch: String,
    /// The run's folder may be a copy: what another one did is not in this journal.
    pub wary: bool,
    /// A person vouches for this folder: whatever was thought before, no other copy did anything.
    pub trusted: bool,
    /// Secrets that were given anew, as a corrected password; all others stay.
    pub secrets: Data,
    /// Only this step and what it needs.
    pub until: Option<StepId>,
    /// Run again although they have ended.
    pub again: Vec<TaskPath>,
    /// What these did stands, whatever became of their input since.
    pub keep: Vec<TaskPath>,
}

/// Another text of the workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct Replanned {
    /// Counts the texts from 1.
    pub version: u32,
    /// The digest of this one.
    pub workflow: String,
    /// These steps are held against what they did before.
    pub recheck: Vec<StepId>,
    /// Their matrix was edited: items that are new may be others that are gone, under another name.
    pub succession: Vec<StepId>,
    /// Values that the run did not have until now.
    pub inputs: Data,
    pub secrets: Data,
}

/// What a person answers about a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolution {
    /// It took place; these are its outputs.
    Done(Data),
    /// Run it again.
    Redo,
}

/// What a doubt is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Looks did not tell whether the effect took place; another may.
    Unclear,
    /// There is no way to look.
    NoWay,
    /// The effect took place with another input than the step has now.
    Changed,
}

/// Why a timer was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// The next try.
    Retry,
    /// The first look at an effect in doubt.
    Settle,
    /// Another look, after one that could not tell.
    Reprobe,
}

/// Why a step did not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SkipReason {
    /// Its `if` was false. What follows is not affected.
    Condition,
    /// Something that it needs failed, or was skipped for this reason.
    Upstream { step: String },
    /// An item that had not begun when another one failed.
    FailFast { item: String },
    /// The run was cancelled.
    Cancelled,
    /// The run's time was over.
    TimedOut,
    /// For an undo: the step left nothing behind.
    NothingToUndo,
    /// For an undo: nobody can.
    CannotUndo { why: String },
}

impl SkipReason {
    /// What follows is skipped too, and a resume tries again.
    pub const fn is_failure(&self) -> bool {
        !matches!(self, Self::Condition)
    }

    pub(super) const fn is_of_undo(&self) -> bool {
        matches!(self, Self::NothingToUndo | Self::CannotUndo { .. })
    }
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStatus {
    Running,
    Succeeded,
    Failed,
    /// A person must decide.
    InDoubt,
    Cancelled,
    Interrupted,
}

impl RunStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::InDoubt => "in_doubt",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    RunStarted(Box<RunStarted>),
    /// Another process goes on. The time since the last entry does not count against any budget, what was running is
    /// cut off, and failed steps get fresh budgets.
    Resumed(Resumption),
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
        outcome: Box<Outcome>,
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
        outputs: Data,
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

impl Replanned {
    /// What the run starts from with the values that it gains.
    pub fn onto(&self, started: &RunStarted) -> RunStarted {
        let mut started = started.clone();
        started.inputs.extend(self.inputs.clone());
        started.secrets.extend(self.secrets.clone());
        started
    }
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
