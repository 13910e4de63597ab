//! Ends a run from another terminal.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{interval, sleep};

use super::show::read;
use super::stored::{Stored, restore, sealing_key};
use super::{OpError, Shown, Workspace};
use crate::engine::StopSignal;
use crate::id::RunId;
use crate::report::sign_of;
use crate::run::{Entry, Fact, Resumption, RunStatus, Stop, TeardownStatus, apply, end};
use crate::store::{CancelRequests, StoreError};

/// How often a run looks whether somebody asked, and how often who asked looks whether it has ended.
const LOOK_EVERY: Duration = Duration::from_millis(250);

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
    let store = workspace.open();
    let run = workspace.find(&request.run)?;
    refuse_row(workspace, &run)?;
    let requests = store.cancel_requests(&run)?;
    let deadline = request.wait.map(|wait| workspace.clock.now().plus(wait));
    let mut asked = false;
    loop {
        if !store.is_locked(&run)? {
            // Nobody is left to take it.
            requests.take();
            match at_rest(workspace, &run, asked, say) {
                // Somebody resumed it just now.
                Err(OpError::Store(StoreError::Locked { .. })) => {}
                shown => return shown.map(|shown| CancelOutcome::Ended(Box::new(shown))),
            }
        }
        // A process that had only just taken the lock may have thrown the first one away.
        if !asked || (!requests.is_asked() && !is_stopping(workspace, &run)) {
            requests.ask(&workspace.holder())?;
            asked = true;
        }
        match deadline {
            None => return Ok(CancelOutcome::Asked(run)),
            Some(deadline) if workspace.clock.now() >= deadline => return Ok(CancelOutcome::Ending(run)),
            Some(_) => sleep(LOOK_EVERY).await,
        }
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
