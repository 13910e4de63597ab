//! The file that a run came from, as it is now.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::stored::Stored;
use super::{OpError, Workspace, validate};
use crate::id::Name;
use crate::plan::{Comparison, Plan, compare};
use crate::run::{Replanned, RunState};
use crate::secret::{Data, Datum};
use crate::workflow::{InputError, Texts, bind, bind_secrets};

/// Another text than the run has, without errors.
pub(super) struct Edit {
    pub texts: Texts,
    pub plan: Arc<Plan>,
    pub comparison: Comparison,
    /// Its digest is known once it is stored.
    pub replanned: Replanned,
}

/// What became of a run's file.
pub(super) enum File {
    Unchanged,
    /// It cannot be read, and why.
    Gone(String),
    Edited(Box<Edit>),
}

/// Reads `path` and holds it against what the run has.
pub(super) fn look(
    workspace: &Workspace,
    stored: &Stored,
    path: &Path,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<File, OpError> {
    let checked = match validate(workspace, path) {
        Ok(checked) => checked,
        Err(error) => return Ok(File::Gone(error.to_string())),
    };
    if checked.texts == stored.texts {
        return Ok(File::Unchanged);
    }
    let shown = checked.source.path.clone();
    let (texts, plan) = checked.into_plan()?;
    let (state, name) = (&stored.state, &plan.workflow.name);
    if *name != state.started.workflow {
        let run = &state.started.run;
        let message = format!(
            "{} is the workflow `{name}` now, and run {run} is one of `{}`: a new name is a new workflow. Start a new run, \
             give it its old name, or go on without the file: `--as-stored`",
            shown, state.started.workflow
        );
        return Err(OpError::Usage(message));
    }
    let comparison = compare(&stored.plan, &plan);
    let (inputs, secrets) = gained(&plan, state, environment)?;
    let Comparison { recheck, succession, .. } = comparison.clone();
    let version = state.version + 1;
    let replanned = Replanned { version, workflow: String::new(), recheck, succession, inputs, secrets };
    Ok(File::Edited(Box::new(Edit { texts, plan, comparison, replanned })))
}

/// Values for the inputs and secrets that the run does not have, and those that are secret only now.
fn gained(
    plan: &Plan,
    state: &RunState,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<(Data, Data), OpError> {
    let (workflow, unstored) = (&plan.workflow, plan.unstored());
    let (started, sandbox) = (&state.started, state.started.settings.sandbox);
    let mut new = workflow.clone();
    new.inputs.retain(|input| !started.inputs.contains_key(input.name.as_str()));
    let gained = |name: &Name| !started.secrets.contains_key(name.as_str()) && !unstored.contains(name);
    new.secrets.retain(|secret| gained(&secret.name));
    let inputs = bind(&new, &BTreeMap::new(), sandbox);
    let lookup = |name: &str| if sandbox { None } else { environment(name) };
    let secrets = bind_secrets(&new, &lookup, sandbox, &BTreeMap::new());
    let (mut inputs, secrets) = match (inputs, secrets) {
        (Ok(inputs), Ok(secrets)) => (inputs, secrets),
        (inputs, secrets) => {
            let errors: Vec<InputError> = [inputs.err(), secrets.err()].into_iter().flatten().flatten().collect();
            return Err(OpError::Usage(missing(&errors)));
        }
    };
    for input in workflow.inputs.iter().filter(|input| input.secret) {
        if let Some(datum) = started.inputs.get(input.name.as_str()).filter(|datum| !datum.is_secret()) {
            inputs.insert(input.name.to_string(), Datum::secret(datum.expose().clone()));
        }
    }
    Ok((inputs, secrets))
}

fn missing(errors: &[InputError]) -> String {
    let lines: Vec<String> = errors.iter().map(InputError::to_string).collect();
    format!(
        "the edited workflow asks for what this run was not given: {}. A run takes no new inputs: give them a `default` in \
         the file, start a new run, or go on without the edit: `--as-stored`",
        lines.join("; ")
    )
}
