//! The texts that a run was planned from: kept beside the journal, pinned by its header or by the entry that says
//! that they took over.

use super::crypto::digest;
use super::disk::{Disk, RunFile};
use super::error::StoreError;
use crate::workflow::Texts;

/// What pins the texts: the digest of the workflow, and after a `+` that of the files that it calls, if it calls any.
pub(super) fn pin(texts: &Texts) -> Result<String, StoreError> {
    let main = digest(texts.main.as_bytes());
    Ok(match library(texts)? {
        Some(library) => format!("{main}+{}", digest(library.as_bytes())),
        None => main,
    })
}

/// The texts of a version, exactly as they were kept.
pub(super) fn read(disk: &dyn Disk, version: u32, pin: &str) -> Result<Texts, StoreError> {
    let (main, library) = pin.split_once('+').map_or((pin, None), |(main, library)| (main, Some(library)));
    let main = pinned(disk, RunFile::Workflow(version), main)?;
    let Some(pin) = library else { return Ok(Texts::from(main.as_str())) };
    let file = RunFile::Library(version);
    let library = serde_json::from_str(&pinned(disk, file, pin)?).map_err(|_| changed(disk, file))?;
    Ok(Texts { main, library })
}

/// Puts the texts of a version on the disk, and gives the files that they are in. `durable`: on stable storage.
pub(super) fn write(
    disk: &mut dyn Disk,
    version: u32,
    texts: &Texts,
    durable: bool,
) -> Result<Vec<RunFile>, StoreError> {
    let mut files = vec![RunFile::Workflow(version)];
    disk.replace(RunFile::Workflow(version), texts.main.as_bytes(), durable)?;
    if let Some(library) = library(texts)? {
        disk.replace(RunFile::Library(version), library.as_bytes(), durable)?;
        files.push(RunFile::Library(version));
    }
    Ok(files)
}

/// `library.json`: the text of each called file by its path from the workflow's folder.
fn library(texts: &Texts) -> Result<Option<String>, StoreError> {
    if texts.library.is_empty() {
        return Ok(None);
    }
    let text = serde_json::to_string(&texts.library).map_err(|_| StoreError::TooLarge)?;
    Ok(Some(format!("{text}\n")))
}

fn pinned(disk: &dyn Disk, file: RunFile, pin: &str) -> Result<String, StoreError> {
    let missing = || {
        let what = match file {
            RunFile::Library(_) => "is missing; it holds the files that the workflow calls, as this run has them",
            _ => "is missing; it is the workflow as this run has it",
        };
        StoreError::damaged(disk.path(file), None, what)
    };
    let bytes = disk.read(file)?.ok_or_else(missing)?;
    let text = String::from_utf8(bytes).ok().filter(|text| digest(text.as_bytes()) == pin);
    text.ok_or_else(|| changed(disk, file))
}

fn changed(disk: &dyn Disk, file: RunFile) -> StoreError {
    let what = match file {
        RunFile::Library(_) => "is not what this run has; put it back, and edit the original files instead",
        _ => "is not the workflow that this run has; put it back, and edit the original instead",
    };
    StoreError::damaged(disk.path(file), None, what)
}
