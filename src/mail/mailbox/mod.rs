//! A mailbox as the user names it: one URL ([`parse`]), or a provider that is known ([`provider`]).

mod auth;
mod folder;
mod parse;
mod provider;
mod sasl;

use std::fmt;
use std::hash::{Hash, Hasher};

use url::Url;

use crate::secret::Secret;

pub use auth::Auth;
pub use parse::MailboxError;
pub use provider::{PROVIDERS, Provider};

/// How the connection is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Security {
    /// TLS from the first byte (`imaps://`, port 993).
    Tls,
    /// Plain text at first, TLS before anything is said (`imap+starttls://`, port 143).
    StartTls,
    /// No TLS at all, to this machine only (`imap://`, port 143).
    LoopbackOnly,
}

impl Security {
    const fn scheme(self) -> &'static str {
        match self {
            Self::Tls => "imaps",
            Self::StartTls => "imap+starttls",
            Self::LoopbackOnly => "imap",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Tls => 993,
            Self::StartTls | Self::LoopbackOnly => 143,
        }
    }
}

/// Server, account and folder: `imaps://user:password@host[:port]/FOLDER`. Neither `Display` nor `Debug` shows the password.
#[derive(Clone, PartialEq)]
pub struct Mailbox {
    pub(super) security: Security,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) auth: Auth,
    /// Password or access token. A token may be asked for instead when it is needed ([`super::Tokens`]).
    pub(super) secret: Option<Secret<String>>,
    pub(super) folder: String,
}

impl Mailbox {
    /// The same mailbox, logged in to as `auth` says. What was there to log in with stays only if that is the same way.
    pub fn by(self, auth: Auth) -> Self {
        let secret = self.secret.filter(|_| self.auth == auth);
        Self { auth, secret, ..self }
    }

    /// All of it as a URL, which [`Mailbox::parse`] reads.
    pub fn to_url(&self) -> Secret<String> {
        let (origin, user) = (self.origin(), parse::encode(&self.user));
        let (scheme, place) = origin.split_once("://").unwrap_or_default();
        let auth = self.auth.mechanism().map(|mechanism| format!(";AUTH={mechanism}")).unwrap_or_default();
        let secret = self.secret.as_ref().map(|secret| format!(":{}", parse::encode(secret.expose())));
        let secret = secret.unwrap_or_default();
        Secret::new(format!("{scheme}://{user}{auth}{secret}@{place}/{}", parse::encode(&self.folder)))
    }

    /// Whether it must be asked for what to log in with.
    pub fn needs_token(&self) -> bool {
        self.secret.is_none()
    }

    /// Who logs in where, whatever the folder: `imaps://user@host:port`.
    pub fn account(&self) -> String {
        let origin = self.origin();
        let (scheme, place) = origin.split_once("://").unwrap_or_default();
        format!("{scheme}://{}@{place}", self.user)
    }

    /// The provider whose server this is, if it is a known one.
    pub fn provider(&self) -> Option<&'static Provider> {
        PROVIDERS.iter().find(|provider| provider.is_at(&self.host))
    }

    /// Where the password goes: `imaps://host:port`.
    pub fn origin(&self) -> String {
        let (open, close) = if self.host.contains(':') { ("[", "]") } else { ("", "") };
        format!("{}://{open}{}{close}:{}", self.security.scheme(), self.host, self.port)
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether `place`, a host or an origin (its port may be left out), is where this mailbox is.
    pub fn is_at(&self, place: &str) -> bool {
        let same_host = |host: &str| host.trim_matches(['[', ']']).eq_ignore_ascii_case(&self.host);
        let same_origin = |url: Url| {
            url.scheme() == self.security.scheme()
                && url.host_str().is_some_and(same_host)
                && url.port().unwrap_or(self.security.default_port()) == self.port
        };
        same_host(place) || Url::parse(place).is_ok_and(same_origin)
    }

    pub fn user(&self) -> &str {
        &self.user
    }

    pub fn folder(&self) -> &str {
        &self.folder
    }

    pub fn auth(&self) -> Auth {
        self.auth
    }
}

impl Eq for Mailbox {}

impl Hash for Mailbox {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.security, &self.host, self.port, &self.user, &self.folder).hash(state);
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account(), self.folder)
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mailbox({self})")
    }
}
