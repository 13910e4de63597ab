//! The one who writes a fleet.

use std::path::PathBuf;
use std::sync::Arc;

use super::read::{LoadedFleet, load};
use super::{checkpoint, facts};
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::fleet::{FleetEntry, FleetFact, FleetState, RowEvent, RowId};
use crate::id::RunId;
use crate::run::{Entry, RunStarted};
use crate::store::appender::{Appender, Beginning, End};
use crate::store::disk::{Disk, RunFile};
use crate::store::error::StoreError;
use crate::store::growth::{Growth, Worth};
use crate::store::journal::Origin;
use crate::store::key::Key;
use crate::store::seal::{RunKeys, Seal};
use crate::store::texts;
use crate::store::witness::Witness;
use crate::workflow::Texts;

/// When a fleet's checkpoint is worth writing. It holds all rows from the start, and each is quick to fold.
const WORTH: Worth = Worth { times: 8, least: 256 * 1024 };

/// What stands around the facts of a commit, in bytes at most: numbers before them, and the MAC that closes it. A line that has
/// room for it is not copied.
const AROUND: usize = 192;

/// A fleet to be stored.
#[derive(Debug, Clone, Copy)]
pub struct NewFleet<'a> {
    pub texts: &'a Texts,
    pub origin: &'a Origin,
    pub started: &'a RunStarted,
    pub at: Timestamp,
}

/// Facts as they will stand in the journal, at least one. Made where they arose, so that the one who writes only writes.
pub struct SealedFacts(String);

/// Seals facts of a fleet and of its rows. Cheap to clone.
#[derive(Clone)]
pub struct FleetSealer {
    fleet: RunKeys,
}

impl FleetSealer {
    pub fn fact(&self, entry: &FleetEntry) -> Result<SealedFacts, StoreError> {
        facts::fleet_fact(entry, &self.fleet).map(SealedFacts)
    }

    /// Entries of a row's run.
    pub fn row(&self, row: RowId, run: &RunId, entries: &[Entry]) -> Result<SealedFacts, StoreError> {
        facts::row_entries(row, entries, &self.fleet.part(run.clone())).map(SealedFacts)
    }
}

/// Appends to the journal of one fleet and replaces its checkpoint. There is one at a time.
pub struct FleetWriter {
    journal: Appender,
}

impl FleetWriter {
    /// Stores a new fleet on an empty disk. When this returns, it is on stable storage.
    pub fn create(
        disk: Box<dyn Disk>,
        new: NewFleet<'_>,
        key: &Key,
        entropy: Arc<dyn Entropy>,
    ) -> Result<(Self, FleetState), StoreError> {
        let NewFleet { texts, origin, started, at } = new;
        let beginning = Beginning { run: &started.run, at, origin, texts, growth: Growth::new(WORTH) };
        let (journal, files) = Appender::begin(disk, beginning, key, entropy)?;
        let mut writer = Self { journal };
        let first = FleetEntry { at, fact: FleetFact::Started(Box::new(started.clone())) };
        writer.append(&[writer.sealer().fact(&first)?], false)?;
        writer.journal.settle(&files)?;
        let state = FleetState::new(started.clone(), texts::pin(texts)?, at);
        writer.checkpoint(&state, false)?;
        Ok((writer, state))
    }

    /// Opens a fleet to go on with it. What a crash left behind the last whole commit is cut off; what was not known to be on
    /// stable storage is written once more.
    pub(in crate::store) fn resume(
        disk: Box<dyn Disk>,
        key: &Key,
        entropy: Arc<dyn Entropy>,
        witness: impl FnOnce(&str) -> Option<Witness>,
    ) -> Result<(Self, LoadedFleet), StoreError> {
        let mut disk = disk;
        let seal = Seal::read(&*disk)?;
        seal.check_writable(&*disk)?;
        seal.check_whole(&*disk)?;
        let (mut loaded, position) = load(&*disk, key, entropy)?;
        let end = position.end.offset;
        if position.has_tail {
            disk.truncate(end)?;
        }
        let unsynced = disk.read_from(RunFile::Journal, position.unsynced, usize::MAX)?;
        disk.rewrite(position.unsynced, &unsynced)?;
        let mut witness = witness(position.header.as_str());
        if let Some(witness) = &mut witness {
            let has = |commit| position.link(&*disk, commit);
            loaded.suspicion = witness.examine(|commit, mac| has(commit).is_some_and(|link| link == mac));
        }
        let at = position.end.after;
        let grown = end.saturating_sub(position.checkpointed);
        let growth = Growth::new(WORTH).since(position.checkpoint, grown);
        let ending = End { synced: at.clone(), at, header: position.header, length: end, growth };
        let mut journal = Appender::at(disk, position.keys, ending);
        journal.keep_witness(witness);
        Ok((Self { journal }, loaded))
    }

    /// Keeps the record of a new fleet.
    pub(in crate::store) fn keep_witness(&mut self, witness: impl FnOnce(&str) -> Option<Witness>) {
        let witness = witness(self.journal.header().as_str());
        self.journal.keep_witness(witness);
        self.bear_witness();
    }

    fn bear_witness(&mut self) {
        let commit = self.journal.points().1.commit;
        self.journal.bear_witness(commit);
    }

    pub fn path(&self, file: RunFile) -> PathBuf {
        self.journal.path(file)
    }

    /// The journal says from here on that the folder may be a copy.
    pub fn accept(&mut self) {
        self.journal.accept();
    }

    pub fn sealer(&self) -> FleetSealer {
        FleetSealer { fleet: self.journal.keys.clone() }
    }

    /// Commits facts, all or none, in one write, and gives where in the journal the commit begins, in bytes. With `sync`,
    /// everything is on stable storage when this returns. After an error nothing more is written.
    pub fn append(&mut self, facts: &[SealedFacts], sync: bool) -> Result<u64, StoreError> {
        let begins = self.journal.length();
        if !facts.is_empty() {
            let length: usize = facts.iter().map(|fact| fact.0.len() + 1).sum();
            self.journal.append(|commit, synced, _| {
                let mut line = String::with_capacity(length + AROUND);
                line.push_str(&format!(r#"{{"commit":{commit},"synced":{synced},"facts":["#));
                for (number, fact) in facts.iter().enumerate() {
                    line.push_str(if number == 0 { "" } else { "," });
                    line.push_str(&fact.0);
                }
                line.push_str("]}");
                Ok(line)
            })?;
        }
        if sync {
            let commit = self.journal.points().0.commit;
            self.journal.sync(commit)?;
        }
        Ok(begins)
    }

    /// Commits facts of the fleet and, behind them, entries of its rows, and takes all of it into `state`.
    pub fn record(
        &mut self,
        state: &mut FleetState,
        facts: &[FleetEntry],
        rows: &[(RowId, &[Entry])],
        sync: bool,
    ) -> Result<(), StoreError> {
        let path = self.path(RunFile::Journal);
        let illegal = |error: &dyn std::fmt::Display| StoreError::damaged(path.clone(), None, error.to_string());
        let sealer = self.sealer();
        let mut sealed = facts.iter().map(|entry| sealer.fact(entry)).collect::<Result<Vec<_>, _>>()?;
        for (row, entries) in rows.iter().filter(|(_, entries)| !entries.is_empty()) {
            let run = row.run(state.id()).map_err(|error| illegal(&error))?;
            sealed.push(sealer.row(*row, &run, entries)?);
        }
        let offset = self.append(&sealed, sync)?;
        let mut taken = facts.iter().try_for_each(|entry| state.apply(entry));
        for (row, entry) in rows.iter().flat_map(|(row, entries)| entries.iter().map(move |entry| (*row, entry))) {
            taken = taken.and_then(|()| state.apply_row(row, RowEvent::of(entry), offset));
        }
        taken.map_err(|error| illegal(&error))
    }

    /// Puts another text of the workflow beside the earlier ones, and gives what pins it.
    pub fn keep_workflow(&mut self, version: u32, texts: &Texts) -> Result<String, StoreError> {
        self.journal.keep_workflow(version, texts)
    }

    /// Whether the journal has grown enough for a new checkpoint.
    pub fn checkpoint_due(&self) -> bool {
        self.journal.is_checkpoint_due()
    }

    /// Replaces the checkpoint by `state`, which is that after the last commit. An error here does not touch the journal.
    pub fn checkpoint(&mut self, state: &FleetState, durable: bool) -> Result<(), StoreError> {
        self.append(&[], true)?;
        let text = checkpoint::write(state, self.journal.points().0, self.journal.length(), &self.journal.keys)?;
        self.journal.replace_checkpoint(&text, durable)
    }
}
