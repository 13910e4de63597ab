//! Secrets that a run never has: each process that works on it is given them anew, and no file is.

use std::collections::BTreeMap;

use super::OpError;
use crate::id::{Name, StepId};
use crate::plan::Plan;
use crate::run::RunStarted;
use crate::secret::Data;
use crate::workflow::{InputError, bind_secrets};

/// Takes out of `secrets` those that nothing stores.
pub(super) fn taken_from(secrets: &mut Data, plan: &Plan) -> Data {
    let taken = plan.unstored().into_iter().filter_map(|name| Some((name.to_string(), secrets.remove(name.as_str())?)));
    taken.collect()
}

/// Those of a run that goes on. What no step needs that is yet to be done may be missing.
pub(super) fn given_anew(
    plan: &Plan,
    started: &RunStarted,
    environment: &dyn Fn(&str) -> Option<String>,
    goes_on: &dyn Fn(&StepId) -> bool,
) -> Result<Data, OpError> {
    let unstored = plan.unstored();
    if unstored.is_empty() {
        return Ok(Data::new());
    }
    let open = plan.steps.iter().filter(|step| goes_on(&step.id)).flat_map(|step| &step.call.unstored);
    let open: Vec<&Name> = open.map(|(_, secret)| secret).collect();
    let mut workflow = plan.workflow.clone();
    workflow.secrets.retain(|secret| unstored.contains(&secret.name));
    workflow.secrets.iter_mut().for_each(|secret| secret.optional |= !open.contains(&&secret.name));
    let sandbox = started.settings.sandbox;
    let lookup = |name: &str| if sandbox { None } else { environment(name) };
    bind_secrets(&workflow, &lookup, sandbox, &BTreeMap::new()).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(InputError::to_string).collect();
        OpError::Usage(format!(
            "run {} never stores all that its steps are given, and needs it again: {}",
            started.run,
            lines.join("; ")
        ))
    })
}
