//! Somebody asks from outside that a run ends: a file beside the lock, since a journal has one writer. Who writes the run takes
//! the file away.

use super::error::StoreError;
use super::folder::Folder;
use super::lock::Holder;
use super::runs::Store;
use crate::id::RunId;

/// The name of the file.
pub(super) const CANCEL: &str = "cancel";

/// What is read of it.
const LIMIT: u64 = 4096;

/// Where a run is asked to end.
pub struct CancelRequests {
    folder: Folder,
}

impl Store {
    /// Where `run` is asked to end. What is asked while nobody writes the run is forgotten when somebody next does.
    pub fn cancel_requests(&self, run: &RunId) -> Result<CancelRequests, StoreError> {
        Ok(CancelRequests { folder: self.folder(run)? })
    }
}

impl CancelRequests {
    /// Asks, in the name of `asker`.
    pub fn ask(&self, asker: &Holder) -> Result<(), StoreError> {
        let text = serde_json::to_string(asker).map_err(|_| StoreError::TooLarge)?;
        // Two may ask at the same time.
        self.folder.place(CANCEL, &format!("{CANCEL}.{}.new", asker.pid), format!("{text}\n").as_bytes())
    }

    /// Whether a request waits to be taken.
    pub fn is_asked(&self) -> bool {
        self.folder.has(CANCEL)
    }

    /// Takes a request away and says who asked; `None` if nobody did. What cannot be read counts as asked by somebody: only who
    /// may write the run's files can put it there.
    pub fn take(&self) -> Option<String> {
        let text = self.folder.take(CANCEL, LIMIT)?;
        let asker = serde_json::from_slice::<Holder>(&text).map(|holder| holder.to_string());
        Some(asker.unwrap_or_else(|_| "somebody".to_owned()))
    }
}
