//! The loop that owns the state: decide, record, wait, record.

use std::fmt;

use super::host::{Host, HostError, Queued};
use crate::plan::Plan;
use crate::run::{
    BATCH, Entry, Fact, IllegalEntry, Replanned, Resumption, RunState, RunStatus, apply, decide, is_durable, op,
    pending_wakes,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineError {
    Host(HostError),
    /// A bug: the engine made an entry that its own table refuses.
    Illegal(IllegalEntry),
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(error) => error.fmt(f),
            Self::Illegal(error) => write!(f, "a bug in onramp: {error}; the run can be resumed"),
        }
    }
}

impl std::error::Error for EngineError {}

impl From<HostError> for EngineError {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}

impl From<IllegalEntry> for EngineError {
    fn from(error: IllegalEntry) -> Self {
        Self::Illegal(error)
    }
}

/// Drives a run until it stands still: succeeded, failed, in doubt or interrupted.
pub async fn drive(plan: &Plan, state: &mut RunState, host: &mut impl Host) -> Result<RunStatus, EngineError> {
    loop {
        settle(plan, state, host).await?;
        if state.status != RunStatus::Running {
            host.finish(state).await?;
            return Ok(state.status);
        }
        for (number, completion) in host.next(state).await?.into_iter().enumerate() {
            record(plan, state, host, completion.into())?;
            if number % BATCH == BATCH - 1 {
                settle(plan, state, host).await?;
            }
        }
    }
}

/// Records all that follows from the state, batch by batch: what a wide fan asks for begins while the rest is decided.
async fn settle(plan: &Plan, state: &mut RunState, host: &mut impl Host) -> Result<(), EngineError> {
    loop {
        let facts = decide(plan, state);
        let decided = facts.len();
        for fact in facts {
            record(plan, state, host, fact)?;
        }
        if decided == 0 {
            return Ok(());
        }
        if decided >= BATCH {
            host.commit(state).await?;
        }
    }
}

/// Takes over a run that another process left: its running attempts are cut off, its timers set again.
pub async fn resume(
    plan: &Plan,
    state: &mut RunState,
    how: Resumption,
    host: &mut impl Host,
) -> Result<RunStatus, EngineError> {
    record(plan, state, host, Fact::Resumed(Box::new(how)))?;
    take_over(plan, state, host).await
}

/// The same for a run whose workflow was edited: until now its plan was `before`.
pub async fn resume_edited(
    before: &Plan,
    plan: &Plan,
    state: &mut RunState,
    how: Resumption,
    edit: Replanned,
    host: &mut impl Host,
) -> Result<RunStatus, EngineError> {
    record(before, state, host, Fact::Resumed(Box::new(how)))?;
    record(plan, state, host, Fact::Replanned(Box::new(edit)))?;
    take_over(plan, state, host).await
}

async fn take_over(plan: &Plan, state: &mut RunState, host: &mut impl Host) -> Result<RunStatus, EngineError> {
    for (whom, due) in pending_wakes(plan, state) {
        host.wake(whom, due);
    }
    drive(plan, state, host).await
}

/// Takes back what a run made. `full` has what edits took out behind the steps of `plan`. What an earlier process left is taken
/// over first.
pub async fn tear_down(
    plan: &Plan,
    full: &Plan,
    state: &mut RunState,
    how: Resumption,
    host: &mut impl Host,
) -> Result<RunStatus, EngineError> {
    record(plan, state, host, Fact::TeardownStarted)?;
    if let Some(recalled) = recalled(plan, full) {
        record(full, state, host, recalled)?;
    }
    resume(full, state, how, host).await
}

/// That the steps are there again which `full` has behind those of `plan`, if it has any.
pub fn recalled(plan: &Plan, full: &Plan) -> Option<Fact> {
    let behind = full.steps.get(plan.steps.len()..).filter(|steps| !steps.is_empty())?;
    Some(Fact::Recalled { steps: behind.iter().map(|step| step.id.clone()).collect() })
}

fn record(plan: &Plan, state: &mut RunState, host: &mut impl Host, fact: Fact) -> Result<(), EngineError> {
    // A clock that jumps back must not take the journal with it.
    let at = host.now().max(state.now);
    let entry = Entry { seq: state.seq + 1, at, fact };
    apply(plan, state, &entry)?;
    let durable = is_durable(plan, state, &entry.fact);
    let op = op(plan, state, &entry.fact);
    host.start(Queued { entry, durable, op });
    Ok(())
}
