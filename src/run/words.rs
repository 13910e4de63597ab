//! The words in which facts say why: what rings, what stops a run, what a doubt is about, how a run stands.

use crate::secret::Data;

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
