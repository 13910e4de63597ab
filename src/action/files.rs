//! Files that a step writes: below the workflow's folder, and nowhere else.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, mkdirat, openat, renameat, unlinkat};
use rustix::io::Errno;

use crate::diagnostic::is_hostile;
use crate::workflow::Refusal;

const LONGEST_PATH: usize = 1000;
const LONGEST_NAME: usize = 200;

/// A folder that a step may write to, as names one below the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Below(Vec<String>);

impl Below {
    /// Reads `images` or `images/today`. Nothing that leads elsewhere, and nothing hidden, where the programs of others keep theirs.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let refuse =
            |why: &str| Err(Refusal::new(why).help("name a folder below the workflow's own, such as `images`"));
        if text.starts_with('/') {
            return refuse("it begins with /, and a workflow writes below its own folder alone");
        }
        if text.len() > LONGEST_PATH || text.chars().any(is_hostile) {
            return refuse("it is too long, or holds characters that no name should");
        }
        let names: Vec<String> = text.split('/').filter(|name| !matches!(*name, "" | ".")).map(str::to_owned).collect();
        if names.iter().any(|name| name == "..") {
            return refuse("it leads upwards by `..`, and a workflow writes below its own folder alone");
        }
        if names.iter().any(|name| name.starts_with('.') || name.len() > LONGEST_NAME) {
            return refuse("it names a hidden folder, or one whose name is too long");
        }
        Ok(Self(names))
    }

    /// The path of a file in it, below the workflow's folder.
    pub fn path(&self, name: &str) -> String {
        self.0.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join("/")
    }

    /// Puts a file there, whole or not at all; one of that name is replaced. No link is followed below `root`.
    pub fn write(&self, root: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
        let folder = self.open(root)?;
        let unfinished = format!(".{name}.new");
        let create = || {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            openat(&folder, &unfinished, flags, Mode::from_raw_mode(0o644))
        };
        let file = match create() {
            // What a process left that died over it.
            Err(Errno::EXIST) => {
                unlinkat(&folder, &unfinished, AtFlags::empty())?;
                create()?
            }
            created => created?,
        };
        let mut file = File::from(file);
        file.write_all(bytes)?;
        file.sync_all()?;
        renameat(&folder, &unfinished, &folder, name)?;
        File::from(folder).sync_all()
    }

    fn open(&self, root: &Path) -> io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut folder = openat(CWD, root, flags, Mode::empty())?;
        for name in &self.0 {
            match mkdirat(&folder, name.as_str(), Mode::from_raw_mode(0o755)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
            folder =
                openat(&folder, name.as_str(), flags | OFlags::NOFOLLOW, Mode::empty()).map_err(
                    |error| match error {
                        Errno::LOOP | Errno::NOTDIR => io::Error::other(format!("`{name}` is a link, or no folder")),
                        other => other.into(),
                    },
                )?;
        }
        Ok(folder)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_path_stays_below_its_folder() {
        for (text, file) in [("images", "images/a"), ("./a//b/", "a/b/a"), ("", "a"), (".", "a")] {
            assert_eq!(Below::parse(text).unwrap().path("a"), file, "{text}");
        }
        for bad in ["/tmp", "..", "a/../..", "a/..", ".git/hooks", "a/.b", "a\nb", "a\0b", &"a".repeat(300)] {
            assert!(Below::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_file_is_written_whole_and_replaced() {
        let root = tempfile::tempdir().unwrap();
        let below = Below::parse("images/today").unwrap();
        fs::create_dir_all(root.path().join("images/today")).unwrap();
        fs::write(root.path().join("images/today/.a.png.new"), "half").unwrap();
        for bytes in [&b"one"[..], b"two"] {
            below.write(root.path(), "a.png", bytes).unwrap();
            assert_eq!(fs::read(root.path().join(below.path("a.png"))).unwrap(), bytes);
        }
        let names: Vec<_> = fs::read_dir(root.path().join("images/today")).unwrap().collect();
        assert_eq!(names.len(), 1);
        let mode = fs::metadata(root.path().join("images/today/a.png")).unwrap().permissions().mode();
        assert_eq!(mode & 0o7133, 0, "{mode:o}");
    }

    #[test]
    fn no_link_leads_out() {
        let (root, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        symlink(other.path(), root.path().join("images")).unwrap();
        let error = Below::parse("images").unwrap().write(root.path(), "a.png", b"one").unwrap_err();
        assert!(error.to_string().contains("link"), "{error}");
        let victim = other.path().join("victim");
        fs::write(&victim, "kept").unwrap();
        symlink(&victim, root.path().join("a.png")).unwrap();
        Below::parse("").unwrap().write(root.path(), "a.png", b"one").unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "kept");
        assert!(fs::read_dir(other.path()).unwrap().count() == 1);
    }
}
