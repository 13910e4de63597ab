//! Takes back what all rows of a fleet made.

use super::drive::{FleetConsole, FleetOutcome, FlowRequest, Work, drive};
use super::pick::Pick;
use super::stored_rows::StoredRows;
use super::take::{Fleet, Purpose, take};
use crate::fleet::{FleetFact, RowId};
use crate::ops::recall::recalling_all;
use crate::ops::teardown::begun;
use crate::ops::{OpError, ResumeRequest, Talk, Workspace};
use crate::run::Prospect;

/// A fleet that nobody else works on, about to be torn down, or rows of it. Nothing has been undone yet.
pub struct FleetTeardown {
    fleet: Fleet,
    rows: Vec<RowId>,
    is_partial: bool,
}

impl FleetTeardown {
    /// Takes hold of a fleet. One that another process works on is refused.
    pub async fn prepare(
        workspace: &Workspace,
        request: &ResumeRequest<'_>,
        pick: &Pick,
        talk: &mut dyn Talk,
    ) -> Result<Self, OpError> {
        let id = workspace.find_fleet(&request.run)?;
        let fleet = take(workspace, &id, Purpose::TearDown, request, talk).await?;
        let rows = pick.undone(&fleet.state)?;
        Ok(Self { fleet, rows, is_partial: pick.is_partial() })
    }

    /// Those that made something that has not been taken back.
    pub fn rows(&self) -> &[RowId] {
        &self.rows
    }

    /// What would be done with the first of them, as people call it, in that order.
    pub fn example(&self, workspace: &Workspace) -> Result<Option<(String, Vec<Prospect>)>, OpError> {
        let Some(first) = self.rows.first() else { return Ok(None) };
        let stored = StoredRows::read(workspace, &self.fleet.state, &[*first])?.take(workspace, *first)?;
        let full = recalling_all(workspace, &stored);
        let ahead = begun(&stored.plan, &full, stored.state)?;
        Ok(Some((self.fleet.state.name_of(*first), ahead.prospects(&full))))
    }

    /// Undoes, until nothing goes on. None of these rows goes on after that, and if they are all, none begins.
    pub async fn carry_out(
        mut self,
        workspace: &Workspace,
        request: &ResumeRequest<'_>,
        flow: FlowRequest,
        console: FleetConsole,
    ) -> Result<FleetOutcome, OpError> {
        if !self.is_partial && !self.fleet.state.teardown {
            self.fleet.record(workspace, vec![FleetFact::TeardownStarted])?;
        }
        drive(workspace, self.fleet, self.rows, Work { request, flow, each: None, undoes: true }, console).await
    }
}
