//! Ends a run from another terminal.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{interval, sleep};

use super::show::read;
use super::stored::{Stored, restore, sealing_key};
use super::{OpError, Shown, Workspace};
use crate::clock::Timestamp;
use crate::engine::StopSignal;
use crate::id::RunId;
use crate::report::sign_of;
use crate::run::{Entry, Fact, Resumption, RunStatus, Stop, TeardownStatus, apply, end};
use crate::store::{CancelRequests, Store, StoreError};

/// How often a run looks whether somebody asked, and how often who asked looks whether it has ended.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(250);

pub struct CancelRequest {
    /// An id, the beginning of one, or `last`.
    pub run: String,
    /// How long to wait for its end; `None` does not wait.
    pub wait: Option<Duration>,
}

pub enum CancelOutcome {
    /// It was asked, and nobody waited.
    Asked(RunId),
    /// It has not ended in the time that it was waited for.
    Ending(RunId),
    /// It has ended.
    Ended(Box<Shown>),
}

/// Asks the process that works on a run to end it. Where none does, an unfinished run is marked as cancelled, and one that is
/// over is left alone.
pub async fn cancel(
    workspace: &Workspace,
    request: CancelRequest,
    say: &mut (dyn FnMut(&str) + Send),
) -> Result<CancelOutcome, OpError> {
    let run = workspace.find(&request.run)?;
    refuse_row(workspace, &run)?;
    let mut asking = Asking::new(workspace, workspace.open(), run.clone(), request.wait)?;
    loop {
        match asking.wait(|| is_stopping(workspace, &run)).await? {
            Waited::Asked => return Ok(CancelOutcome::Asked(run)),
            Waited::Ending => return Ok(CancelOutcome::Ending(run)),
            Waited::AtRest => match at_rest(workspace, &run, asking.asked, say) {
                // Somebody resumed it just now.
                Err(OpError::Store(StoreError::Locked { .. })) => {}
                shown => return shown.map(|shown| CancelOutcome::Ended(Box::new(shown))),
            },
        }
    }
}

/// Asks whoever works on a run, or on a fleet, to end it.
pub(super) struct Asking<'w> {
    workspace: &'w Workspace,
    store: Store,
    run: RunId,
    requests: CancelRequests,
    deadline: Option<Timestamp>,
    pub asked: bool,
}

pub(super) enum Waited {
    /// No process works on it.
    AtRest,
    /// It was asked, and nobody waits.
    Asked,
    /// It has not ended in the time that it was waited for.
    Ending,
}

impl<'w> Asking<'w> {
    /// `run` is one of `store`. Nothing was asked yet.
    pub fn new(workspace: &'w Workspace, store: Store, run: RunId, wait: Option<Duration>) -> Result<Self, OpError> {
        let requests = store.cancel_requests(&run)?;
        let deadline = wait.map(|wait| workspace.clock.now().plus(wait));
        Ok(Self { workspace, store, run, requests, deadline, asked: false })
    }

    pub async fn wait(&mut self, is_stopping: impl Fn() -> bool) -> Result<Waited, OpError> {
        while self.store.is_locked(&self.run)? {
            // A process that had only just taken the lock may have thrown the first one away.
            if !self.asked || (!self.requests.is_asked() && !is_stopping()) {
                self.requests.ask(&self.workspace.holder())?;
                self.asked = true;
            }
            match self.deadline {
                None => return Ok(Waited::Asked),
                Some(deadline) if self.workspace.clock.now() >= deadline => return Ok(Waited::Ending),
                Some(_) => sleep(LOOK_EVERY).await,
            }
        }
        // Nobody is left to take it.
        self.requests.take();
        Ok(Waited::AtRest)
    }
}

/// Nobody works on a row alone.
fn refuse_row(workspace: &Workspace, run: &RunId) -> Result<(), OpError> {
    workspace.fleet_of(run).map_or(Ok(()), |fleet| {
        let cancel = workspace.command_line("fleet cancel", &fleet);
        Err(OpError::Usage(format!("{run} is a row of fleet {fleet} and is cancelled with it: `{cancel}`")))
    })
}

fn is_stopping(workspace: &Workspace, run: &RunId) -> bool {
    let state = sealing_key(workspace).and_then(|key| read(workspace, run, &key));
    state.is_ok_and(|shown| shown.outcome.state.stopping.is_some())
}

/// What there is to say of a run that nobody works on; one that is not over is, from now on.
fn at_rest(
    workspace: &Workspace,
    run: &RunId,
    asked: bool,
    say: &mut (dyn FnMut(&str) + Send),
) -> Result<Shown, OpError> {
    let key = sealing_key(workspace)?;
    let shown = read(workspace, run, &key)?;
    let state = &shown.outcome.state;
    if state.status != RunStatus::Interrupted || state.teardown {
        if !asked {
            say(&over(workspace, &shown));
        }
        return Ok(shown);
    }
    mark(workspace, run)?;
    let marked = read(workspace, run, &key)?;
    say(&match marked.outcome.state.status {
        RunStatus::Cancelled => format!(
            "no process works on run {run}; it is now marked as cancelled. No step was run for that, and what was under way \
             was not looked into: `{}` does that, and goes on",
            workspace.command_line("resume", run)
        ),
        _ => format!("no process works on run {run}, and nothing was left to do"),
    });
    Ok(marked)
}

/// Why there is nothing to cancel.
fn over(workspace: &Workspace, shown: &Shown) -> String {
    let (plan, state) = (&shown.outcome.plan, &shown.outcome.state);
    let run = &state.started.run;
    let teardown = state.teardown_status(plan);
    let (_, _, word) = sign_of(state.status, teardown);
    match teardown {
        None => format!("run {run} is over already: {word}"),
        Some(TeardownStatus::Done) => format!("run {run} was torn down already: nothing is left to cancel"),
        Some(_) => format!(
            "no process works on run {run}: {word}, and half of a teardown is no end; `{}` goes on with it",
            workspace.command_line("teardown", run)
        ),
    }
}

/// Records that a run is cancelled. Nothing is sent and nobody looks: all that is open stays so for a resume.
fn mark(workspace: &Workspace, run: &RunId) -> Result<(), OpError> {
    let (mut writer, loaded) = workspace.open().resume(run, &sealing_key(workspace)?, &workspace.holder())?;
    let Stored { plan, mut state, .. } = restore(workspace, loaded)?;
    if !matches!(state.status, RunStatus::Interrupted | RunStatus::Running) || state.teardown {
        return Ok(());
    }
    let at = workspace.clock.now().max(state.now);
    let until = state.until.clone();
    let mut entries = Vec::new();
    let mut record = |fact: Option<Fact>| {
        let fact = fact.unwrap_or_else(|| end(&plan, &state));
        let entry = Entry { seq: state.seq + 1, at, fact };
        apply(&plan, &mut state, &entry).map(|()| entries.push(entry))
    };
    record(Some(Fact::Resumed(Box::new(Resumption { until, ..Resumption::default() }))))?;
    record(Some(Fact::StopRequested(Stop::Cancel)))?;
    record(None)?;
    writer.append(&entries, true)?;
    writer.checkpoint(&state, true)?;
    Ok(())
}

/// `stop`, and beside it what is asked from another terminal.
pub(super) fn heeding(mut stop: StopSignal, requests: CancelRequests) -> StopSignal {
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut look = interval(LOOK_EVERY);
        let mut open = true;
        loop {
            let asked = tokio::select! {
                asked = stop.recv(), if open => {
                    open = asked.is_some();
                    asked
                }
                _ = look.tick() => requests.take().map(|asker| {
                    tracing::info!(asker, "asked to end the run");
                    Stop::Cancel
                }),
                () = sender.closed() => return,
            };
            if let Some(stop) = asked {
                let _ = sender.send(stop);
            }
        }
    });
    receiver
}
