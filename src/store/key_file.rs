//! The file that holds the user's key, and beside it the older ones: `key` and `key.80d82e10`.
//!
//! A rotation first keeps the old key under its id, then puts the new one into the file's place. Whatever it dies of, each
//! run opens with the file's key or with one beside it.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use super::key::{Key, KeyError, MAX_TEXT};
use crate::entropy::Entropy;

/// A key that took the place of another.
#[derive(Debug)]
pub struct Rotated {
    pub old: Key,
    pub new: Key,
    /// Where the old one is now.
    pub kept: PathBuf,
}

pub(super) fn read(path: &Path) -> Result<Key, KeyError> {
    let failed = |source| KeyError::Io { path: path.to_owned(), source };
    let mut file = match fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(KeyError::Missing { path: path.to_owned() });
        }
        opened => opened.map_err(failed)?,
    };
    if file.metadata().map_err(failed)?.permissions().mode() & 0o077 != 0 {
        return Err(KeyError::Exposed { path: path.to_owned() });
    }
    let mut text = Zeroizing::new(String::new());
    let malformed = || KeyError::Malformed { place: path.display().to_string() };
    match (&mut file).take(MAX_TEXT as u64).read_to_string(&mut text) {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(malformed()),
        read => read.map_err(failed)?,
    };
    Ok(Key::parse(&text).ok_or_else(malformed)?.in_file(path))
}

/// Where the key of this id is kept once another has taken its place; `None` if that is no id.
pub(super) fn older(path: &Path, id: &str) -> Option<PathBuf> {
    let is_id = id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut name = path.file_name()?.to_owned();
    name.push(".");
    name.push(id);
    is_id.then(|| path.with_file_name(name))
}

pub(super) fn drawn(path: &Path, entropy: &dyn Entropy) -> Result<Key, KeyError> {
    Key::draw(entropy).map_err(|source| KeyError::Io { path: path.to_owned(), source }).map(|key| key.in_file(path))
}

/// Puts `key` there, unless there is a file already. Says whether it did.
pub(super) fn create(path: &Path, key: &Key) -> Result<bool, KeyError> {
    let failed = |source| KeyError::Io { path: path.to_owned(), source };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder(path)).map_err(failed)?;
    match written(path, key).map_err(failed)?.persist_noclobber(path) {
        Ok(_) => sync(path).map_err(failed).map(|()| true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(failed(error.error)),
    }
}

/// Makes a key file where there is none.
pub fn make(path: &Path, entropy: &dyn Entropy) -> Result<Key, KeyError> {
    let key = drawn(path, entropy)?;
    if create(path, &key)? { Ok(key) } else { Err(KeyError::Exists { path: path.to_owned() }) }
}

/// The key in this file; a new one is put there if there is none.
pub fn read_or_make(path: &Path, entropy: &dyn Entropy) -> Result<Key, KeyError> {
    match read(path) {
        Err(KeyError::Missing { .. }) => make(path, entropy),
        read => read,
    }
}

/// Draws a new key into the place of the one in this file, which is kept beside it.
pub fn rotate(path: &Path, entropy: &dyn Entropy) -> Result<Rotated, KeyError> {
    let failed = |source| KeyError::Io { path: path.to_owned(), source };
    read(path)?;
    let lock = fs::File::open(folder(path)).map_err(failed)?;
    match lock.try_lock() {
        Err(fs::TryLockError::WouldBlock) => return Err(KeyError::Busy { path: path.to_owned() }),
        taken => taken.map_err(io::Error::from).map_err(failed)?,
    }
    let old = read(path)?;
    if fs::symlink_metadata(path).map_err(failed)?.is_symlink() {
        return Err(KeyError::Link { path: path.to_owned() });
    }
    let malformed = || KeyError::Malformed { place: path.display().to_string() };
    let kept = older(path, &old.id()).ok_or_else(malformed)?;
    if !create(&kept, &old)? && read(&kept)?.id() != old.id() {
        return Err(KeyError::Malformed { place: kept.display().to_string() });
    }
    let new = drawn(path, entropy)?;
    let replaced = written(path, &new).and_then(|file| file.persist(path).map_err(|error| error.error));
    replaced.and_then(|_| sync(path)).map_err(failed)?;
    Ok(Rotated { old, new, kept })
}

/// The key in a file beside its place, for its owner alone, on stable storage.
fn written(path: &Path, key: &Key) -> io::Result<NamedTempFile> {
    let mut file = NamedTempFile::new_in(folder(path))?; // 0600
    writeln!(file, "{}", key.to_text().expose())?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn sync(path: &Path) -> io::Result<()> {
    fs::File::open(folder(path))?.sync_all()
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."))
}
