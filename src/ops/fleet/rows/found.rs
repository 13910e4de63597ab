//! Rows of what an earlier fleet found out.

use std::collections::{BTreeMap, BTreeSet};

use super::sheet::Sheet;
use super::{GivenRows, OpError};
use crate::fleet::FleetState;
use crate::id::{Name, RunId};
use crate::ops::Workspace;
use crate::ops::fleet::outputs::{RowOutputs, each_outputs, succeeded};
use crate::ops::fleet::show::{ShownFleet, fleet_show};
use crate::ops::outputs::RunOutput;
use crate::plan::Plan;
use crate::report::export::text;
use crate::secret::{Data, Datum};
use crate::workflow::{Given, InputError, Workflow, bind_some};

pub struct RowsFromRequest<'a> {
    /// The earlier fleet: its name, the beginning of it, or `last`.
    pub fleet: &'a str,
    /// The fleet that the rows are for.
    pub into: &'a str,
    /// For all rows, and instead of what the earlier fleet knows.
    pub given: &'a BTreeMap<String, Given>,
    pub sandbox: bool,
}

/// A row for each row of an earlier fleet that has succeeded, of the same key. Its outputs, and the inputs that it had, are inputs and
/// secrets of the same name; what is secret there reaches only what takes secrets.
pub fn rows_from(
    workspace: &Workspace,
    plan: &Plan,
    request: &RowsFromRequest<'_>,
    say: &mut dyn FnMut(&str),
) -> Result<GivenRows, OpError> {
    let ShownFleet { state, is_live, .. } = fleet_show(workspace, request.fleet)?;
    let fleet = state.id();
    if fleet.as_str() == request.into {
        let message = format!("fleet {fleet} is not given its own outputs: `--name` names the new fleet");
        return Err(OpError::Usage(message));
    }
    let rows = succeeded(&state);
    if rows.is_empty() {
        let message = format!("no row of fleet {fleet} has succeeded: there are no outputs to take");
        return Err(OpError::Usage(message));
    }
    let workflow = &plan.workflow;
    let sheet = Sheet::new(workflow, None, request.given, request.sandbox)?;
    let mut taking = Taking { fleet, workflow, request, unstored: plan.unstored(), met: BTreeSet::new(), sheet };
    each_outputs(workspace, &state, &rows, &mut |row| taking.row(row))?;
    taking.refuse_missing()?;
    let met: Vec<String> = taking.met.iter().map(|name| format!("`{name}`")).collect();
    say(&format!("rows from fleet {fleet}: {} with {}{}", rows.len(), met.join(", "), left_out(&state, is_live)));
    taking.sheet.finish()
}

/// How many rows have no outputs to be taken, and why.
fn left_out(state: &FleetState, is_live: bool) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &state.rows {
        *counts.entry(if row.teardown { "torn_down" } else { row.status(is_live) }).or_default() += 1;
    }
    let others = counts.iter().filter(|(status, _)| **status != "succeeded");
    let others: Vec<String> = others.map(|(status, count)| format!("{count} {}", status.replace('_', " "))).collect();
    if others.is_empty() { String::new() } else { format!("; left out: {}", others.join(", ")) }
}

/// What is known of a row by name, without what is null: its outputs, and beside them what it was given.
fn known(inputs: Data, outputs: Vec<RunOutput>) -> BTreeMap<String, Datum> {
    let outputs = outputs.into_iter().map(|RunOutput { name, value, .. }| (name, value));
    inputs.into_iter().chain(outputs).filter(|(_, value)| !value.expose().is_null()).collect()
}

/// What the outputs are taken for.
struct Taking<'a> {
    fleet: &'a RunId,
    workflow: &'a Workflow,
    request: &'a RowsFromRequest<'a>,
    /// Secrets that no file is given, and so no row.
    unstored: BTreeSet<&'a Name>,
    /// What has the name of an input or a secret.
    met: BTreeSet<String>,
    sheet: Sheet<'a>,
}

impl Taking<'_> {
    fn row(&mut self, row: RowOutputs) -> Result<(), OpError> {
        let (mut found, mut secrets) = (BTreeMap::new(), Data::new());
        let pruned = row.secrets_pruned;
        for (name, value) in known(row.inputs, row.list) {
            let input = self.workflow.inputs.iter().find(|input| input.name.as_str() == name);
            let takes = |secret: &Name| secret.as_str() == name && !self.unstored.contains(secret);
            let is_secret = self.workflow.secrets.iter().any(|secret| takes(&secret.name));
            if input.is_none() && !is_secret {
                continue;
            }
            self.met.insert(name.clone());
            if value.is_secret() && pruned {
                return Err(self.refused(&name, "was secret, and its secrets were pruned"));
            }
            if let Some(input) = input {
                if value.is_secret() && !input.secret {
                    let why = format!("is secret, but the input `{name}` is not; give the input `secret: true`");
                    return Err(self.refused(&name, &why));
                }
                if !self.request.given.contains_key(&name) {
                    found.insert(name.clone(), Given::Json(value.expose().clone()));
                }
            }
            if is_secret {
                secrets.insert(name, Datum::secret(text(value.expose()).into()));
            }
        }
        self.sheet.take_found(row.row, (row.key, row.label), found, secrets);
        Ok(())
    }

    fn refused(&self, name: &str, why: &str) -> OpError {
        OpError::Usage(format!("`{name}` of fleet {} {why}", self.fleet))
    }

    /// An input that nothing gives, in no row.
    fn refuse_missing(&self) -> Result<(), OpError> {
        let Self { fleet, request, .. } = self;
        if self.met.is_empty() {
            let message = format!(
                "neither an output nor an input of fleet {fleet} has the name of an input or a secret of this workflow"
            );
            return Err(OpError::Usage(message));
        }
        let (_, errors) = bind_some(self.workflow, request.given, request.sandbox);
        let missing = errors.iter().filter_map(|error| match error {
            InputError::MissingInput { name, .. } => Some(name),
            _ => None,
        });
        let missing: Vec<String> =
            missing.filter(|name| !self.met.contains(*name)).map(|name| format!("`{name}`")).collect();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(OpError::Usage(format!(
                "fleet {fleet} has no output for the input {}: name an output of its workflow so, or give a value to all rows with -i",
                missing.join(", ")
            ))),
        }
    }
}
