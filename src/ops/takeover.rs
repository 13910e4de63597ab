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
    match suspicion {
        Some(why) if trust => say(&format!("run {run} may be a copy: {why}. It is trusted, as you asked")),
        Some(why) => say(&format!(
            "run {run} may be a copy: {why}. Before anything is sent that must not happen twice, onramp looks whether it \
             has happened already; `--trust-checkpoint` says that there is no other copy"
        )),
        None => {}
    }
    let epoch = epoch(workspace)?;
    Ok(Resumption { epoch, wary: suspicion.is_some() && !trust, trusted: trust, ..Resumption::default() })
}

/// What stands in the marks that this process leaves.
pub(super) fn epoch(workspace: &Workspace) -> Result<String, OpError> {
    word(workspace.entropy.as_ref(), EPOCH)
}
