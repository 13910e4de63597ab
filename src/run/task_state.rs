//! How far one unit of execution is.

use std::sync::Arc;
use std::time::Duration;

use super::outcome::{Outcome, ProbeAnswer, StepError};
use super::words::{Doubt, SkipReason, Timer};
use crate::clock::Timestamp;
use crate::id::{Role, StepId, TaskPath};
use crate::secret::Data;

/// One unit of execution.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskState {
    /// The matrix item and its values.
    pub item: Option<Arc<str>>,
    pub values: Data,
    pub phase: Phase,
    pub occurrence: u32,
    /// Attempts started so far, over all occurrences; the last one's number.
    pub attempts: u32,
    /// Attempts that count against the retry policy.
    pub tries: u32,
    pub probes: u32,
    /// When this task began to use its time budget; moved on by every downtime.
    pub since: Option<Timestamp>,
    /// What its attempts waited for their turns, which is not of its time.
    pub waited: Duration,
    /// When the idempotency key of this occurrence was first sent.
    pub first_sent: Option<Timestamp>,
    /// No further try before this: the service asked for it.
    pub not_before: Option<Timestamp>,
    /// An attempt of this occurrence may have taken place although nobody saw it: a refusal of a later one may be about that.
    pub unsure: bool,
    /// Somebody has looked whether it took place, or said that there is no need to. Counts where nothing was sent from
    /// here, but a copy of the run may have.
    pub cleared: bool,
    /// When the task ended.
    pub ended: Option<Timestamp>,
    /// The input of an attempt that is running or in doubt.
    pub input: Data,
    /// The answer that a failed verdict was about, kept where its effect took place.
    pub answer: Option<Arc<Outcome>>,
    /// The error that a doubt, a delay or a remedy goes back to.
    pub error: Option<StepError>,
    pub outputs: Data,
    pub warning: Option<String>,
    /// Of the last attempt's input.
    pub digest: Arc<str>,
    /// How it stood before the workflow was edited: a success that still stands if its input is the same.
    pub kept: Option<Box<TaskState>>,
    /// A person said that what it did stands, whatever its input is now; of an item that is gone, that no new one is the same.
    pub stands: bool,
    /// How far its undo is.
    pub undo: Option<Box<TaskState>>,
}

/// Where a task stands. The transitions are in `apply`.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Phase {
    #[default]
    Waiting,
    Running,
    /// An attempt ended and nothing has been decided about it.
    Ended(Arc<Outcome>),
    Delayed {
        timer: Timer,
        due: Timestamp,
    },
    /// The timer fired.
    Due(Timer),
    Probing,
    Probed(ProbeAnswer),
    /// A person must decide.
    InDoubt {
        doubt: Doubt,
        question: String,
    },
    /// `on-error` is at work.
    Remedying,
    Succeeded,
    Failed,
    /// Only ever of an item or an undo; a step as a whole says so itself.
    Skipped(SkipReason),
}

impl Phase {
    pub const fn is_terminal(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Skipped(_))
    }

    pub const fn name(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Ended(_) => "ended",
            Self::Delayed { .. } => "delayed",
            Self::Due(_) => "due",
            Self::Probing => "probing",
            Self::Probed(_) => "probed",
            Self::InDoubt { .. } => "in_doubt",
            Self::Remedying => "remedying",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Skipped(_) => "skipped",
        }
    }
}

impl TaskState {
    pub fn path(&self, step: &StepId) -> TaskPath {
        TaskPath { step: step.clone(), item: self.item.clone(), role: Role::Step, round: None }
    }

    /// Something may have come of it, now or before it was to run again, that can be taken back.
    pub(super) fn is_of_effect(&self) -> bool {
        let begun = !matches!(self.phase, Phase::Waiting | Phase::Failed | Phase::Skipped(_));
        self.attempts > 0 || self.kept.is_some() || begun
    }

    /// Goes back to what it was before an edit, if that is known to have taken place.
    pub(super) fn stand_again(&mut self) {
        if let Some(kept) = self.kept.take_if(|kept| kept.phase == Phase::Succeeded) {
            *self = *kept;
        }
    }

    /// As it is before it is tried anew, since nothing came of it: its item, its numbers and its occurrence go on.
    pub(super) fn anew(&self) -> Self {
        Self {
            item: self.item.clone(),
            values: self.values.clone(),
            occurrence: self.occurrence,
            attempts: self.attempts,
            digest: self.digest.clone(),
            kept: self.kept.clone(),
            stands: self.stands,
            ..Self::default()
        }
    }

    /// It was done, and waits to be done again as its next occurrence.
    pub(super) fn runs_once_more(&self) -> bool {
        self.attempts > 0 && self.digest.is_empty()
    }

    /// As it is before it runs again: its item and its numbers go on.
    pub(super) fn again(&self) -> Self {
        Self {
            item: self.item.clone(),
            values: self.values.clone(),
            occurrence: self.occurrence + u32::from(self.attempts > 0 || self.phase.is_terminal()),
            attempts: self.attempts,
            ..Self::default()
        }
    }
}
