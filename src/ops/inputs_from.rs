//! Outputs of an earlier run as inputs of this one.

use std::collections::BTreeMap;

use super::outputs::{RunOutput, outputs};
use super::{OpError, RunRequest, Workspace};
use crate::workflow::{Given, Workflow};

/// The inputs of the request, and for each that is not among them the output of the same name of the run that it names. What
/// is secret there goes into a secret input only: which values of a workflow are secret is decided before it is run.
pub(super) fn with_outputs(
    workspace: &Workspace,
    workflow: &Workflow,
    request: &RunRequest<'_>,
    say: &mut (dyn FnMut(&str) + Send),
) -> Result<BTreeMap<String, Given>, OpError> {
    let given = &request.inputs;
    let Some(earlier) = &request.inputs_from else { return Ok(given.clone()) };
    let outputs = outputs(workspace, earlier)?;
    let run = &outputs.run;
    let mut all = given.clone();
    let mut taken = Vec::new();
    let mut met = false;
    for input in &workflow.inputs {
        let name = input.name.as_str();
        let Some(RunOutput { value, .. }) = outputs.list.iter().find(|output| output.name == name) else { continue };
        met = true;
        if given.contains_key(name) || value.expose().is_null() {
            continue;
        }
        if value.is_secret() && outputs.secrets_pruned {
            let message =
                format!("the output `{name}` of run {run} was secret, and its secrets were pruned; give it by -i");
            return Err(OpError::Usage(message));
        }
        if value.is_secret() && !input.secret {
            let message = format!(
                "the output `{name}` of run {run} is secret, but the input `{name}` is not; give the input `secret: true`"
            );
            return Err(OpError::Usage(message));
        }
        all.insert(name.to_owned(), Given::Json(value.expose().clone()));
        taken.push(format!("`{name}`"));
    }
    if !met {
        let message = format!("no output of run {run} has the name of an input of this workflow");
        return Err(OpError::Usage(message));
    }
    outputs.caveat(workspace).iter().for_each(|caveat| say(caveat));
    if !taken.is_empty() {
        say(&format!("inputs from run {run}: {}", taken.join(", ")));
    }
    Ok(all)
}
