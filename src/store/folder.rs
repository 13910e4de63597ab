//! A run's folder on a real disk. Files are reached through the opened folder, so that nobody can slip in a link.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, openat, renameat, statat};
use rustix::io::Errno;

use super::cancel::CANCEL;
use super::disk::{Disk, RunFile};
use super::error::StoreError;
use super::lock::{self, Holder, Lock};
use super::witness::Identity;
use crate::id::RunId;

const LOCK: &str = "lock";
const PRIVATE_FILE: Mode = Mode::RUSR.union(Mode::WUSR);

/// A run's folder.
pub(super) struct Folder {
    fd: OwnedFd,
    path: PathBuf,
    /// Open for appending.
    journal: Option<File>,
    /// Held as long as the folder is written to.
    lock: Option<Lock>,
}

impl Folder {
    /// `None` if there is no such folder.
    pub fn open(path: PathBuf) -> Result<Option<Self>, StoreError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match openat(CWD, &path, flags, Mode::empty()) {
            Ok(fd) => Ok(Some(Self { fd, path, journal: None, lock: None })),
            Err(Errno::NOENT) => Ok(None),
            Err(_) if is_link(CWD, &path) => Err(StoreError::Symlink { path }),
            Err(error) => Err(failed("open", path, error)),
        }
    }

    /// Takes the lock of `run`, and keeps it for as long as this folder is used.
    pub fn lock(&mut self, run: &RunId, holder: &Holder) -> Result<(), StoreError> {
        let file = self.create_file(LOCK, OFlags::RDWR)?;
        let taken = Lock::take(file, holder);
        let taken = taken.map_err(|source| StoreError::Io { doing: "lock", path: self.path.join(LOCK), source })?;
        let lock = taken.map_err(|taken| StoreError::Locked { run: run.clone(), holder: taken.0 })?;
        // Asked of a process that is gone; it is not about what begins now. A folder of that name asks for nothing.
        if !self.is_folder(CANCEL) {
            self.remove(CANCEL)?;
        }
        self.lock = Some(lock);
        Ok(())
    }

    /// Whether somebody holds the lock now.
    pub fn is_locked(&self) -> Result<bool, StoreError> {
        let Some(file) = self.open_file(LOCK, OFlags::RDONLY)? else { return Ok(false) };
        lock::is_held(&file).map_err(|source| StoreError::Io { doing: "read", path: self.path.join(LOCK), source })
    }

    /// Calls the folder by the path to which it will be moved.
    pub fn show_at(&mut self, path: PathBuf) {
        self.path = path;
    }

    /// What tells this folder from a copy, at the path by which it is called.
    pub fn identity(&self) -> Result<Identity, StoreError> {
        let find = |source| StoreError::Io { doing: "find", path: self.path.clone(), source };
        let (parent, name) = (self.path.parent(), self.path.file_name());
        let (Some(parent), Some(name)) = (parent, name) else { return Err(find(io::ErrorKind::InvalidInput.into())) };
        let absolute = std::fs::canonicalize(parent).map_err(find)?.join(name);
        let stat = rustix::fs::fstat(&self.fd).map_err(|error| failed("read", self.path.clone(), error))?;
        Ok(Identity { path: absolute.to_string_lossy().into_owned(), inode: stat.st_ino })
    }

    /// Whether the folder still stands at its path: it is not there any more if it was renamed or removed.
    pub fn is_in_place(&self) -> bool {
        let here = rustix::fs::fstat(&self.fd);
        let there = statat(CWD, &self.path, AtFlags::SYMLINK_NOFOLLOW);
        matches!((here, there), (Ok(here), Ok(there)) if (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino))
    }

    /// Removes every file of the run but the lock, as far as they are there.
    pub fn clear(&self) -> Result<(), StoreError> {
        let texts = [RunFile::Workflow(1), RunFile::Library(1)];
        let files = [RunFile::Journal, RunFile::Checkpoint, RunFile::Seal].into_iter().chain(texts);
        files.into_iter().try_for_each(|file| self.remove(&file.name()))
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        match rustix::fs::unlinkat(&self.fd, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(failed("remove", self.path.join(name), error)),
        }
    }

    /// Puts a small file into the folder, whole; it is called `new` until it is.
    pub fn place(&self, name: &str, new: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let mut file = self.create_file(new, OFlags::WRONLY | OFlags::TRUNC)?;
        let written = file.write_all(bytes);
        written.map_err(|source| StoreError::Io { doing: "write", path: self.path.join(new), source })?;
        renameat(&self.fd, new, &self.fd, name).map_err(|error| {
            // What did not get to its place is of no use to anybody.
            let _ = self.remove(new);
            failed("replace", self.path.join(name), error)
        })
    }

    fn is_folder(&self, name: &str) -> bool {
        statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW)
            .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
    }

    pub fn has(&self, name: &str) -> bool {
        statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW).is_ok()
    }

    /// Removes a small file and gives what was in it, as far as it can be read; `None` if it was not there.
    pub fn take(&self, name: &str, limit: u64) -> Option<Vec<u8>> {
        if !self.has(name) {
            return None;
        }
        let mut bytes = Vec::new();
        if let Ok(Some(file)) = self.open_file(name, OFlags::RDONLY) {
            let _ = file.take(limit).read_to_end(&mut bytes);
        }
        self.remove(name).ok().map(|()| bytes)
    }

    /// The first line of the journal, at most `limit` bytes of it.
    pub fn first_line(&self, limit: u64) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::new();
        if let Some(file) = self.open_file(&RunFile::Journal.name(), OFlags::RDONLY)? {
            let read = file.take(limit).read_to_end(&mut bytes);
            read.map_err(|source| self.error("read", RunFile::Journal, source))?;
        }
        bytes.truncate(bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0));
        Ok(bytes)
    }

    /// `None` if there is no such file.
    fn open_file(&self, name: &str, flags: OFlags) -> Result<Option<File>, StoreError> {
        // Without NONBLOCK a pipe in the place of a file would keep us waiting.
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        match openat(&self.fd, name, flags, PRIVATE_FILE) {
            Ok(fd) => Ok(Some(File::from(fd))),
            Err(Errno::NOENT) if !flags.contains(OFlags::CREATE) => Ok(None),
            Err(_) if is_link(&self.fd, Path::new(name)) => Err(StoreError::Symlink { path: self.path.join(name) }),
            Err(error) => Err(failed("open", self.path.join(name), error)),
        }
    }

    fn create_file(&self, name: &str, flags: OFlags) -> Result<File, StoreError> {
        let file = self.open_file(name, flags | OFlags::CREATE)?;
        file.ok_or_else(|| failed("create", self.path.join(name), Errno::NOENT))
    }

    fn journal(&mut self) -> Result<&mut File, StoreError> {
        if self.journal.is_none() {
            self.journal = Some(self.create_file(&RunFile::Journal.name(), OFlags::WRONLY | OFlags::APPEND)?);
        }
        self.journal.as_mut().ok_or_else(|| failed("open", self.path.join(&*RunFile::Journal.name()), Errno::BADF))
    }

    /// The folder itself: which files there are.
    fn sync_names(&self) -> Result<(), StoreError> {
        rustix::fs::fsync(&self.fd).map_err(|error| failed("sync", self.path.clone(), error))
    }

    fn error(&self, doing: &'static str, file: RunFile, source: io::Error) -> StoreError {
        StoreError::Io { doing, path: self.path.join(&*file.name()), source }
    }
}

impl Disk for Folder {
    fn path(&self, file: RunFile) -> PathBuf {
        self.path.join(&*file.name())
    }

    fn read(&self, file: RunFile) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(mut opened) = self.open_file(&file.name(), OFlags::RDONLY)? else { return Ok(None) };
        let mut bytes = Vec::new();
        opened.read_to_end(&mut bytes).map_err(|source| self.error("read", file, source))?;
        Ok(Some(bytes))
    }

    fn read_from(&self, file: RunFile, offset: u64, limit: usize) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::new();
        let Some(mut opened) = self.open_file(&file.name(), OFlags::RDONLY)? else { return Ok(bytes) };
        let read = opened.seek(SeekFrom::Start(offset)).and_then(|_| opened.take(limit as u64).read_to_end(&mut bytes));
        read.map_err(|source| self.error("read", file, source))?;
        Ok(bytes)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let written = self.journal()?.write_all(bytes);
        written.map_err(|source| self.error("write", RunFile::Journal, source))
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        let synced = self.journal()?.sync_data();
        synced.map_err(|source| self.error("sync", RunFile::Journal, source))
    }

    fn rewrite(&mut self, from: u64, bytes: &[u8]) -> Result<(), StoreError> {
        // Not the file that is open for appending: that one writes nowhere but at its end.
        let journal = self.create_file(&RunFile::Journal.name(), OFlags::WRONLY)?;
        let written = journal.write_all_at(bytes, from).and_then(|()| journal.sync_all());
        written.map_err(|source| self.error("write", RunFile::Journal, source))
    }

    fn truncate(&mut self, len: u64) -> Result<(), StoreError> {
        let journal = self.journal()?;
        let cut = journal.set_len(len).and_then(|()| journal.sync_all());
        cut.map_err(|source| self.error("cut", RunFile::Journal, source))
    }

    fn replace(&mut self, file: RunFile, bytes: &[u8], durable: bool) -> Result<(), StoreError> {
        // Only the holder of the lock writes, so that one name is enough and a killed process leaves no litter.
        let new = format!("{}.new", file.name());
        let mut opened = self.create_file(&new, OFlags::WRONLY | OFlags::TRUNC)?;
        let written = opened.write_all(bytes).and_then(|()| if durable { opened.sync_all() } else { Ok(()) });
        written.map_err(|source| self.error("write", file, source))?;
        renameat(&self.fd, &new, &self.fd, &*file.name()).map_err(|error| failed("replace", self.path(file), error))?;
        if durable { self.sync_names() } else { Ok(()) }
    }

    fn settle(&mut self, files: &[RunFile]) -> Result<(), StoreError> {
        for file in files {
            let opened = self.create_file(&file.name(), OFlags::WRONLY)?;
            opened.sync_all().map_err(|source| self.error("sync", *file, source))?;
        }
        self.sync()?;
        self.sync_names()
    }
}

fn is_link(parent: impl std::os::fd::AsFd, name: &Path) -> bool {
    statat(parent, name, AtFlags::SYMLINK_NOFOLLOW)
        .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Symlink)
}

pub(super) fn failed(doing: &'static str, path: PathBuf, error: Errno) -> StoreError {
    StoreError::Io { doing, path, source: error.into() }
}
