//! Why a sandbox could not be started.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why [`super::Sandbox::start`] gave up.
#[derive(Debug)]
pub enum SandboxError {
    /// A port cannot be bound; `protocol` says which.
    Port { protocol: &'static str, port: u16, remembered: bool, source: io::Error },
    /// The state folder cannot be read or written.
    StateFolder { path: PathBuf, source: io::Error },
    /// Another sandbox uses the state folder.
    StateInUse { path: PathBuf },
    /// The state was written by a later version of this program.
    StateNewer { path: PathBuf, version: u64, supported: u64 },
    /// A line of the journal, counted from one, cannot be understood.
    StateDamaged { path: PathBuf, line: usize, reason: String },
    /// The certificate of the mail ports, in the state folder, cannot be used.
    CertificateDamaged { path: PathBuf, reason: String },
    /// The state belongs to a sandbox that was started with another seed.
    OtherSeed { path: PathBuf },
    /// The machine gives no random bytes to draw a seed from.
    NoRandomness(String),
}

impl fmt::Display for SandboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port { protocol, port, remembered, source } => {
                write!(f, "cannot listen for {protocol} on 127.0.0.1:{port}: {source}")?;
                let origin = if *remembered { " (the port its state remembers)" } else { "" };
                write!(f, "{origin}; free the port, or name another one for {protocol}")
            }
            Self::StateFolder { path, source } => {
                write!(f, "cannot use the sandbox state {}: {source}", path.display())
            }
            Self::StateInUse { path } => {
                write!(f, "another sandbox uses the state {}; stop it, or name another folder", path.display())
            }
            Self::StateNewer { path, version, supported } => write!(
                f,
                "{} has format {version}, this program reads up to {supported}; use the newer program or another folder",
                path.display()
            ),
            Self::StateDamaged { path, line, reason } => write!(
                f,
                "{}:{line}: damaged: {reason}; nothing was changed; restore the file or name another folder",
                path.display()
            ),
            Self::CertificateDamaged { path, reason } => write!(
                f,
                "{} cannot be used: {reason}; restore it, or remove it for another one with another CA",
                path.display()
            ),
            Self::OtherSeed { path } => write!(
                f,
                "the sandbox state {} was made with another seed; leave the seed out, or name another folder",
                path.display()
            ),
            Self::NoRandomness(reason) => write!(f, "cannot draw a seed: {reason}; name one"),
        }
    }
}

impl std::error::Error for SandboxError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Port { source, .. } | Self::StateFolder { source, .. } => Some(source),
            _ => None,
        }
    }
}
