//! Which rows of a fleet are meant.

use std::collections::HashSet;

use super::condition::Condition;
use crate::fleet::{FleetState, RowId, RowPhase, RowState};
use crate::ops::OpError;
use crate::run::RunStatus;

/// Rows that have ended and go on nevertheless, beside those that are open.
#[derive(Debug, Clone, Default)]
pub struct Pick {
    /// Those that failed, were cancelled, or stopped in doubt.
    pub failed: bool,
    /// Of these, only those for which it holds.
    pub condition: Option<Condition>,
    /// Only these, by key, whatever their state.
    pub keys: Vec<String>,
}

impl Pick {
    /// The rows that go on: of `open` all, unless some were named.
    pub fn rows(&self, state: &FleetState, open: Vec<RowId>) -> Result<Vec<RowId>, OpError> {
        if !self.keys.is_empty() {
            return self.keys.iter().map(|key| named(state, key)).collect();
        }
        let mut rows = open;
        if self.failed {
            let met: HashSet<RowId> = rows.iter().copied().collect();
            for (id, row) in state.numbered().filter(|(id, row)| !met.contains(id) && is_unfinished(row)) {
                if holds(self.condition.as_ref(), row)? {
                    rows.push(id);
                }
            }
        }
        Ok(rows)
    }
}

fn is_unfinished(row: &RowState) -> bool {
    matches!(row.phase, RowPhase::Ended(status) if status != RunStatus::Succeeded) && !row.teardown
}

pub(super) fn holds(condition: Option<&Condition>, row: &RowState) -> Result<bool, OpError> {
    condition.map_or(Ok(true), |condition| condition.holds(row))
}

/// The row of a key.
pub(in crate::ops) fn named(state: &FleetState, key: &str) -> Result<RowId, OpError> {
    state.find(key).ok_or_else(|| {
        let near = crate::diagnostic::nearest(key, state.rows.iter().map(|row| row.key.as_str()));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        OpError::Usage(format!("fleet {} has no row `{}`{near}", state.id(), key.escape_debug()))
    })
}
