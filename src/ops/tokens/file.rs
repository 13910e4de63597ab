//! Secrets that lie in a file of the user's own: read anew each time, since others renew them.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use tempfile::NamedTempFile;

use super::{MAX_TOKEN, token_in};
use crate::secret::Secret;

/// The token in a file, or what is wrong with it.
pub(super) fn read(path: &Path) -> Result<Secret<String>, String> {
    let shown = path.display();
    let failed = |error: io::Error| format!("cannot read {shown}: {error}");
    let file = fs::File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.permissions().mode() & 0o077 != 0 {
        return Err(format!("{shown} can be read by others: run `chmod 600 {shown}`"));
    }
    let mut text = Vec::new();
    file.take(MAX_TOKEN as u64 + 2).read_to_end(&mut text).map_err(failed)?;
    let text = Secret::new(text);
    let token = str::from_utf8(text.expose()).ok().and_then(token_in);
    token.ok_or_else(|| format!("{shown} must hold the token alone, in one line, and nothing else"))
}

/// Puts `token` into the file's place, for its owner alone; whole or not at all. A link stays one.
pub(super) fn replace(path: &Path, token: &Secret<String>) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let mut file = NamedTempFile::new_in(folder)?; // 0600
    writeln!(file, "{}", token.expose())?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    fs::File::open(folder)?.sync_all()
}

/// Waits until no other process uses the file's token. Held until the file is dropped.
pub(super) fn hold(path: &Path) -> io::Result<fs::File> {
    loop {
        let file = fs::File::open(path)?;
        file.lock()?;
        // Whoever held it may have put another into its place.
        let (held, there) = (file.metadata()?, fs::metadata(path)?);
        if (held.dev(), held.ino()) == (there.dev(), there.ino()) {
            return Ok(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_is_now() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        assert!(read(&path).unwrap_err().contains("cannot read"));
        fs::write(&path, "one\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(read(&path).unwrap().expose(), "one");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let held = hold(&link).unwrap();
        replace(&link, &Secret::new("two".to_owned())).unwrap();
        drop(held);
        assert_eq!(read(&path).unwrap().expose(), "two");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_token_that_others_may_read_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, "one two").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(read(&path).unwrap_err().contains("chmod 600"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(read(&path).unwrap_err().contains("must hold the token alone"));
    }
}
