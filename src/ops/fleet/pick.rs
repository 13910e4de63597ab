//! Which rows of a fleet are meant.

use std::collections::{BTreeSet, HashSet};

use super::condition::Condition;
use crate::diagnostic::nearest;
use crate::fleet::{FleetState, RowId, RowPhase, RowState};
use crate::ops::OpError;
use crate::run::RunStatus;

/// So many rows are named.
const NAMED: usize = 3;

/// Rows that go on, or are undone, because the user says so.
#[derive(Debug, Clone, Default)]
pub struct Pick {
    /// Those that failed, were cancelled, or stopped in doubt go on.
    pub failed: bool,
    /// Only those for which it holds.
    pub condition: Option<Condition>,
    /// Only these, each by key, run or label, whatever their state.
    pub named: Vec<String>,
}

impl Pick {
    /// The rows that go on: of `open` all, unless some were named.
    pub fn rows(&self, state: &FleetState, open: Vec<RowId>) -> Result<Vec<RowId>, OpError> {
        if !self.named.is_empty() {
            return each_named(state, &self.named, named);
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

    /// The rows that are undone: all that made something, unless some were named or chosen.
    pub(super) fn undone(&self, state: &FleetState) -> Result<Vec<RowId>, OpError> {
        let has_made = |row: &RowState| row.began.is_some() && !row.torn_down;
        if !self.named.is_empty() {
            let mut rows = each_named(state, &self.named, begun)?;
            rows.retain(|id| state.row(*id).is_some_and(has_made));
            return Ok(rows);
        }
        let mut rows = Vec::new();
        for (id, row) in state.numbered().filter(|(_, row)| has_made(row)) {
            if holds(self.condition.as_ref(), row)? {
                rows.push(id);
            }
        }
        match rows.is_empty() && self.condition.is_some() {
            true => Err(OpError::Usage(format!("no row of fleet {} is meant: nothing was undone", state.id()))),
            false => Ok(rows),
        }
    }

    /// Whether not all rows are meant.
    pub(super) fn is_partial(&self) -> bool {
        self.condition.is_some() || !self.named.is_empty()
    }
}

fn is_unfinished(row: &RowState) -> bool {
    matches!(row.phase, RowPhase::Ended(status) if status != RunStatus::Succeeded) && !row.teardown
}

pub(super) fn holds(condition: Option<&Condition>, row: &RowState) -> Result<bool, OpError> {
    condition.map_or(Ok(true), |condition| condition.holds(row))
}

/// The rows of these names, each once, as `find` finds them.
pub(super) fn each_named(
    state: &FleetState,
    names: &[String],
    find: impl Fn(&FleetState, &str) -> Result<RowId, OpError>,
) -> Result<Vec<RowId>, OpError> {
    let rows: BTreeSet<RowId> = names.iter().map(|name| find(state, name)).collect::<Result<_, _>>()?;
    Ok(rows.into_iter().collect())
}

/// The row that `wanted` means: its key, its run's id, or what it is shown by.
pub(in crate::ops) fn named(state: &FleetState, wanted: &str) -> Result<RowId, OpError> {
    let (meant, shown) = (state.meant(wanted), wanted.escape_debug());
    Err(OpError::Usage(match (meant.first(), meant.len()) {
        (Some(row), 1) => return Ok(*row),
        (None, _) => {
            let known = state.rows.iter().flat_map(|row| [Some(row.key.as_str()), row.label.as_deref()]).flatten();
            let near = nearest(wanted, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            format!("fleet {} has no row `{shown}`{near}", state.id())
        }
        (Some(_), count) => {
            let named = |row: &RowId| Some(format!("{} (key `{}`)", row.run(state.id()).ok()?, state.row(*row)?.key));
            let some: Vec<String> = meant.iter().filter_map(named).take(NAMED).collect();
            format!("`{shown}` could be any of {count} rows: {}; name one by its run or its key", some.join(", "))
        }
    }))
}

/// The same of one that has begun.
pub(super) fn begun(state: &FleetState, wanted: &str) -> Result<RowId, OpError> {
    let id = named(state, wanted)?;
    match state.row(id).is_some_and(|row| row.began.is_some()) {
        true => Ok(id),
        false => {
            let shown = wanted.escape_debug();
            Err(OpError::Usage(format!("row `{shown}` has not begun: there is nothing of it yet")))
        }
    }
}
