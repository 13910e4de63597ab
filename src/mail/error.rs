//! What can go wrong with mail.

use std::fmt;

use super::unmet::Unmet;
use crate::diagnostic::escape;

/// The kinds of failure; each has a stable code for reports and for `on-error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailErrorKind {
    /// No fitting message came in time.
    Timeout,
    /// The server refused the name or the password. Never tried again by itself.
    Login,
    /// The server cannot be reached, hung up, or did not answer in time.
    Network,
    /// The connection is not safe: certificate, host name or STARTTLS.
    Tls,
    /// The server's answer makes no sense or goes beyond the bounds.
    Protocol,
    /// The message has more than one candidate; none is guessed.
    Ambiguous,
    /// The mailbox, as it is given, cannot work: no such folder, no usable login.
    Config,
}

impl MailErrorKind {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Timeout => "mail.timeout",
            Self::Login => "mail.login",
            Self::Network => "mail.network",
            Self::Tls => "mail.tls",
            Self::Protocol => "mail.protocol",
            Self::Ambiguous => "mail.ambiguous",
            Self::Config => "mail.config",
        }
    }

    /// Whether the same may work later without anybody changing anything.
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::Timeout | Self::Network | Self::Protocol)
    }
}

/// A failure, in words for the user. The message holds no secret and no active text from a server or a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailError {
    pub kind: MailErrorKind,
    pub message: String,
    /// What a wait saw whose time is over.
    pub unmet: Option<Box<Unmet>>,
}

impl MailError {
    /// An error of this kind, in words that hold no secret.
    pub fn new(kind: MailErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), unmet: None }
    }

    /// The stable code: `mail.timeout`, `mail.login`, …
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    pub fn is_transient(&self) -> bool {
        self.kind.is_transient()
    }
}

impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for MailError {}

/// Text from a server or a mail for use inside an error: on one line, escaped, some 200 characters. No word is cut: what
/// is left of a secret would not be known for one.
pub(super) fn quoted(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.len() + word.len() >= LONGEST {
            line.push_str(" …");
            break;
        }
        line.push_str(if line.is_empty() { "" } else { " " });
        line.push_str(word);
    }
    format!("\"{}\"", escape(&line))
}

/// In bytes.
const LONGEST: usize = 200;
