//! A command of the user's takes the outputs of each row that has succeeded.

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use super::log::StoredSealer;
use crate::clock::Clock;
use crate::engine::{HostError, RowNotes};
use crate::fleet::{FleetFact, RowId, RowKey};
use crate::ops::exec::{UserCommand, Variable, variables_of};
use crate::ops::outputs::listed;
use crate::plan::Plan;
use crate::run::{RunState, RunStatus};
use crate::secret::Mask;

/// The command, and what came of it.
#[derive(Clone)]
pub struct Each {
    command: UserCommand,
    failed: Arc<Mutex<Vec<(RowKey, String)>>>,
}

impl Each {
    pub fn new(command: UserCommand) -> Self {
        Self { command, failed: Arc::default() }
    }

    /// Rows whose outputs were not taken, and why.
    pub(super) fn failed(&self) -> Vec<(RowKey, String)> {
        std::mem::take(&mut self.failed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn command(&self, row: &RowKey, state: &RunState, variables: &[Variable]) -> Command {
        let mut command = self.command.with(variables);
        command.env("ONRAMP_ROW", row.as_str()).env("ONRAMP_RUN", state.started.run.as_str());
        // Standard output is ours: what the command says is talk.
        command.stdin(Stdio::null()).stdout(std::io::stderr());
        command
    }
}

/// The outputs of one row, on their way to the command.
pub(super) struct Handing {
    pub each: Each,
    pub row: RowId,
    pub key: RowKey,
    pub notes: RowNotes<StoredSealer>,
    pub mask: Mask,
    pub clock: Arc<dyn Clock>,
}

impl Handing {
    /// Runs the command, if there is one and the row has succeeded, and notes that it took the outputs. It is run again by the next
    /// process that is given it, unless it ended well and that was noted: at least once.
    pub async fn over(handing: Option<Self>, plan: &Plan, state: &RunState) -> Result<(), HostError> {
        let Some(Self { each, row, key, notes, mask, clock }) = handing else { return Ok(()) };
        if state.status != RunStatus::Succeeded {
            return Ok(());
        }
        let variables = variables_of(&state.started.run, &listed(plan, state, &mask));
        let command = variables.map(|variables| each.command(&key, state, &variables));
        let ended = match command {
            Err(why) => Err(why),
            Ok(mut command) => match tokio::task::spawn_blocking(move || command.status()).await {
                Ok(Ok(status)) if status.success() => Ok(()),
                Ok(Ok(status)) => Err(format!("the command ended with {status}")),
                Ok(Err(error)) => Err(format!("the command could not be run: {error}")),
                Err(error) => Err(error.to_string()),
            },
        };
        match ended {
            Ok(()) => notes.note(clock.now(), FleetFact::HandedOn(row)),
            Err(why) => {
                each.failed.lock().unwrap_or_else(PoisonError::into_inner).push((key, why));
                Ok(())
            }
        }
    }
}
