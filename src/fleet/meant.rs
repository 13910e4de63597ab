//! Which row a person means.

use std::collections::BTreeSet;

use super::row::RowId;
use super::state::FleetState;

impl FleetState {
    /// The rows that `wanted` may mean: of that key, that run, or that label. One that is unambiguous means one.
    pub fn meant(&self, wanted: &str) -> BTreeSet<RowId> {
        let mut rows: BTreeSet<RowId> = self.find(wanted).into_iter().collect();
        rows.extend(self.row_of_run(wanted));
        let labelled = self.numbered().filter(|(_, row)| row.label.as_deref() == Some(wanted));
        rows.extend(labelled.map(|(id, _)| id));
        rows
    }

    fn row_of_run(&self, run: &str) -> Option<RowId> {
        let number = run.strip_prefix(self.id().as_str())?.strip_prefix('-')?;
        let id = RowId::new(number.parse().ok()?)?;
        let is_its = id.run(self.id()).is_ok_and(|its| its.as_str() == run);
        (is_its && self.row(id).is_some()).then_some(id)
    }
}
