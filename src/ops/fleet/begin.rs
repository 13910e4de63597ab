//! What a new fleet begins with: its secrets, and where it is pointed at.

use std::collections::BTreeMap;

use crate::clock::Timestamp;
use crate::fleet::Row;
use crate::id::{Name, RunId};
use crate::ops::begin::{check_mailbox, in_sandbox, seed, settings};
use crate::ops::spend::may_spend;
use crate::ops::{OpError, RunRequest, Talk, Workspace, unstored};
use crate::plan::Plan;
use crate::run::RunStarted;
use crate::sandbox::Sandbox;
use crate::secret::Data;
use crate::store::Key;
use crate::workflow::{Workflow, bind_secrets};

pub(super) struct Begun {
    pub at: Timestamp,
    pub started: RunStarted,
    pub key: Key,
    /// Secrets that are not stored.
    pub unstored: Data,
    /// The service that is up by now, if it is an embedded one.
    pub sandbox: Option<Sandbox>,
}

/// Puts a fleet together. Nothing has been stored yet.
pub(super) async fn begin(
    workspace: &Workspace,
    plan: &Plan,
    id: RunId,
    rows: &[Row],
    request: &RunRequest<'_>,
    talk: &mut dyn Talk,
) -> Result<Begun, OpError> {
    let workflow = &asked_for(&plan.workflow, rows);
    let secrets = match request.sandbox {
        true => Data::new(),
        false => bind_secrets(workflow, request.environment, false, &BTreeMap::new()).map_err(OpError::Inputs)?,
    };
    check_mailbox(workspace, workflow, &secrets)?;
    let key = workspace.own_key()?;
    let at = workspace.clock.now();
    let mut started = RunStarted {
        run: id,
        workflow: workflow.name.clone(),
        seed: seed(workspace.entropy.as_ref())?,
        inputs: Data::new(),
        secrets,
        settings: settings(request, Vec::new())?,
        until: None,
    };
    if let Some(row) = rows.first() {
        // The limit is each row's.
        let mut of_row = RunStarted { inputs: row.inputs.clone(), ..started.clone() };
        of_row.secrets.extend(row.secrets.clone());
        may_spend(workspace, plan, &of_row, None, &|_| true)?;
    }
    let sandbox = match request.sandbox {
        true => Some(in_sandbox(workspace, workflow, &mut started, request, talk).await?),
        false => None,
    };
    let unstored = unstored::taken_from(&mut started.secrets, plan);
    Ok(Begun { at, started, key, unstored, sandbox })
}

/// With the secrets that not each row has of its own.
fn asked_for(workflow: &Workflow, rows: &[Row]) -> Workflow {
    let mut workflow = workflow.clone();
    let has = |row: &Row, secret: &Name| row.secrets.contains_key(secret.as_str());
    let each_has = |secret: &Name| !rows.is_empty() && rows.iter().all(|row| has(row, secret));
    workflow.secrets.retain(|secret| secret.optional || !each_has(&secret.name));
    workflow
}

/// Each row needs a value for every secret of the workflow: its own, or that of all rows.
pub(super) fn refuse_without_secrets(plan: &Plan, all: (&Data, &Data), rows: &[Row]) -> Result<(), OpError> {
    let (stored, unstored) = all;
    let names = plan.workflow.secrets.iter().filter(|secret| !secret.optional).map(|secret| secret.name.as_str());
    for name in names.filter(|name| !stored.contains_key(name) && !unstored.contains_key(name)) {
        if let Some(row) = rows.iter().find(|row| !row.secrets.contains_key(name)) {
            let key = row.key.as_str().escape_debug();
            let message = format!(
                "row `{key}` has no value for the secret `{name}`, and neither has the fleet: each of its rows had one of its own"
            );
            return Err(OpError::Usage(message));
        }
    }
    Ok(())
}
