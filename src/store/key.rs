//! The user's key, which wraps the key of every run, and the four places it can come from.

use std::fmt;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::crypto::{hex, hmac};
use super::key_command::{self, CommandError};
use crate::entropy::Entropy;
use crate::secret::Secret;

/// A key is written as this and 43 characters of URL-safe base64 (32 bytes, no padding).
const PREFIX: &str = "onramp-key-";

/// More than any way of writing a key needs.
pub(super) const MAX_TEXT: usize = 4096;

/// The user's key: 32 random bytes.
#[derive(Debug, Clone)]
pub struct Key(Secret<[u8; 32]>);

impl Key {
    pub fn draw(entropy: &dyn Entropy) -> io::Result<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(&mut *bytes)?;
        Ok(Self(Secret::new(*bytes)))
    }

    /// Reads `onramp-key-…`, with white space around it.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        let written = URL_SAFE_NO_PAD.decode_slice(text.trim().strip_prefix(PREFIX)?, &mut *bytes).ok()?;
        (written == bytes.len()).then(|| Self(Secret::new(*bytes)))
    }

    /// What [`Key::parse`] reads.
    pub fn to_text(&self) -> Secret<String> {
        Secret::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0.expose())))
    }

    /// Eight hex digits that tell keys apart and say nothing about them.
    pub fn id(&self) -> String {
        hex(&hmac(self.0.expose(), &[b"onramp key id"])[..4])
    }

    /// The key under which the keys of runs are wrapped.
    pub(super) fn wrapping(&self) -> Secret<[u8; 32]> {
        Secret::new(hmac(self.0.expose(), &[b"onramp wrap"]))
    }
}

/// Where the user's key is.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// The key itself (`ONRAMP_KEY`).
    Text(Secret<String>),
    /// A file that holds it (`ONRAMP_KEY_FILE`).
    File(PathBuf),
    /// A command that prints it (`ONRAMP_KEY_COMMAND`), split at white space and run without a shell.
    Command(String),
    /// The file in the user's configuration folder.
    Default(PathBuf),
    /// No key is named, and there is no home to keep one in.
    Homeless,
}

impl KeySource {
    /// The key, if there is one. [`KeyError::Missing`] names the place where it was looked for.
    pub fn load(&self) -> Result<Key, KeyError> {
        match self {
            Self::Text(text) => Key::parse(text.expose()).ok_or(KeyError::Malformed { place: "ONRAMP_KEY".into() }),
            Self::File(path) | Self::Default(path) => read_file(path),
            Self::Homeless => Err(KeyError::Homeless),
            Self::Command(command) => {
                let failed = |cause| KeyError::Command { command: command.clone(), cause };
                let printed = key_command::run(command).map_err(failed)?;
                let text = str::from_utf8(printed.expose()).unwrap_or_default();
                Key::parse(text).ok_or(KeyError::Malformed { place: format!("the output of `{command}`") })
            }
        }
    }

    /// The key; a new one is put into the default file if there is none. Processes that do so at once agree on one.
    pub fn load_or_create(&self, entropy: &dyn Entropy) -> Result<Key, KeyError> {
        match (self.load(), self) {
            (Err(KeyError::Missing { .. }), Self::Default(path)) => {
                create_file(path, entropy).map_err(|source| KeyError::Io { path: path.clone(), source })?;
                read_file(path)
            }
            (loaded, _) => loaded,
        }
    }
}

fn read_file(path: &Path) -> Result<Key, KeyError> {
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
    Key::parse(&text).ok_or_else(malformed)
}

fn create_file(path: &Path, entropy: &dyn Entropy) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?; // 0600
    let text = Key::draw(entropy)?.to_text();
    writeln!(file, "{}", text.expose())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => fs::File::open(folder)?.sync_all(),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
    }
}

#[derive(Debug)]
pub enum KeyError {
    Missing { path: PathBuf },
    Homeless,
    Malformed { place: String },
    Exposed { path: PathBuf },
    Command { command: String, cause: CommandError },
    Io { path: PathBuf, source: io::Error },
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { path } => write!(
                f,
                "there is no key at {}. Put it there, or give it by ONRAMP_KEY, ONRAMP_KEY_FILE or ONRAMP_KEY_COMMAND",
                path.display()
            ),
            Self::Homeless => f.write_str("HOME is not set; set it, or ONRAMP_KEY_FILE"),
            Self::Malformed { place } => {
                write!(
                    f,
                    "{place} is not a key: a key is `{PREFIX}` and 43 characters. Without ONRAMP_KEY, ONRAMP_KEY_FILE and ONRAMP_KEY_COMMAND, onramp makes one in your configuration folder"
                )
            }
            Self::Exposed { path } => {
                write!(f, "the key in {0} can be read by others: run `chmod 600 {0}`", path.display())
            }
            Self::Command { command, cause } => write!(f, "the key command `{command}` {cause}"),
            Self::Io { path, source } => write!(f, "could not use the key at {}: {source}", path.display()),
        }
    }
}

impl std::error::Error for KeyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
