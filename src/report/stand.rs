//! How a step or a task stands, in the words and signs that people see.

use serde::Serialize;

use super::look::{Sign, Tone};
use crate::run::{Phase, RunStatus, StepStatus, TeardownStatus};

/// How a step or a task stands. The spelling is part of the JSON output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stand {
    Waiting,
    Running,
    /// It was under way when the run came to a stop.
    Interrupted,
    InDoubt,
    Succeeded,
    Failed,
    Skipped,
}

impl Stand {
    /// `running`: the run goes on.
    pub fn of_step(status: StepStatus, running: bool) -> Self {
        match status {
            StepStatus::Waiting => Self::Waiting,
            StepStatus::Running if running => Self::Running,
            StepStatus::Running => Self::Interrupted,
            StepStatus::InDoubt => Self::InDoubt,
            StepStatus::Succeeded => Self::Succeeded,
            StepStatus::Failed => Self::Failed,
            StepStatus::Skipped => Self::Skipped,
        }
    }

    pub fn of_phase(phase: &Phase, running: bool) -> Self {
        match phase {
            Phase::Waiting => Self::Waiting,
            Phase::InDoubt { .. } => Self::InDoubt,
            Phase::Succeeded => Self::Succeeded,
            Phase::Failed => Self::Failed,
            Phase::Skipped(_) => Self::Skipped,
            _ if running => Self::Running,
            _ => Self::Interrupted,
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Interrupted => "interrupted",
            Self::InDoubt => "in doubt",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    pub const fn sign(self) -> Sign {
        match self {
            Self::Waiting => Sign::Waiting,
            Self::Running => Sign::Running,
            Self::Interrupted => Sign::Interrupted,
            Self::InDoubt => Sign::Doubt,
            Self::Succeeded => Sign::Done,
            Self::Failed => Sign::Failed,
            Self::Skipped => Sign::Skipped,
        }
    }

    pub const fn tone(self) -> Tone {
        match self {
            Self::Waiting | Self::Skipped => Tone::Faint,
            Self::Running => Tone::Busy,
            Self::Interrupted | Self::InDoubt => Tone::Care,
            Self::Succeeded => Tone::Good,
            Self::Failed => Tone::Bad,
        }
    }

    /// In words, with their tone. `may_fail`: the step says `continue-on-error`.
    pub const fn told(self, may_fail: bool) -> (Tone, &'static str) {
        match self {
            Self::Failed if may_fail => (Tone::Care, "failed, allowed"),
            _ => (self.tone(), self.word()),
        }
    }

    pub const fn is_finished(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Skipped)
    }
}

/// Of a whole run that may have been torn down.
pub const fn sign_of(status: RunStatus, teardown: Option<TeardownStatus>) -> (Sign, Tone, &'static str) {
    match teardown {
        None => run_sign(status),
        Some(TeardownStatus::Running) => (Sign::Running, Tone::Busy, "being torn down"),
        Some(TeardownStatus::Done) if matches!(status, RunStatus::Failed) => {
            (Sign::Failed, Tone::Bad, "failed, torn down")
        }
        Some(TeardownStatus::Done) => (Sign::Done, Tone::Good, "torn down"),
        Some(TeardownStatus::Failed) => (Sign::Failed, Tone::Bad, "teardown failed"),
        Some(TeardownStatus::InDoubt) => (Sign::Doubt, Tone::Care, "teardown in doubt"),
        Some(TeardownStatus::Interrupted) => (Sign::Interrupted, Tone::Care, "teardown interrupted"),
    }
}

/// Of a whole run.
pub const fn run_sign(status: RunStatus) -> (Sign, Tone, &'static str) {
    match status {
        RunStatus::Running => (Sign::Running, Tone::Busy, "running"),
        RunStatus::Succeeded => (Sign::Done, Tone::Good, "succeeded"),
        RunStatus::Failed => (Sign::Failed, Tone::Bad, "failed"),
        RunStatus::InDoubt => (Sign::Doubt, Tone::Care, "in doubt"),
        RunStatus::Cancelled => (Sign::Interrupted, Tone::Care, "cancelled"),
        RunStatus::Interrupted => (Sign::Interrupted, Tone::Care, "interrupted"),
    }
}
