//! Which runs there are, and which one a user means.

use std::fs;
use std::io;

use super::error::StoreError;
use super::folder::Folder;
use super::journal::Header;
use super::runs::{LAST, Store};
use crate::clock::Timestamp;
use crate::id::RunId;

/// The longest first line of a journal that is read to list a run.
pub(super) const MAX_HEADER: u64 = 64 * 1024;

/// A run in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub run: RunId,
    /// As its journal says, unchecked; `None` if the journal's beginning cannot be read.
    pub created: Option<Timestamp>,
}

impl Store {
    /// All runs, the newest first.
    pub fn list(&self) -> Result<Vec<Listed>, StoreError> {
        let listed = self.ids()?.into_iter().map(|run| Listed { created: self.created(&run), run });
        let mut listed: Vec<Listed> = listed.collect();
        listed.sort_by(|a, b| (b.created, &b.run).cmp(&(a.created, &a.run)));
        Ok(listed)
    }

    /// Of all runs, in no order. No file is opened.
    pub fn ids(&self) -> Result<Vec<RunId>, StoreError> {
        let path = self.runs();
        let failed = |source| StoreError::Io { doing: "list", path: path.clone(), source };
        let entries = match fs::read_dir(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut ids = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            let run = entry.file_name().to_str().and_then(|name| RunId::new(name).ok());
            ids.extend(run.filter(|_| !is_file));
        }
        Ok(ids)
    }

    fn created(&self, run: &RunId) -> Option<Timestamp> {
        let line = Folder::open(self.run_dir(run)).ok()??.first_line(MAX_HEADER).ok()?;
        serde_json::from_slice::<Header>(&line).ok().map(|header| header.created.0)
    }

    /// The run that `wanted` means: an id, `last`, or the beginning of exactly one id.
    pub fn find(&self, wanted: &str) -> Result<RunId, StoreError> {
        let mut candidates: Vec<RunId> = self.list()?.into_iter().map(|listed| listed.run).collect();
        if wanted == LAST && !candidates.is_empty() {
            return Ok(candidates.swap_remove(0));
        }
        if let Some(exact) = candidates.iter().find(|run| run.as_str() == wanted) {
            return Ok(exact.clone());
        }
        candidates.retain(|run| !wanted.is_empty() && run.as_str().starts_with(wanted));
        match candidates.as_slice() {
            [] => Err(self.not_found(wanted)),
            [run] => Ok(run.clone()),
            _ => Err(StoreError::Ambiguous { wanted: wanted.to_owned(), candidates }),
        }
    }
}
