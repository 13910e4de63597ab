//! The user's key, which wraps the key of every run, and the four places it can come from.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::crypto::hmac;
use super::key_command::{self, CommandError};
use super::key_file;
use crate::entropy::Entropy;
use crate::id::hex;
use crate::secret::Secret;

/// A key is written as this and 43 characters of URL-safe base64 (32 bytes, no padding).
const PREFIX: &str = "onramp-key-";

/// More than any way of writing a key needs.
pub(super) const MAX_TEXT: usize = 4096;

/// The user's key: 32 random bytes. One that was read from a file knows the older ones which a rotation left beside it.
#[derive(Debug, Clone)]
pub struct Key {
    bytes: Secret<[u8; 32]>,
    file: Option<PathBuf>,
}

impl Key {
    pub fn draw(entropy: &dyn Entropy) -> io::Result<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(&mut *bytes)?;
        Ok(Self { bytes: Secret::new(*bytes), file: None })
    }

    pub(super) fn in_file(self, path: &Path) -> Self {
        Self { file: Some(path.to_owned()), ..self }
    }

    /// Reads `onramp-key-…`, with white space around it.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        let written = URL_SAFE_NO_PAD.decode_slice(text.trim().strip_prefix(PREFIX)?, &mut *bytes).ok()?;
        (written == bytes.len()).then(|| Self { bytes: Secret::new(*bytes), file: None })
    }

    /// What [`Key::parse`] reads.
    pub fn to_text(&self) -> Secret<String> {
        Secret::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.bytes.expose())))
    }

    /// Eight hex digits that tell keys apart and say nothing about them.
    pub fn id(&self) -> String {
        hex(&hmac(self.bytes.expose(), &[b"onramp key id"])[..4])
    }

    /// The key of this id: this one, or one that a rotation left beside its file; or the file's own, if a rotation changed
    /// that since it was read.
    pub(super) fn of_id(&self, id: &str) -> Option<Key> {
        if self.id() == id {
            return Some(self.clone());
        }
        let file = self.file.as_deref()?;
        let candidates = [key_file::older(file, id)?, file.to_owned()];
        candidates.iter().find_map(|path| key_file::read(path).ok().filter(|key| key.id() == id))
    }

    /// The key under which the keys of runs are wrapped.
    pub(super) fn wrapping(&self) -> Secret<[u8; 32]> {
        Secret::new(hmac(self.bytes.expose(), &[b"onramp wrap"]))
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
            Self::File(path) | Self::Default(path) => key_file::read(path),
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
                key_file::create(path, &key_file::drawn(path, entropy)?)?;
                key_file::read(path)
            }
            (loaded, _) => loaded,
        }
    }

    /// The file that holds the key, whether or not it is there.
    pub fn file(&self) -> Result<&Path, KeyError> {
        match self {
            Self::File(path) | Self::Default(path) => Ok(path),
            Self::Text(_) => Err(KeyError::NoFile { variable: "ONRAMP_KEY" }),
            Self::Command(_) => Err(KeyError::NoFile { variable: "ONRAMP_KEY_COMMAND" }),
            Self::Homeless => Err(KeyError::Homeless),
        }
    }
}

#[derive(Debug)]
pub enum KeyError {
    Missing {
        path: PathBuf,
    },
    Homeless,
    Malformed {
        place: String,
    },
    Exposed {
        path: PathBuf,
    },
    Command {
        command: String,
        cause: CommandError,
    },
    Io {
        path: PathBuf,
        source: io::Error,
    },
    /// A new key was asked for where there is one.
    Exists {
        path: PathBuf,
    },
    /// The key comes from a variable, where no new one can be put.
    NoFile {
        variable: &'static str,
    },
    Link {
        path: PathBuf,
    },
    /// Another process rotates the key.
    Busy {
        path: PathBuf,
    },
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
            Self::Exists { path } => write!(
                f,
                "there is a key at {} already, and runs may need it; `onramp key rotate` replaces it and keeps the old one",
                path.display()
            ),
            Self::NoFile { variable } => {
                write!(
                    f,
                    "the key comes from {variable}, where onramp cannot put another; unset it, or see `onramp key rotate --to-key-file`"
                )
            }
            Self::Link { path } => write!(
                f,
                "{} is a symbolic link, and a new key would replace the link; use `onramp key rotate --to-key-file FILE`",
                path.display()
            ),
            Self::Busy { path } => write!(f, "another process is rotating the key at {}", path.display()),
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
