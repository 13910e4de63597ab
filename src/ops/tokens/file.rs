//! Secrets that lie in a file of the user's own: read anew each time, since others renew them.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use rustix::fs::{Mode, OFlags, open};
use tempfile::NamedTempFile;

use super::{MAX_TOKEN, token_in};
use crate::secret::Secret;

/// How long another may use the file's token: longer than an exchange takes.
const PATIENCE: Duration = Duration::from_secs(40);

/// The token in a file, or what is wrong with it.
pub(super) fn read(path: &Path) -> Result<Secret<String>, String> {
    let shown = path.display();
    let failed = |error: io::Error| format!("cannot read {shown}: {error}");
    let file = open_regular(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.permissions().mode() & 0o077 != 0 {
        return Err(format!("{shown} can be read by others: run `chmod 600 {shown}`"));
    }
    let mut text = Vec::new();
    file.take(MAX_TOKEN as u64 + 2).read_to_end(&mut text).map_err(failed)?;
    let text = Secret::new(text);
    let token = str::from_utf8(text.expose()).ok().and_then(token_in);
    token.ok_or_else(|| format!("{shown} must hold the token alone, in one line, and nothing else"))
}

/// What takes the place of a file, made before it is known what will be in it: a folder that cannot be written to shows
/// while nothing is lost yet.
pub(super) struct Successor {
    path: PathBuf,
    file: NamedTempFile,
}

impl Successor {
    /// A link stays one.
    pub fn of(path: &Path) -> io::Result<Self> {
        let path = fs::canonicalize(path)?;
        let file = NamedTempFile::new_in(folder(&path))?; // 0600
        file.as_file().sync_all()?;
        Ok(Self { path, file })
    }

    /// Puts `token` into the file's place, for its owner alone; whole or not at all.
    pub fn take_over(mut self, token: &Secret<String>) -> io::Result<()> {
        writeln!(self.file, "{}", token.expose())?;
        self.file.as_file().sync_all()?;
        self.file.persist(&self.path).map_err(|error| error.error)?;
        fs::File::open(folder(&self.path))?.sync_all()
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

/// Neither a pipe nor a device: they would keep us waiting.
fn open_regular(path: &Path) -> io::Result<fs::File> {
    let file = fs::File::from(open(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty())?);
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file")),
    }
}

/// Waits until no other process uses the file's token, but not for ever. Held until the file is dropped.
pub(super) fn hold(path: &Path) -> io::Result<fs::File> {
    hold_within(path, PATIENCE)
}

fn hold_within(path: &Path, patience: Duration) -> io::Result<fs::File> {
    let (sender, receiver) = mpsc::channel();
    let theirs = path.to_owned();
    // A lock that comes too late is dropped with what could not be sent.
    std::thread::spawn(move || sender.send(lock(&theirs)));
    receiver.recv_timeout(patience).unwrap_or_else(|_| {
        let (seconds, shown) = (patience.as_secs(), path.display());
        let held = format!(
            "another process, perhaps an onramp that is stopped or hangs, has held its lock for {seconds} s; \
             `fuser {shown}` names it"
        );
        Err(io::Error::new(io::ErrorKind::TimedOut, held))
    })
}

fn lock(path: &Path) -> io::Result<fs::File> {
    loop {
        let file = open_regular(path)?;
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
    use rustix::fs::{CWD, FileType, mknodat};

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
        Successor::of(&link).unwrap().take_over(&Secret::new("two".to_owned())).unwrap();
        drop(held);
        assert_eq!(read(&path).unwrap().expose(), "two");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_is_no_regular_file_is_neither_read_nor_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        for path in [&pipe, folder.path(), Path::new("/dev/zero")] {
            assert!(read(path).unwrap_err().contains("no regular file"), "{}", path.display());
            assert!(hold(path).unwrap_err().to_string().contains("no regular file"), "{}", path.display());
        }
    }

    #[test]
    fn a_lock_that_another_keeps_is_given_up_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, "one").unwrap();
        let held = hold(&path).unwrap();
        let error = hold_within(&path, Duration::ZERO).unwrap_err();
        assert!(error.kind() == io::ErrorKind::TimedOut && error.to_string().contains("another process"), "{error}");
        drop(held);
        hold(&path).unwrap();
    }

    #[test]
    fn a_successor_that_is_not_needed_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, "one").unwrap();
        drop(Successor::of(&path).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
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
