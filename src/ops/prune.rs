//! Forgets runs that are over, or only their secrets.

use std::time::Duration;

use super::show::{Shown, read};
use super::stored::{restore, sealing_key};
use super::{OpError, Workspace, surroundings};
use crate::clock::Timestamp;
use crate::id::RunId;
use crate::run::RunStatus;
use crate::store::{Key, Listed, Store, StoreError};

pub struct PruneRequest {
    /// Since a run's last entry.
    pub older_than: Duration,
    /// Keep the run, and make its secrets unreadable.
    pub secrets: bool,
    /// Also runs that are interrupted or in doubt.
    pub unfinished: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// A run that is old enough, and what became of it.
pub struct Pruned {
    pub run: RunId,
    pub workflow: String,
    /// Not known of a run that cannot be read.
    pub status: Option<RunStatus>,
    /// Its last entry.
    pub ended: Option<Timestamp>,
    pub fate: Fate,
}

pub enum Fate {
    /// With the state of its sandbox, if it had one.
    Forgotten {
        sandbox: bool,
    },
    SecretsPruned {
        sandbox: bool,
    },
    /// Why it is not to be forgotten.
    Kept(String),
    /// It should have been, and why that was not possible.
    Failed(String),
}

pub struct PruneOutcome {
    /// The newest first.
    pub runs: Vec<Pruned>,
    /// So many runs are not old enough.
    pub younger: usize,
}

/// Goes through all runs of the store. What cannot be forgotten is kept and told, and does not stand in the way of others.
pub fn prune(workspace: &Workspace, request: &PruneRequest) -> Result<PruneOutcome, OpError> {
    let store = workspace.open();
    if !request.dry_run {
        store.sweep()?;
    }
    let listed = store.list()?;
    let mut outcome = PruneOutcome { runs: Vec::new(), younger: 0 };
    if listed.is_empty() {
        return Ok(outcome);
    }
    let key = sealing_key(workspace)?;
    for Listed { run, created } in listed {
        let pruned = match read(workspace, &run, &key) {
            Ok(shown) if is_old(workspace, request, Some(shown.outcome.state.now)) => {
                one(workspace, &store, &key, request, &run, &shown)
            }
            Err(error) if is_old(workspace, request, created) => {
                Pruned { fate: unreadable(&error), workflow: String::new(), status: None, ended: None, run }
            }
            _ => {
                outcome.younger += 1;
                continue;
            }
        };
        outcome.runs.push(pruned);
    }
    Ok(outcome)
}

/// What is damaged is kept to be looked at; what the system does not let through is a failure.
fn unreadable(error: &OpError) -> Fate {
    let why = format!("cannot be read: {error}");
    if matches!(error, OpError::Store(StoreError::Io { .. })) { Fate::Failed(why) } else { Fate::Kept(why) }
}

/// Nobody knows the age of a run whose journal does not say when it began: it is shown.
fn is_old(workspace: &Workspace, request: &PruneRequest, last: Option<Timestamp>) -> bool {
    last.is_none_or(|last| workspace.clock.now().since(last) >= request.older_than)
}

fn one(workspace: &Workspace, store: &Store, key: &Key, request: &PruneRequest, run: &RunId, shown: &Shown) -> Pruned {
    let state = &shown.outcome.state;
    let fate = match in_the_way(store, request, run, shown) {
        Some(why) => Fate::Kept(why),
        None if request.dry_run => done(request, surroundings::is_kept(workspace, &state.started)),
        None => carry_out(workspace, store, key, request, run, shown).unwrap_or_else(|error| match error {
            OpError::Store(StoreError::Locked { .. }) => Fate::Kept(error.to_string()),
            other => Fate::Failed(other.to_string()),
        }),
    };
    let (workflow, status, ended) = (state.started.workflow.clone(), Some(state.status), Some(state.now));
    Pruned { run: run.clone(), workflow, status, ended, fate }
}

/// Why a run is left alone.
fn in_the_way(store: &Store, request: &PruneRequest, run: &RunId, shown: &Shown) -> Option<String> {
    match shown.outcome.state.status {
        _ if store.is_locked(run).unwrap_or(true) => Some("is being written".into()),
        RunStatus::Running => Some("is running".into()),
        RunStatus::InDoubt if !request.unfinished => Some("in doubt; --unfinished takes it, too".into()),
        RunStatus::Interrupted if !request.unfinished => Some("interrupted; --unfinished takes it, too".into()),
        _ if request.secrets && shown.secrets_pruned.is_some() => Some("its secrets were pruned before".into()),
        _ => None,
    }
}

const fn done(request: &PruneRequest, sandbox: bool) -> Fate {
    if request.secrets { Fate::SecretsPruned { sandbox } } else { Fate::Forgotten { sandbox } }
}

/// The sandbox goes first: a run that is left without it is still forgotten by the next time, a sandbox that is left
/// without its run would lie there for ever.
fn carry_out(
    workspace: &Workspace,
    store: &Store,
    key: &Key,
    request: &PruneRequest,
    run: &RunId,
    shown: &Shown,
) -> Result<Fate, OpError> {
    let held = store.hold(run, &workspace.holder())?;
    if restore(workspace, held.read(key)?)?.state.seq != shown.outcome.state.seq {
        return Err(OpError::Store(StoreError::Locked { run: run.clone(), holder: None }));
    }
    let sandbox = surroundings::forget(workspace, &shown.outcome.state.started)?;
    if request.secrets {
        held.prune_secrets(key, workspace.clock.now())?;
    } else {
        held.forget()?;
    }
    Ok(done(request, sandbox))
}
