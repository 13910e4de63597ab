//! Exit codes, stable and documented in `--help`.

use std::process::ExitCode;

use crate::plan::Plan;
use crate::run::{RunState, RunStatus};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Done,
    StepFailed,
    WrongUse,
    InDoubt,
    RowsFailed,
    Interrupted,
    /// Of the command that `onramp exec` ran.
    Command(u8),
}

impl Exit {
    const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::StepFailed => 1,
            Self::WrongUse => 2,
            Self::InDoubt => 3,
            Self::RowsFailed => 4,
            Self::Interrupted => 130,
            Self::Command(code) => code,
        }
    }

    /// Ends the process at once, without any further word.
    #[allow(clippy::disallowed_methods)] // a second Ctrl-C must not wait for anything
    pub fn now(self) -> ! {
        std::process::exit(i32::from(self.code()))
    }
}

impl Exit {
    /// A run that was to go as far as one step, and did, is done.
    pub fn of(plan: &Plan, state: &RunState) -> Self {
        match state.status {
            RunStatus::Interrupted if state.stopping.is_none() && state.has_reached(plan) => Self::Done,
            status => Self::from(status),
        }
    }
}

impl From<RunStatus> for Exit {
    fn from(status: RunStatus) -> Self {
        match status {
            RunStatus::Succeeded => Self::Done,
            RunStatus::Failed => Self::StepFailed,
            RunStatus::InDoubt => Self::InDoubt,
            RunStatus::Cancelled | RunStatus::Interrupted | RunStatus::Running => Self::Interrupted,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
