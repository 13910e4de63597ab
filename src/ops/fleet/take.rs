//! Takes hold of a fleet, with its workflow as the file is now.

use std::sync::Arc;

use crate::fleet::{FleetEntry, FleetFact, FleetState};
use crate::id::RunId;
use crate::ops::stored::{plan_of, sealing_key};
use crate::ops::surroundings::{revive, same_kind_of_service, same_surroundings};
use crate::ops::takeover::copied;
use crate::ops::teardown::refuse_torn_down_fleet;
use crate::ops::unstored::given_anew;
use crate::ops::{OpError, ResumeRequest, Talk, Workspace, call, validate};
use crate::plan::Plan;
use crate::sandbox::Sandbox;
use crate::secret::Data;
use crate::store::{FleetWriter, LoadedFleet, Origin};
use crate::workflow::Texts;

/// A fleet that this process writes.
pub(super) struct Fleet {
    pub writer: FleetWriter,
    pub state: FleetState,
    pub plan: Arc<Plan>,
    pub texts: Texts,
    pub origin: Origin,
    pub unstored: Data,
    pub sandbox: Option<Sandbox>,
}

/// What a fleet is taken hold of for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It is run again: with a sandbox, or without.
    RunAgain {
        sandbox: bool,
    },
    GoOn,
    TearDown,
}

/// Takes hold of a fleet. One that another process works on is refused.
pub(super) async fn take(
    workspace: &Workspace,
    id: &RunId,
    purpose: Purpose,
    request: &ResumeRequest<'_>,
    talk: &mut dyn Talk,
) -> Result<Fleet, OpError> {
    let (writer, loaded) = workspace.take_fleet(id, &sealing_key(workspace)?)?;
    let LoadedFleet { origin, texts, mut state, warnings, suspicion, .. } = loaded;
    if let Purpose::RunAgain { sandbox } = purpose {
        same_kind_of_service(&state.started, ("fleet", "--name"), sandbox)?;
    }
    warnings.iter().for_each(|warning| talk.say(warning));
    let trusted = request.trust_checkpoint;
    if let Some(why) = &suspicion {
        talk.say(&copied(&format!("fleet {id}"), why, trusted));
    }
    if state.paused {
        let unpause = workspace.command_line("fleet unpause", id);
        talk.say(&format!("fleet {id} is paused: no row begins before `{unpause}`"));
    }
    let plan = plan_of(workspace, &origin, &texts)?;
    if purpose != Purpose::TearDown {
        refuse_torn_down_fleet(workspace, &state)?;
    }
    // A corrected password counts for this process; rows that have begun take it from the request.
    state.started.secrets.extend(same_surroundings(&plan, &state.started, request)?);
    let sandbox = revive(workspace, &state.started).await?;
    let unstored = given_anew(&plan, &state.started, request.environment, &|_| true)?;
    let mut fleet = Fleet { writer, state, plan, texts, origin, unstored, sandbox };
    fleet.writer.accept();
    fleet.record(workspace, vec![FleetFact::Resumed { wary: suspicion.is_some(), trusted }])?;
    fleet.take_edit(workspace, request, talk)?;
    Ok(fleet)
}

/// Commits facts of a fleet, and takes them in.
pub(super) fn record(
    workspace: &Workspace,
    writer: &mut FleetWriter,
    state: &mut FleetState,
    facts: Vec<FleetFact>,
) -> Result<(), OpError> {
    let at = workspace.clock.now().max(state.now);
    let entries: Vec<FleetEntry> = facts.into_iter().map(|fact| FleetEntry { at, fact }).collect();
    Ok(writer.record(state, &entries, &[], true)?)
}

impl Fleet {
    pub fn record(&mut self, workspace: &Workspace, facts: Vec<FleetFact>) -> Result<(), OpError> {
        record(workspace, &mut self.writer, &mut self.state, facts)
    }

    /// Rows that begin, or go on, from here on have the workflow as its file is now.
    fn take_edit(
        &mut self,
        workspace: &Workspace,
        request: &ResumeRequest<'_>,
        talk: &mut dyn Talk,
    ) -> Result<(), OpError> {
        let file = request.file.clone().or_else(|| call::file(&self.origin));
        let Some(file) = file.filter(|_| !request.as_stored) else { return Ok(()) };
        let checked = match validate(workspace, &file) {
            Ok(checked) => checked,
            Err(error) => {
                talk.say(&format!("{error}; the fleet goes on with the workflow as it has it"));
                return Ok(());
            }
        };
        if checked.texts == self.texts {
            return Ok(());
        }
        let (texts, plan) = checked.into_plan()?;
        if plan.workflow.name != self.plan.workflow.name {
            let (now, then) = (&plan.workflow.name, &self.plan.workflow.name);
            let message = format!(
                "{} is the workflow `{now}` now, and the fleet is one of `{then}`: start a new fleet",
                file.display()
            );
            return Err(OpError::Usage(message));
        }
        let workflow = self.writer.keep_workflow(self.state.version() + 1, &texts)?;
        self.record(workspace, vec![FleetFact::Replanned { workflow }])?;
        talk.say("the workflow was edited: rows begin, and go on, with it as it is now");
        (self.texts, self.plan) = (texts, plan);
        Ok(())
    }
}
