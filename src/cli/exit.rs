//! Exit codes, stable and documented in `--help`.

use std::process::ExitCode;

use crate::run::RunStatus;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Done = 0,
    StepFailed = 1,
    WrongUse = 2,
    InDoubt = 3,
    Interrupted = 130,
}

impl Exit {
    /// Ends the process at once, without any further word.
    #[allow(clippy::disallowed_methods)] // a second Ctrl-C must not wait for anything
    pub fn now(self) -> ! {
        std::process::exit(self as i32)
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
        Self::from(exit as u8)
    }
}
