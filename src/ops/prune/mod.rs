//! Forgets runs and fleets that are over, or only their secrets.

mod candidate;

use std::time::Duration;

use candidate::Candidate;

use super::stored::sealing_key;
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

/// A run, or a fleet, that is old enough, and what became of it.
pub struct Pruned {
    pub run: RunId,
    pub is_fleet: bool,
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
    /// The newest first, fleets behind runs.
    pub runs: Vec<Pruned>,
    /// So many are not old enough.
    pub younger: usize,
}

/// Goes through all runs and fleets of the store. What cannot be forgotten is kept and told, and does not stand in the way of others.
pub fn prune(workspace: &Workspace, request: &PruneRequest) -> Result<PruneOutcome, OpError> {
    let mut outcome = PruneOutcome { runs: Vec::new(), younger: 0 };
    let runs = workspace.open();
    prune_all(workspace, request, (&runs, false), &mut outcome)?;
    prune_all(workspace, request, (&runs.fleets(), true), &mut outcome)?;
    Ok(outcome)
}

fn prune_all(
    workspace: &Workspace,
    request: &PruneRequest,
    (store, is_fleet): (&Store, bool),
    outcome: &mut PruneOutcome,
) -> Result<(), OpError> {
    if !request.dry_run {
        store.sweep()?;
    }
    let listed = store.list()?;
    if listed.is_empty() {
        return Ok(());
    }
    let pruning = Pruning { workspace, request, store, is_fleet, key: sealing_key(workspace)? };
    for Listed { run, created } in listed {
        let pruned = match pruning.read(&run) {
            Ok(found) if pruning.is_old(Some(found.last())) => pruning.one(&run, &found),
            Err(error) if pruning.is_old(created) => {
                let (fate, workflow) = (unreadable(&error), String::new());
                Pruned { run, is_fleet, workflow, status: None, ended: None, fate }
            }
            _ => {
                outcome.younger += 1;
                continue;
            }
        };
        outcome.runs.push(pruned);
    }
    Ok(())
}

/// What is damaged is kept to be looked at; what the system does not let through is a failure.
fn unreadable(error: &OpError) -> Fate {
    let why = format!("cannot be read: {error}");
    if matches!(error, OpError::Store(StoreError::Io { .. })) { Fate::Failed(why) } else { Fate::Kept(why) }
}

struct Pruning<'a> {
    workspace: &'a Workspace,
    request: &'a PruneRequest,
    store: &'a Store,
    /// What the store has.
    is_fleet: bool,
    key: Key,
}

impl Pruning<'_> {
    fn read(&self, run: &RunId) -> Result<Candidate, OpError> {
        match self.is_fleet {
            true => Candidate::fleet(self.workspace, run, &self.key),
            false => Candidate::run(self.workspace, run, &self.key),
        }
    }

    /// Nobody knows the age of a run whose journal does not say when it began: it is shown.
    fn is_old(&self, last: Option<Timestamp>) -> bool {
        last.is_none_or(|last| self.workspace.clock.now().since(last) >= self.request.older_than)
    }

    fn one(&self, run: &RunId, found: &Candidate) -> Pruned {
        let fate = match self.in_the_way(run, found) {
            Some(why) => Fate::Kept(why),
            None if self.request.dry_run => self.done(surroundings::is_kept(self.workspace, found.started())),
            None => self.carry_out(run, found).unwrap_or_else(|error| match error {
                OpError::Store(StoreError::Locked { .. }) => Fate::Kept(error.to_string()),
                other => Fate::Failed(other.to_string()),
            }),
        };
        let (workflow, status, ended) = (found.started().workflow.clone(), Some(found.status()), Some(found.last()));
        Pruned { run: run.clone(), is_fleet: self.is_fleet, workflow, status, ended, fate }
    }

    /// Why a run is left alone.
    fn in_the_way(&self, run: &RunId, found: &Candidate) -> Option<String> {
        let PruneRequest { unfinished, secrets, .. } = self.request;
        match found.status() {
            _ if self.store.is_locked(run).unwrap_or(true) => Some("is being written".into()),
            RunStatus::Running => Some("is running".into()),
            RunStatus::InDoubt if !unfinished => Some("in doubt; --unfinished takes it, too".into()),
            RunStatus::Interrupted if !unfinished => Some("interrupted; --unfinished takes it, too".into()),
            _ if *secrets && found.secrets_pruned().is_some() => Some("its secrets were pruned before".into()),
            _ => None,
        }
    }

    const fn done(&self, sandbox: bool) -> Fate {
        if self.request.secrets { Fate::SecretsPruned { sandbox } } else { Fate::Forgotten { sandbox } }
    }

    /// The sandbox goes first: a run that is left without it is still forgotten by the next time, a sandbox that is left
    /// without its run would lie there for ever.
    fn carry_out(&self, run: &RunId, found: &Candidate) -> Result<Fate, OpError> {
        let Self { workspace, store, key, .. } = self;
        let held = store.hold(run, &workspace.holder())?;
        if !found.is_as_read(workspace, &held, key)? {
            return Err(OpError::Store(StoreError::Locked { run: run.clone(), holder: None }));
        }
        let sandbox = surroundings::forget(workspace, found.started())?;
        if self.request.secrets {
            held.prune_secrets(key, workspace.clock.now())?;
        } else {
            held.forget()?;
        }
        Ok(self.done(sandbox))
    }
}
