//! How another process takes a run over: under an epoch of its own, and wary where the run's folder may be a copy.

use super::random::word;
use super::{OpError, Workspace};
use crate::id::RunId;
use crate::run::Resumption;
use crate::store::Suspicion;

const EPOCH: usize = 6;

/// `trust`: the user vouches for the folder.
pub(super) fn takeover(
    workspace: &Workspace,
    run: &RunId,
    suspicion: Option<&Suspicion>,
    trust: bool,
    say: &mut (dyn FnMut(&str) + Send),
) -> Result<Resumption, OpError> {
    if let Some(why) = suspicion {
        say(&copied(&format!("run {run}"), why, trust));
    }
    let epoch = epoch(workspace)?;
    Ok(Resumption { epoch, wary: suspicion.is_some() && !trust, trusted: trust, ..Resumption::default() })
}

/// That `whom`, such as `run 20261122-013405-k7qz2m`, may be a copy, and what follows.
pub(super) fn copied(whom: &str, why: &Suspicion, trusted: bool) -> String {
    let follows = match trusted {
        true => "It is trusted, as you asked",
        false => {
            "Before anything is sent that must not happen twice, onramp looks whether it has happened already; \
             `--trust-checkpoint` says that there is no other copy"
        }
    };
    format!("{whom} may be a copy: {why}. {follows}")
}

/// What stands in the marks that this process leaves.
pub(super) fn epoch(workspace: &Workspace) -> Result<String, OpError> {
    word(workspace.entropy.as_ref(), EPOCH)
}
