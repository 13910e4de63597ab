//! The key that seals runs: made, and replaced by another.

use std::path::{Path, PathBuf};

use super::stored::sealing_key;
use super::{OpError, Workspace};
use crate::id::RunId;
use crate::store::{Key, Rotated, StoreError, make_key, read_or_make_key, rotate_key};

/// A key and the file that it is in.
pub struct KeyPlace {
    /// Eight hex digits that tell keys apart.
    pub id: String,
    pub path: PathBuf,
}

/// Makes a key where the configuration says; never in the place of another.
pub fn key_new(workspace: &Workspace) -> Result<KeyPlace, OpError> {
    let path = workspace.key.file()?;
    Ok(place(&make_key(path, workspace.entropy.as_ref())?, path))
}

pub enum Rotation {
    /// A new key takes the place of the old one, which is kept beside it.
    InPlace,
    /// No new key: only runs that are still sealed with an older one are sealed with the present one.
    Finish,
    /// Runs are sealed with the key in this file, which is made if it is not there. The present key is not touched.
    ToFile(PathBuf),
}

pub struct RotateOutcome {
    pub key: KeyPlace,
    /// The key before, and where it is kept if it was in a file.
    pub old: Option<(String, Option<PathBuf>)>,
    /// So many runs were sealed with the key.
    pub rewrapped: usize,
    /// Those that were not, and why.
    pub kept: Vec<(RunId, StoreError)>,
}

/// Seals all runs of the store with another key. At every moment each run opens with the old key or with the new one.
pub fn key_rotate(workspace: &Workspace, rotation: Rotation) -> Result<RotateOutcome, OpError> {
    let entropy = workspace.entropy.as_ref();
    let (from, to, path, old) = match rotation {
        Rotation::InPlace => {
            let path = workspace.key.file()?;
            let Rotated { old, new, kept } = rotate_key(path, entropy)?;
            (new.clone(), new, path.to_owned(), Some((old.id(), Some(kept))))
        }
        Rotation::Finish => {
            let path = workspace.key.file()?;
            let key = sealing_key(workspace)?;
            (key.clone(), key, path.to_owned(), None)
        }
        Rotation::ToFile(path) => {
            let from = sealing_key(workspace)?;
            let to = read_or_make_key(&path, entropy)?;
            let old = Some((from.id(), None));
            (from, to, path, old)
        }
    };
    let mut outcome = RotateOutcome { key: place(&to, &path), old, rewrapped: 0, kept: Vec::new() };
    let runs = workspace.open();
    let all = [runs.clone(), runs.fleets()];
    let listed = all.iter().map(|store| store.list().map(|listed| (store, listed))).collect::<Result<Vec<_>, _>>()?;
    for (store, run) in
        listed.into_iter().flat_map(|(store, listed)| listed.into_iter().map(move |one| (store, one.run)))
    {
        // A run that is sealed with the key already is not locked for nothing.
        let sealed = store.key_id(&run).is_ok_and(|id| id == to.id());
        let rewrapped = match sealed {
            true => Ok(false),
            false => store.hold(&run, &workspace.holder()).and_then(|held| held.rewrap(&from, &to)),
        };
        match rewrapped {
            Ok(rewrapped) => outcome.rewrapped += usize::from(rewrapped),
            Err(error) => outcome.kept.push((run, error)),
        }
    }
    Ok(outcome)
}

fn place(key: &Key, path: &Path) -> KeyPlace {
    KeyPlace { id: key.id(), path: path.to_owned() }
}
