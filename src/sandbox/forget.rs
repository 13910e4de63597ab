//! Removing what a sandbox kept.

use std::fs;
use std::path::Path;

use super::SandboxError;
use super::state::StateFolder;

/// Removes the state in `path`, if it is that of the sandbox at `base_url` and no sandbox uses it. Says whether it did.
pub fn forget(path: &Path, base_url: &str) -> Result<bool, SandboxError> {
    if !fs::symlink_metadata(path).is_ok_and(|found| found.is_dir()) {
        return Ok(false);
    }
    let lock = StateFolder::lock(path)?;
    if let Some(kept) = lock.read()?
        && format!("http://127.0.0.1:{}", kept.ports.http) != base_url
    {
        return Ok(false);
    }
    let removed = fs::remove_dir_all(path);
    removed.map(|()| true).map_err(|source| SandboxError::StateFolder { path: path.to_owned(), source })
}
