//! The file that rows stand in.

use std::fs::File;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::OpError;

/// The file, and whether others than its owner can read it. A pipe is as good as a file.
pub(super) fn open(path: &Path) -> Result<(File, bool), OpError> {
    let failed = |error: std::io::Error| OpError::Usage(format!("cannot read {}: {error}", path.display()));
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(OpError::Usage(format!("{} is a folder; rows stand in a file", path.display())));
    }
    Ok((file, metadata.is_file() && metadata.permissions().mode() & 0o077 != 0))
}
