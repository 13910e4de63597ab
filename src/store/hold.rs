//! A run that is handled as a whole: forgotten, freed of its secrets, or sealed under another key. Nobody else writes it
//! meanwhile.

use std::fs;

use serde::Deserialize;

use super::disk::{Disk as _, RunFile};
use super::error::StoreError;
use super::find::MAX_HEADER;
use super::fleet::{LoadedFleet, read as read_fleet};
use super::folder::{Folder, failed};
use super::key::Key;
use super::load::{Loaded, load};
use super::lock::Holder;
use super::runs::{Store, io_error, sync_folder};
use super::seal::Seal;
use super::witness::Witness;
use crate::clock::Timestamp;
use crate::id::RunId;

/// A run folder is renamed to this and its id before it is removed. No run id begins with a dot.
const FORGOTTEN: &str = ".forgotten-";

/// A line of the journal, as far as it is of interest here.
#[derive(Deserialize)]
struct Sealed {
    mac: String,
}

/// A locked run.
pub struct Held<'a> {
    store: &'a Store,
    folder: Folder,
    run: RunId,
}

impl Store {
    /// Locks a run; refused while somebody writes it.
    pub fn hold(&self, run: &RunId, holder: &Holder) -> Result<Held<'_>, StoreError> {
        let mut folder = self.folder(run)?;
        folder.lock(run, holder)?;
        if !folder.is_in_place() {
            return Err(self.not_found(run.as_str()));
        }
        Ok(Held { store: self, folder, run: run.clone() })
    }

    /// Removes what a process left that died while it forgot a run.
    pub fn sweep(&self) -> Result<(), StoreError> {
        let runs = self.runs();
        let entries = match fs::read_dir(&runs) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(|source| io_error("list", &runs, source))?,
        };
        for entry in entries {
            let entry = entry.map_err(|source| io_error("list", &runs, source))?;
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(FORGOTTEN)) {
                remove(&entry.path())?;
            }
        }
        Ok(())
    }
}

impl Held<'_> {
    /// The run as it is now.
    pub fn read(&self, key: &Key) -> Result<Loaded, StoreError> {
        load(&self.folder, key, self.store.entropy().clone()).map(|(loaded, _)| loaded)
    }

    /// The same of a fleet.
    pub fn read_fleet(&self, key: &Key) -> Result<LoadedFleet, StoreError> {
        read_fleet(&self.folder, key, self.store.entropy().clone())
    }

    /// Removes the run. It is gone at once: what a crash leaves of it is never read as a run.
    pub fn forget(self) -> Result<(), StoreError> {
        let (place, runs) = (self.store.run_dir(&self.run), self.store.runs());
        let witness = self.witness()?;
        let forgotten = runs.join(format!("{FORGOTTEN}{}", self.run));
        remove(&forgotten)?;
        rustix::fs::rename(&place, &forgotten).map_err(|error| failed("remove", place, error))?;
        sync_folder(&runs)?;
        if let Some(witness) = witness {
            witness.forget().map_err(|source| io_error("forget what is known of", &forgotten, source))?;
        }
        remove(&forgotten)
    }

    /// What is known of the run outside of the store; `None` also if its journal does not say which run it is.
    fn witness(&self) -> Result<Option<Witness>, StoreError> {
        let line = self.folder.first_line(MAX_HEADER)?;
        let mac = serde_json::from_slice::<Sealed>(&line).ok();
        let identity = self.folder.identity()?;
        Ok(mac.and_then(|line| self.store.witness(&self.run, &line.mac, identity)))
    }

    /// Makes every secret of the run unreadable, for good; all else stays readable.
    pub fn prune_secrets(mut self, key: &Key, at: Timestamp) -> Result<(), StoreError> {
        let seal = self.writable_seal()?.without_secrets(&self.folder, key, at, &**self.store.entropy())?;
        self.folder.replace(RunFile::Seal, seal.to_line()?.as_bytes(), true)
    }

    /// Seals the run under `to`. `false` if it was already.
    pub fn rewrap(mut self, from: &Key, to: &Key) -> Result<bool, StoreError> {
        let seal = self.writable_seal()?;
        if seal.key == to.id() {
            return Ok(false);
        }
        let seal = seal.rewrap(&self.folder, from, to, &**self.store.entropy())?;
        self.folder.replace(RunFile::Seal, seal.to_line()?.as_bytes(), true)?;
        Ok(true)
    }

    fn writable_seal(&self) -> Result<Seal, StoreError> {
        let seal = Seal::read(&self.folder)?;
        seal.check_writable(&self.folder)?;
        Ok(seal)
    }
}

fn remove(path: &std::path::Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io_error("remove", path, error)),
        _ => Ok(()),
    }
}
