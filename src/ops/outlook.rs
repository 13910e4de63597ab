//! What a run would do, without doing any of it: nothing is contacted, nothing is written, and no secret is read.

use std::collections::BTreeMap;

use super::asked::step_named;
use super::begin::{settings, typed_origins};
use super::inputs_from::with_outputs;
use super::resume::Talk;
use super::surroundings::MAILBOX_VARIABLE;
use super::{Checked, OpError, RunRequest, Workspace};
use crate::outlook::{Known, Outlook, Supply, outlook as look};
use crate::workflow::{InputError, SecretInput, Workflow, bind_some};

/// What [`super::run`] would do if it was asked the same. What is missing is told, not refused.
pub fn outlook(
    workspace: &Workspace,
    checked: Checked,
    request: &RunRequest<'_>,
    talk: &mut dyn Talk,
) -> Result<Outlook, OpError> {
    let (_, plan) = checked.into_plan()?;
    let given = with_outputs(workspace, &plan.workflow, request, &mut |text| talk.say(text))?;
    let until = request.until.as_ref().map(|step| step_named(&plan, step)).transpose()?;
    let (inputs, errors) = bind_some(&plan.workflow, &given, request.sandbox);
    let wrong: Vec<InputError> =
        errors.into_iter().filter(|error| !matches!(error, InputError::MissingInput { .. })).collect();
    if !wrong.is_empty() {
        return Err(OpError::Inputs(wrong));
    }
    let settings = settings(request, typed_origins(&inputs, &request.inputs))?;
    let secrets = secrets(&plan.workflow, request);
    let typed = given.into_keys().collect();
    let known = Known { inputs, typed, secrets, settings, until };
    let found = look(&plan, &workspace.registry.catalogue(), &known);
    Ok(Outlook { base_url_source: request.base_url_source.clone(), ..found })
}

fn secrets(workflow: &Workflow, request: &RunRequest<'_>) -> BTreeMap<String, Supply> {
    workflow.secrets.iter().map(|secret| (secret.name.to_string(), supply(secret, request))).collect()
}

/// As [`crate::workflow::bind_secrets`] would find one.
fn supply(secret: &SecretInput, request: &RunRequest<'_>) -> Supply {
    let env = secret.env.as_deref();
    let found = match request.sandbox {
        true => {
            let mailbox = !secret.optional && env == Some(MAILBOX_VARIABLE);
            (mailbox || secret.sandbox.is_some()).then_some(Supply::Sandbox)
        }
        false => env.filter(|env| (request.environment)(env).is_some()).map(|_| Supply::Given),
    };
    found.unwrap_or(if secret.optional { Supply::Absent } else { Supply::Missing })
}
