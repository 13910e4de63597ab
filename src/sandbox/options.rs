//! How a sandbox is set up.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use super::{Faults, RateLimits};
use crate::clock::{Clock, SystemClock};

/// How a sandbox is set up; `Options::default()` is a service in memory, on free ports, without faults.
#[derive(Clone)]
pub struct Options {
    /// HTTP port on 127.0.0.1; 0 takes the one the state remembers, else any free one. So for the other ports.
    pub port: u16,
    pub imap_port: u16,
    pub smtp_port: u16,
    /// Offers STARTTLS for IMAP and SMTP, and IMAP over TLS at `imaps_port`, with a CA of the sandbox's own.
    pub tls: bool,
    pub imaps_port: u16,
    /// Folder that keeps the service over a restart; `None` keeps it in memory.
    pub state: Option<PathBuf>,
    /// What tokens, keys, codes and fault draws derive from; 0 draws one (or takes the state's).
    pub seed: u64,
    pub faults: Faults,
    /// Hands mail to another server; the sandbox's own inbox then stays empty.
    pub deliver_to: Option<DeliverTo>,
    pub mail_style: MailStyle,
    pub rate_limits: RateLimits,
    /// How long every HTTP request is held back before it is worked on.
    pub latency: Duration,
    /// How often a fetch of a new image still answers `processing`.
    pub image_polls: u32,
    /// How long a verification code can be used after it was mailed.
    pub verification_ttl: Duration,
    pub clock: Arc<dyn Clock>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            imap_port: 0,
            smtp_port: 0,
            tls: false,
            imaps_port: 0,
            state: None,
            seed: 0,
            faults: Faults::default(),
            deliver_to: None,
            mail_style: MailStyle::default(),
            rate_limits: RateLimits::default(),
            latency: Duration::ZERO,
            image_polls: 1,
            verification_ttl: Duration::from_secs(60 * 60),
            clock: Arc::new(SystemClock),
        }
    }
}

/// A value of an option that means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownOption {
    text: String,
    expected: &'static str,
}

impl fmt::Display for UnknownOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not known here; write {}", self.text.escape_debug(), self.expected)
    }
}

impl std::error::Error for UnknownOption {}

/// An LMTP server (RFC 2033) to which mail is handed, written `lmtp://HOST:PORT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliverTo {
    pub host: String,
    pub port: u16,
}

impl FromStr for DeliverTo {
    type Err = UnknownOption;

    fn from_str(text: &str) -> Result<Self, UnknownOption> {
        let wrong = || UnknownOption { text: text.to_owned(), expected: "lmtp://HOST:PORT" };
        let address = url::Url::parse(text).map_err(|_| wrong())?;
        let bare = matches!(address.path(), "" | "/") && address.username().is_empty() && address.query().is_none();
        match (address.scheme(), address.host_str(), address.port()) {
            ("lmtp", Some(host), Some(port)) if bare && !host.is_empty() => {
                Ok(Self { host: host.trim_matches(['[', ']']).to_owned(), port })
            }
            _ => Err(wrong()),
        }
    }
}

/// How the verification mail looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MailStyle {
    /// As Laravel writes it: text and HTML, quoted-printable, a long token in a link.
    #[default]
    LaravelLink,
    /// Six digits, printed in text and HTML; they are the verification code.
    Code,
    /// Six digits in HTML alone, each in a `span` of its own.
    Spans,
    /// Text alone, not encoded, with the link.
    Plain,
    /// As `LaravelLink`, with both parts in base64.
    Base64,
    /// As `Code`, inside of a mail in which a person passes it on.
    Forwarded,
    /// Six digits in one of many languages, in a charset of its mailers: the one that the address's plus tag names.
    Multilingual,
}

impl MailStyle {
    const NAMES: [(&'static str, Self); 7] = [
        ("laravel-link", Self::LaravelLink),
        ("code", Self::Code),
        ("spans", Self::Spans),
        ("plain", Self::Plain),
        ("base64", Self::Base64),
        ("forwarded", Self::Forwarded),
        ("multilingual", Self::Multilingual),
    ];

    /// Whether the code is six digits to be typed rather than a token in a link.
    pub fn is_code(self) -> bool {
        matches!(self, Self::Code | Self::Spans | Self::Forwarded | Self::Multilingual)
    }
}

impl FromStr for MailStyle {
    type Err = UnknownOption;

    fn from_str(text: &str) -> Result<Self, UnknownOption> {
        let found = Self::NAMES.iter().find(|(name, _)| *name == text).map(|(_, style)| *style);
        found.ok_or_else(|| UnknownOption {
            text: text.to_owned(),
            expected: "laravel-link, code, spans, plain, base64, forwarded or multilingual",
        })
    }
}

impl fmt::Display for MailStyle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(Self::NAMES.iter().find(|(_, style)| style == self).map_or("", |(name, _)| name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_style_reads_what_it_writes() {
        for (name, style) in MailStyle::NAMES {
            assert_eq!(name.parse::<MailStyle>().unwrap(), style);
            assert_eq!(style.to_string(), name);
        }
        assert!("html".parse::<MailStyle>().is_err());
    }

    #[test]
    fn an_lmtp_address_needs_a_port_and_nothing_else() {
        let to: DeliverTo = "lmtp://127.0.0.1:2424".parse().unwrap();
        assert_eq!((to.host.as_str(), to.port), ("127.0.0.1", 2424));
        assert_eq!("lmtp://[::1]:24".parse::<DeliverTo>().unwrap().host, "::1");
        for wrong in ["lmtp://localhost", "smtp://localhost:25", "lmtp://u@localhost:24", "localhost:24", ""] {
            assert!(wrong.parse::<DeliverTo>().is_err(), "{wrong}");
        }
    }
}
