//! What a fleet takes notice of in the entries of a row's run.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::{StepId, TaskPath};
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
    /// The user said how it stands with a step, and with that it is open again.
    Answered,
    TeardownBegan,
    Attempted,
    /// A try of this step had waited for its turn.
    Waited(StepId, Duration),
    Troubled(Box<RowTrouble>),
    Ended(RunStatus),
    /// Of no concern to the fleet.
    Else,
}

impl Happening {
    /// Whether nobody may have worked on the row since the entry before: this is what another process writes first.
    pub(super) fn takes_over(&self) -> bool {
        matches!(self, Self::Resumed | Self::Answered | Self::TeardownBegan)
    }
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

    /// The service does not want whoever asks.
    pub const ACCESS_DENIED: &'static str = "service.access_denied";

    /// It wants a human instead.
    pub const CHALLENGE: &'static str = "service.challenge";
}

impl RowEvent {
    /// The service does not want whoever asks, or wants a human.
    pub fn denial(&self) -> Option<&RowTrouble> {
        let Happening::Troubled(trouble) = &self.what else { return None };
        let is_denial = [RowTrouble::ACCESS_DENIED, RowTrouble::CHALLENGE].contains(&trouble.error.code.as_str());
        is_denial.then_some(trouble)
    }

    pub fn of(entry: &Entry) -> Self {
        let troubled = |task: &TaskPath, error| Happening::Troubled(Box::new(RowTrouble { task: task.clone(), error }));
        let what = match &entry.fact {
            Fact::RunStarted(_) => Happening::Began,
            Fact::Resumed(_) => Happening::Resumed,
            Fact::Resolved { .. } => Happening::Answered,
            Fact::TeardownStarted => Happening::TeardownBegan,
            Fact::AttemptStarted(_) => Happening::Attempted,
            Fact::AttemptEnded { task, outcome, .. } if !outcome.waited.is_zero() => {
                Happening::Waited(task.step.clone(), outcome.waited)
            }
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
