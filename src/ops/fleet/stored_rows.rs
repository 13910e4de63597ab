//! Rows that have begun, read back from the fleet's journal.

use std::collections::HashMap;
use std::sync::Arc;

use crate::fleet::{FleetState, RowId};
use crate::ops::stored::{Stored, plan_of, restore_with, sealing_key};
use crate::ops::{OpError, Workspace};
use crate::plan::Plan;
use crate::store::{FleetReader, Origin, RowFacts};
use crate::workflow::Texts;

pub(super) struct StoredRows {
    reader: FleetReader,
    facts: HashMap<RowId, RowFacts>,
    /// As of when they were read.
    pub state: FleetState,
    /// Of the workflow's texts that were met.
    plans: Vec<(Texts, Arc<Plan>)>,
}

impl StoredRows {
    /// Finds what happened in `rows`; those that wait are left out.
    pub fn read(workspace: &Workspace, state: &FleetState, rows: &[RowId]) -> Result<Self, OpError> {
        let reader = workspace.open().fleets().fleet_reader(state.id(), &sealing_key(workspace)?)?;
        let facts = reader.facts(state, rows)?;
        Ok(Self { reader, facts, state: state.clone(), plans: Vec::new() })
    }

    /// Lets go of what was found, for these rows.
    pub fn turn_to(&mut self, rows: &[RowId]) -> Result<(), OpError> {
        self.facts = self.reader.facts(&self.state, rows)?;
        Ok(())
    }

    /// With a plan that is there already.
    pub fn knowing(self, texts: Texts, plan: Arc<Plan>) -> Self {
        Self { plans: vec![(texts, plan)], ..self }
    }

    /// A row as its run stands. It is read once.
    pub fn take(&mut self, workspace: &Workspace, row: RowId) -> Result<Stored, OpError> {
        let facts = self.facts.remove(&row);
        let facts = facts.ok_or_else(|| OpError::Usage(format!("row {row} has not begun")))?;
        let loaded = self.reader.row(&self.state, row, &facts)?;
        let plans = &mut self.plans;
        let mut planner = |origin: &Origin, texts: &Texts| {
            if let Some((_, plan)) = plans.iter().find(|(known, _)| known == texts) {
                return Ok(plan.clone());
            }
            let plan = plan_of(workspace, origin, texts)?;
            plans.push((texts.clone(), plan.clone()));
            Ok(plan)
        };
        restore_with(workspace, loaded, &mut planner)
    }
}
