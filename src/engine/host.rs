//! The boundary between the loop that owns the state and the world: plain data, no futures or closures across it.

use std::fmt;
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::id::TaskPath;
use crate::run::{Entry, Fact, Op, Outcome, ProbeAnswer, RunState, Stop, Wake};

/// An entry on its way to the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Queued {
    pub entry: Entry,
    /// It must be on disk before anything that it asks for begins, and before anybody is told.
    pub durable: bool,
    pub op: Option<Op>,
}

/// Something that came of an [`Op`], or of the user.
#[derive(Debug, Clone, PartialEq)]
pub enum Completion {
    AttemptEnded { task: TaskPath, attempt: u32, outcome: Arc<Outcome> },
    ProbeEnded { task: TaskPath, probe: u32, answer: ProbeAnswer },
    Woken(Wake),
    StopRequested(Stop),
}

impl From<Completion> for Fact {
    fn from(completion: Completion) -> Self {
        match completion {
            Completion::AttemptEnded { task, attempt, outcome } => Self::AttemptEnded { task, attempt, outcome },
            Completion::ProbeEnded { task, probe, answer } => Self::ProbeEnded { task, probe, answer },
            Completion::Woken(Wake::Task(task)) => Self::TimerFired { task },
            Completion::Woken(Wake::Run(alarm)) => Self::AlarmRang { alarm },
            Completion::StopRequested(stop) => Self::StopRequested(stop),
        }
    }
}

/// The host can't go on: the disk is full, or refuses. What was committed before stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostError(pub String);

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for HostError {}

/// Where a run lives: in memory, in files, elsewhere.
pub trait Host: Send {
    fn now(&self) -> Timestamp;

    /// Queues; nothing is written and nothing begins.
    fn start(&mut self, queued: Queued);

    /// Sets a timer that an earlier process had set.
    fn wake(&mut self, whom: Wake, due: Timestamp);

    /// Commits all that is queued with at most one sync, publishes it, and lets the queued operations begin, without waiting
    /// for any.
    fn commit(&mut self, state: &RunState) -> impl Future<Output = Result<(), HostError>> + Send;

    /// Commits all that is queued with at most one sync, publishes it, lets the queued operations begin, and waits for
    /// what comes of any. `state` is the state after all that was queued. Never empty.
    fn next(&mut self, state: &RunState) -> impl Future<Output = Result<Vec<Completion>, HostError>> + Send;

    /// Commits and publishes what is queued after the last operation: the end of the run.
    fn finish(&mut self, state: &RunState) -> impl Future<Output = Result<(), HostError>> + Send;
}
