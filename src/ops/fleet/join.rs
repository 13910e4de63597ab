//! The rows that were given, held against those that the fleet knows.

use std::collections::HashSet;

use crate::fleet::{FleetFact, FleetState, Row, RowId, RowPhase};

/// What the given rows mean for a fleet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Joined {
    /// Not known before.
    pub added: Vec<Row>,
    pub withdrawn: Vec<RowId>,
    pub returned: Vec<RowId>,
    /// Given with other inputs than they were first given with; nothing is changed about them.
    pub changed: Vec<RowId>,
    /// Known, and given as before.
    pub known: usize,
}

/// A row is known by its key alone: its place in a file, and how often the file is given, do not matter.
pub fn join(state: &FleetState, given: Vec<Row>) -> Joined {
    let mut joined = Joined::default();
    let mut met = HashSet::new();
    for row in given {
        let Some(id) = state.find(row.key.as_str()) else {
            joined.added.push(row);
            continue;
        };
        met.insert(id);
        let Some(known) = state.row(id) else { continue };
        if known.digest != state.digest_of(&row) {
            joined.changed.push(id);
        } else if known.withdrawn {
            joined.returned.push(id);
        } else {
            joined.known += 1;
        }
    }
    let gone = state.numbered().filter(|(id, row)| !met.contains(id) && !row.withdrawn);
    joined.withdrawn = gone.map(|(id, _)| id).collect();
    joined
}

impl Joined {
    /// Whether no row that is given is one of the fleet's, though it has rows: they are known by something else now, most likely.
    pub fn is_of_strangers(&self, state: &FleetState) -> bool {
        let Self { added, returned, changed, known, .. } = self;
        let meets_none = *known == 0 && returned.is_empty() && changed.is_empty();
        meets_none && !added.is_empty() && !state.rows.is_empty()
    }

    /// What the fleet's journal says of it.
    pub fn facts(&self) -> Vec<FleetFact> {
        let added = (!self.added.is_empty()).then(|| FleetFact::RowsAdded(self.added.clone()));
        let withdrawn = (!self.withdrawn.is_empty()).then(|| FleetFact::RowsWithdrawn(self.withdrawn.clone()));
        let returned = (!self.returned.is_empty()).then(|| FleetFact::RowsReturned(self.returned.clone()));
        added.into_iter().chain(withdrawn).chain(returned).collect()
    }
}

/// The rows that go on without anybody's asking: those that were interrupted first, which may hold something half done; and if a
/// command takes their outputs, those that it has not taken yet.
pub fn open_rows(state: &FleetState, hands_on: bool) -> Vec<RowId> {
    let open = || state.numbered().filter(|(_, row)| row.is_open());
    let begun = open().filter(|(_, row)| row.phase != RowPhase::Waiting);
    let waiting = open().filter(|(_, row)| row.phase == RowPhase::Waiting);
    let untaken = state.numbered().filter(|(_, row)| hands_on && row.is_untaken());
    begun.chain(untaken).chain(waiting).map(|(id, _)| id).collect()
}
