//! Reading a fleet, and rows of it: what is read is checked, nothing is changed.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use super::checkpoint::{self, Known};
use super::facts::{self, Fact};
use super::scan::{Place, Scan, place_at};
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::fleet::{FleetState, RowEvent, RowId, RowState};
use crate::id::RunId;
use crate::run;
use crate::store::chain::Link;
use crate::store::disk::{Disk, RunFile};
use crate::store::error::StoreError;
use crate::store::folder::Folder;
use crate::store::journal::{Header, Origin};
use crate::store::key::Key;
use crate::store::load::Loaded;
use crate::store::seal::{RunKeys, Seal};
use crate::store::suspicion::Suspicion;
use crate::store::texts;
use crate::workflow::Texts;

/// A fleet as it is stored.
pub struct LoadedFleet {
    pub fleet: RunId,
    pub created: Timestamp,
    pub origin: Origin,
    /// As the workflow is now.
    pub texts: Texts,
    pub state: FleetState,
    pub secrets_pruned: Option<Timestamp>,
    pub warnings: Vec<String>,
    /// Why the folder may be a copy. Known only to who opens it to go on.
    pub suspicion: Option<Suspicion>,
}

/// Where a writer goes on.
pub(super) struct Position {
    pub keys: RunKeys,
    pub header: Link,
    pub end: Place,
    pub has_tail: bool,
    /// From here on lines may not be on stable storage.
    pub unsynced: u64,
    /// The size of the checkpoint, and the length of the journal that it knew, in bytes.
    pub checkpoint: u64,
    pub checkpointed: u64,
    /// The commits that were read, with their MACs.
    links: BTreeMap<u64, Link>,
}

impl Position {
    /// The MAC of a commit, wherever it stands.
    pub fn link(&self, disk: &dyn Disk, commit: u64) -> Option<String> {
        let known = self.links.get(&commit).map(|link| link.as_str().to_owned());
        known.or_else(|| {
            let mut scan = Scan::from(disk, &self.keys, Place::beginning());
            while scan.next().ok()?.is_some() {
                if scan.place().after.commit == commit {
                    return Some(scan.place().after.link.as_str().to_owned());
                }
            }
            None
        })
    }
}

/// Reads a fleet as it is now.
pub(in crate::store) fn read(disk: &dyn Disk, key: &Key, entropy: Arc<dyn Entropy>) -> Result<LoadedFleet, StoreError> {
    load(disk, key, entropy).map(|(loaded, _)| loaded)
}

pub(super) fn load(
    disk: &dyn Disk,
    key: &Key,
    entropy: Arc<dyn Entropy>,
) -> Result<(LoadedFleet, Position), StoreError> {
    let seal = Seal::read(disk)?;
    let keys = seal.open(disk, key, entropy)?;
    let secrets_pruned = seal.secrets_pruned();
    let pruned = |at| format!("the secrets of fleet {} were pruned at {at}; nothing opens them any more", keys.run);
    let mut warnings: Vec<String> = secrets_pruned.map(pruned).into_iter().collect();
    // Read before the journal, which then is at least as new.
    let known = checkpoint::read(disk, &keys)?.map_err(|warning| warnings.push(warning)).ok();
    let (header, first) = header(disk, &keys)?;
    let (from, checkpoint) = known.as_ref().map_or((first.clone(), 0), |known| (known.place.clone(), known.size));
    let checkpointed = from.offset;
    let mut fold = Fold { state: known.map(|Known { state, .. }| state), pin: header.workflow.clone() };
    let mut links = BTreeMap::from([(from.after.commit, from.after.link.clone())]);
    let mut ends = VecDeque::from([(from.after.commit, from.offset)]);
    let mut scan = Scan::from(disk, &keys, from);
    while let Some(line) = scan.next()? {
        let commit = line.commit(disk)?;
        for fact in commit.facts {
            fold.take(fact.get(), line.offset, &keys, disk)?;
        }
        while ends.len() > 1 && ends.get(1).is_some_and(|(number, _)| *number <= commit.synced) {
            ends.pop_front();
        }
        let end = scan.place();
        links.insert(end.after.commit, end.after.link.clone());
        ends.push_back((end.after.commit, end.offset));
    }
    let state = fold.state.ok_or_else(|| {
        StoreError::damaged(disk.path(RunFile::Journal), 2, "the fleet has no beginning; its journal was cut")
    })?;
    let pin = state.workflows.last().cloned().unwrap_or_default();
    let loaded = LoadedFleet {
        fleet: keys.run.clone(),
        created: header.created.0,
        origin: header.origin,
        texts: texts::read(disk, state.version(), &pin)?,
        state,
        secrets_pruned,
        warnings,
        suspicion: None,
    };
    let (end, has_tail) = (scan.place().clone(), scan.has_tail());
    let unsynced = ends.front().map_or(checkpointed, |(_, end)| *end);
    let header = first.after.link;
    Ok((loaded, Position { keys, header, end, has_tail, unsynced, checkpoint, checkpointed, links }))
}

/// The journal's first line, and where the next begins.
fn header(disk: &dyn Disk, keys: &RunKeys) -> Result<(Header, Place), StoreError> {
    let mut scan = Scan::from(disk, keys, Place::beginning());
    let wrong = |what: String| StoreError::damaged(disk.path(RunFile::Journal), 1, what);
    let line = scan.next()?.ok_or_else(|| wrong("the journal has no whole first line; it was cut".to_owned()))?;
    let header = serde_json::from_slice(line.bytes).map_err(|error| wrong(error.to_string()))?;
    Ok((header, scan.place().clone()))
}

struct Fold {
    state: Option<FleetState>,
    /// What pins the first text.
    pin: String,
}

impl Fold {
    fn take(&mut self, text: &str, offset: u64, keys: &RunKeys, disk: &dyn Disk) -> Result<(), StoreError> {
        let wrong = |why: String| {
            let what = format!("the commit at byte {offset} does not make sense: {why}");
            StoreError::damaged(disk.path(RunFile::Journal), None, what)
        };
        let Some(fact) = facts::open(text, keys, |_| true).map_err(|error| wrong(error.0))? else { return Ok(()) };
        let Some(state) = &mut self.state else {
            let (at, started) =
                facts::started(fact).ok_or_else(|| wrong("the fleet begins with another fact".into()))?;
            self.state = Some(FleetState::new(started, self.pin.clone(), at));
            return Ok(());
        };
        let applied = match fact {
            Fact::Row(row, entry) => state.apply_row(row, RowEvent::of(&entry), offset),
            Fact::Fleet(entry) => state.apply(&entry),
        };
        applied.map_err(|error| wrong(error.to_string()))
    }
}

/// Entries of a row as they stand in the journal.
#[derive(Default)]
pub struct RowFacts(Vec<Box<str>>);

/// Reads rows of a fleet, also while it is being written.
pub struct FleetReader {
    folder: Folder,
    keys: RunKeys,
    origin: Origin,
    secrets_pruned: Option<Timestamp>,
}

impl FleetReader {
    pub(in crate::store) fn open(folder: Folder, key: &Key, entropy: Arc<dyn Entropy>) -> Result<Self, StoreError> {
        let seal = Seal::read(&folder)?;
        let keys = seal.open(&folder, key, entropy)?;
        let (Header { origin, .. }, _) = header(&folder, &keys)?;
        Ok(Self { folder, keys, origin, secrets_pruned: seal.secrets_pruned() })
    }

    /// Finds what happened in `rows`, in one pass from the first to the last commit that is about any of them.
    pub fn facts(&self, state: &FleetState, rows: &[RowId]) -> Result<HashMap<RowId, RowFacts>, StoreError> {
        let begun = rows.iter().filter_map(|row| Some((*row, state.row(*row).filter(|row| row.began.is_some())?)));
        let mut found: HashMap<RowId, RowFacts> = begun.clone().map(|(row, _)| (row, RowFacts::default())).collect();
        let ends = begun.map(|(_, RowState { from, to, .. })| (*from, *to));
        let Some((from, to)) = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else { return Ok(found) };
        let mut scan = Scan::from(&self.folder, &self.keys, place_at(&self.folder, from)?);
        while scan.place().offset <= to {
            let Some(line) = scan.next()? else { break };
            for fact in line.commit(&self.folder)?.facts {
                if let Some(facts) = facts::row_of(fact.get()).and_then(|row| found.get_mut(&row)) {
                    facts.0.push(fact.get().into());
                }
            }
        }
        Ok(found)
    }

    /// A row as any run is loaded.
    pub fn row(&self, state: &FleetState, row: RowId, facts: &RowFacts) -> Result<Loaded, StoreError> {
        let journal = || self.folder.path(RunFile::Journal);
        let wrong = |why: String| StoreError::damaged(journal(), None, format!("row {row} does not make sense: {why}"));
        let mut entries = Vec::with_capacity(facts.0.len());
        for fact in &facts.0 {
            if let Some(Fact::Row(_, entry)) =
                facts::open(fact, &self.keys, |_| true).map_err(|error| wrong(error.0))?
            {
                entries.push(*entry);
            }
        }
        let known = state.row(row).ok_or_else(|| wrong("there is no such row".to_owned()))?;
        let text = |pin: &str| {
            let version = state.workflows.iter().position(|known| known == pin).map_or(0, |index| index + 1);
            texts::read(&self.folder, u32::try_from(version).unwrap_or(0), pin)
        };
        let first = (known.version as usize).checked_sub(1).and_then(|index| state.workflows.get(index));
        let edits = entries.iter().filter_map(|entry| match &entry.fact {
            run::Fact::Replanned(to) => Some(text(&to.workflow)),
            _ => None,
        });
        Ok(Loaded {
            run: row.run(&self.keys.run).map_err(|error| wrong(error.to_string()))?,
            created: known.began.unwrap_or(state.began),
            origin: self.origin.clone(),
            texts: text(first.map_or("", String::as_str))?,
            edits: edits.collect::<Result<_, _>>()?,
            earlier: BTreeMap::new(),
            snapshot: None,
            entries,
            secrets_pruned: self.secrets_pruned,
            warnings: Vec::new(),
            suspicion: None,
        })
    }
}
