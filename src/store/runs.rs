//! All runs of a store: `.onramp/runs/ID/`.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::Mode;
use rustix::io::Errno;

use super::error::StoreError;
use super::fleet::{FleetReader, FleetWriter, LoadedFleet, NewFleet, read as read_fleet};
use super::folder::{Folder, failed};
use super::journal::Lines;
use super::key::Key;
use super::load::{Loaded, load};
use super::lock::Holder;
use super::seal::Seal;
use super::suspicion::Suspicion;
use super::witness::{Identity, Witness};
use super::writer::{NewRun, RunWriter};
use crate::entropy::Entropy;
use crate::fleet::FleetState;
use crate::id::RunId;
use crate::run::Entry;

/// The name by which the newest run is meant.
pub(super) const LAST: &str = "last";

/// A folder with runs. Nothing is created before the first run is.
#[derive(Clone)]
pub struct Store {
    dir: PathBuf,
    /// The folder of it in which they are.
    area: &'static str,
    entropy: Arc<dyn Entropy>,
    /// Where it is noted how far each run has come.
    witnesses: Option<PathBuf>,
}

impl Store {
    /// The store in `dir`, usually `.onramp`.
    pub fn open(dir: impl Into<PathBuf>, entropy: Arc<dyn Entropy>) -> Self {
        Self { dir: dir.into(), area: "runs", entropy, witnesses: None }
    }

    /// The same, with a folder outside of it in which it is noted how far each run has come. Without one, every run that is
    /// resumed may be a copy.
    pub fn witnessed(self, witnesses: Option<PathBuf>) -> Self {
        Self { witnesses, ..self }
    }

    /// The fleets of the same store. They have names, locks and seals as runs do; what is in their journals only
    /// [`Self::create_fleet`], [`Self::resume_fleet`], [`Self::read_fleet`] and [`Self::fleet_reader`] understand.
    pub fn fleets(&self) -> Self {
        Self { area: "fleets", ..self.clone() }
    }

    /// The folder of a run, whether or not it is there.
    pub fn run_dir(&self, run: &RunId) -> PathBuf {
        self.runs().join(run.as_str())
    }

    pub(super) fn runs(&self) -> PathBuf {
        self.dir.join(self.area)
    }

    /// Stores a new run, named in `new.state`. It appears whole, with its first entry, or not at all.
    pub fn create(&self, new: NewRun<'_>, key: &Key, holder: &Holder) -> Result<RunWriter, StoreError> {
        let run = &new.state.started.run;
        let (folder, identity) = self.begin(run, holder)?;
        let mut writer = RunWriter::create(Box::new(folder), new, key, self.entropy.clone())?;
        writer.keep_witness(|header| self.witness(run, header, identity));
        self.show(run).map(|()| writer)
    }

    /// Stores a new fleet, named in `new.started`, in the same way.
    pub fn create_fleet(
        &self,
        new: NewFleet<'_>,
        key: &Key,
        holder: &Holder,
    ) -> Result<(FleetWriter, FleetState), StoreError> {
        let fleet = &new.started.run;
        let (folder, identity) = self.begin(fleet, holder)?;
        let (mut writer, state) = FleetWriter::create(Box::new(folder), new, key, self.entropy.clone())?;
        writer.keep_witness(|header| self.witness(fleet, header, identity));
        self.show(fleet).map(|()| (writer, state))
    }

    /// A folder in which a run is put together.
    fn begin(&self, run: &RunId, holder: &Holder) -> Result<(Folder, Identity), StoreError> {
        if run.as_str() == LAST {
            return Err(StoreError::Reserved { run: run.clone() });
        }
        self.make_folders()?;
        if fs::symlink_metadata(self.run_dir(run)).is_ok() {
            return Err(StoreError::Exists { run: run.clone() });
        }
        let folder = self.stage(run, holder)?;
        let identity = folder.identity()?;
        Ok((folder, identity))
    }

    /// Lets a run appear that was put together. What is known of it outside of the store was noted before: one that is killed
    /// just then must not look as if it came from elsewhere.
    fn show(&self, run: &RunId) -> Result<(), StoreError> {
        match rustix::fs::rename(self.staging(run), self.run_dir(run)) {
            Ok(()) => sync_folder(&self.runs()),
            Err(Errno::EXIST | Errno::NOTEMPTY) => Err(StoreError::Exists { run: run.clone() }),
            Err(error) => Err(failed("create", self.run_dir(run), error)),
        }
    }

    /// Where a run is put together before it appears. No run id begins with a dot.
    fn staging(&self, run: &RunId) -> PathBuf {
        self.runs().join(format!(".new-{run}"))
    }

    /// An empty, locked folder that will be shown at the run's own place. One that a killed process left is used again.
    fn stage(&self, run: &RunId, holder: &Holder) -> Result<Folder, StoreError> {
        let path = self.staging(run);
        match rustix::fs::mkdir(&path, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(failed("create", path, error)),
        }
        let exists = || StoreError::Exists { run: run.clone() };
        let mut folder = Folder::open(path)?.ok_or_else(exists)?;
        folder.lock(run, holder)?;
        if !folder.is_in_place() {
            return Err(exists()); // another process finished it while we waited for the lock
        }
        folder.clear()?;
        folder.show_at(self.run_dir(run));
        Ok(folder)
    }

    /// Opens a run to go on with it, as its only writer. With a wrong key, or in a newer format, nothing is touched.
    pub fn resume(&self, run: &RunId, key: &Key, holder: &Holder) -> Result<(RunWriter, Loaded), StoreError> {
        let (folder, identity) = self.take(run, key, holder)?;
        let witness = |header: &str| self.witness(run, header, identity);
        let (writer, mut loaded) = RunWriter::resume_beside(Box::new(folder), key, self.entropy.clone(), witness)?;
        loaded.suspicion = self.suspicion(loaded.suspicion);
        Ok((writer, loaded))
    }

    /// The same for a fleet.
    pub fn resume_fleet(
        &self,
        fleet: &RunId,
        key: &Key,
        holder: &Holder,
    ) -> Result<(FleetWriter, LoadedFleet), StoreError> {
        let (folder, identity) = self.take(fleet, key, holder)?;
        let witness = |header: &str| self.witness(fleet, header, identity);
        let (writer, mut loaded) = FleetWriter::resume(Box::new(folder), key, self.entropy.clone(), witness)?;
        loaded.suspicion = self.suspicion(loaded.suspicion);
        Ok((writer, loaded))
    }

    /// The locked folder of a run that can be written to with this key.
    fn take(&self, run: &RunId, key: &Key, holder: &Holder) -> Result<(Folder, Identity), StoreError> {
        let mut folder = self.folder(run)?;
        let seal = Seal::read(&folder)?;
        seal.check_writable(&folder)?;
        seal.check_whole(&folder)?;
        seal.open(&folder, key, self.entropy.clone())?;
        folder.lock(run, holder)?;
        if !folder.is_in_place() {
            return Err(self.not_found(run.as_str()));
        }
        let identity = folder.identity()?;
        Ok((folder, identity))
    }

    fn suspicion(&self, found: Option<Suspicion>) -> Option<Suspicion> {
        if self.witnesses.is_none() { Some(Suspicion::Homeless) } else { found }
    }

    /// Reads a fleet as it is now, also while it is being written.
    pub fn read_fleet(&self, fleet: &RunId, key: &Key) -> Result<LoadedFleet, StoreError> {
        read_fleet(&self.folder(fleet)?, key, self.entropy.clone())
    }

    /// Who reads rows of a fleet.
    pub fn fleet_reader(&self, fleet: &RunId, key: &Key) -> Result<FleetReader, StoreError> {
        FleetReader::open(self.folder(fleet)?, key, self.entropy.clone())
    }

    /// `header` is the MAC of the journal's first line.
    pub(super) fn witness(&self, run: &RunId, header: &str, folder: Identity) -> Option<Witness> {
        Some(Witness::new(self.witnesses.as_ref()?, run, header, folder))
    }

    /// Reads a run as it is now, also while it is being written.
    pub fn read(&self, run: &RunId, key: &Key) -> Result<Loaded, StoreError> {
        load(&self.folder(run)?, key, self.entropy.clone()).map(|(loaded, _)| loaded)
    }

    /// All entries of a run, from its first.
    pub fn history(&self, run: &RunId, key: &Key) -> Result<Vec<Entry>, StoreError> {
        let folder = self.folder(run)?;
        let keys = Seal::read(&folder)?.open(&folder, key, self.entropy.clone())?;
        Lines::read(&folder, &keys)?.entries_after(0, 1, &keys)
    }

    /// The id of the key that a run is sealed with.
    pub fn key_id(&self, run: &RunId) -> Result<String, StoreError> {
        Seal::read(&self.folder(run)?).map(|seal| seal.key)
    }

    /// Whether a run is being written now.
    pub fn is_locked(&self, run: &RunId) -> Result<bool, StoreError> {
        self.folder(run)?.is_locked()
    }

    pub(super) fn not_found(&self, wanted: &str) -> StoreError {
        StoreError::NotFound { wanted: wanted.to_owned(), store: self.dir.clone() }
    }

    pub(super) fn entropy(&self) -> &Arc<dyn Entropy> {
        &self.entropy
    }

    pub(super) fn folder(&self, run: &RunId) -> Result<Folder, StoreError> {
        let folder = Folder::open(self.run_dir(run))?.ok_or_else(|| self.not_found(run.as_str()))?;
        let inside = Seal::read(&folder)?.run(&folder)?;
        if inside == *run {
            return Ok(folder);
        }
        let what = format!("this folder holds run {inside}; give it that name again");
        Err(StoreError::damaged(self.run_dir(run), None, what))
    }

    fn make_folders(&self) -> Result<(), StoreError> {
        make_folder(&self.dir)?;
        let ignore = self.dir.join(".gitignore");
        match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&ignore) {
            Ok(mut file) => file.write_all(b"*\n").map_err(|source| io_error("write", &ignore, source))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(io_error("create", &ignore, source)),
        }
        make_folder(&self.runs())
    }
}

/// Makes a folder and those above it, as far as they are missing, and sees to it that they last.
fn make_folder(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    make_folder(parent)?;
    match rustix::fs::mkdir(path, Mode::RWXU) {
        Ok(()) => sync_folder(parent),
        Err(Errno::EXIST) if path.is_dir() => Ok(()),
        Err(error) => Err(failed("create", path.to_owned(), error)),
    }
}

pub(super) fn sync_folder(path: &Path) -> Result<(), StoreError> {
    fs::File::open(path).and_then(|folder| folder.sync_all()).map_err(|source| io_error("sync", path, source))
}

pub(super) fn io_error(doing: &'static str, path: &Path, source: io::Error) -> StoreError {
    StoreError::Io { doing, path: path.to_owned(), source }
}
