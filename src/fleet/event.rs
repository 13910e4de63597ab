//! What a fleet takes notice of in the entries of a row's run.

use crate::clock::Timestamp;
use crate::id::TaskPath;
use crate::run::{Entry, ErrorKind, Fact, RunStatus, StepError};

/// An entry of a row, as far as the fleet is concerned.
#[derive(Debug, Clone, PartialEq)]
pub struct RowEvent {
    pub at: Timestamp,
    pub what: Happening,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    Began,
    Resumed,
    TeardownBegan,
    Attempted,
    Troubled(Box<RowTrouble>),
    Ended(RunStatus),
    /// Of no concern to the fleet.
    Else,
}

/// What keeps a row from success.
#[derive(Debug, Clone, PartialEq)]
pub struct RowTrouble {
    pub task: TaskPath,
    pub error: StepError,
}

impl RowTrouble {
    /// The code under which rows in doubt are counted.
    pub const IN_DOUBT: &'static str = "in_doubt";

    /// The service does not want whoever asks, or wants a human instead.
    pub fn is_denial(&self) -> bool {
        matches!(self.error.code.as_str(), "service.access_denied" | "service.challenge")
    }
}

impl RowEvent {
    pub fn is_denial(&self) -> bool {
        matches!(&self.what, Happening::Troubled(trouble) if trouble.is_denial())
    }

    pub fn of(entry: &Entry) -> Self {
        let troubled = |task: &TaskPath, error| Happening::Troubled(Box::new(RowTrouble { task: task.clone(), error }));
        let what = match &entry.fact {
            Fact::RunStarted(_) => Happening::Began,
            // With the answer it is open again.
            Fact::Resumed(_) | Fact::Resolved { .. } => Happening::Resumed,
            Fact::TeardownStarted => Happening::TeardownBegan,
            Fact::AttemptStarted(_) => Happening::Attempted,
            Fact::Failed { task, error } => troubled(task, error.clone()),
            Fact::HeldInDoubt { task, question, .. } => {
                troubled(task, StepError::new(ErrorKind::Service, RowTrouble::IN_DOUBT, question.clone()))
            }
            Fact::RunEnded { status, .. } => Happening::Ended(*status),
            _ => Happening::Else,
        };
        Self { at: entry.at, what }
    }
}
