//! A mailbox as the user writes it: one URL.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use url::{Host, Url};

use crate::secret::Secret;

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
    pub(super) password: Secret<String>,
    pub(super) folder: String,
}

/// Why a text is not a mailbox. Never holds any part of the text that could be the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxError(String);

impl fmt::Display for MailboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a mailbox URL: {}; write imaps://USER:PASSWORD@HOST/INBOX", self.0)
    }
}

impl std::error::Error for MailboxError {}

fn refuse<T>(reason: impl Into<String>) -> Result<T, MailboxError> {
    Err(MailboxError(reason.into()))
}

impl Mailbox {
    /// Reads a URL. `@`, `:`, `/`, `%` and the like inside user, password or folder are percent-encoded; the folder is INBOX
    /// if none is given.
    pub fn parse(url: &str) -> Result<Self, MailboxError> {
        let url = Url::parse(url.trim()).or_else(|error| refuse(error.to_string()))?;
        let security = match url.scheme() {
            "imaps" => Security::Tls,
            "imap+starttls" => Security::StartTls,
            "imap" => Security::LoopbackOnly,
            _ => return refuse("the scheme is none of imaps, imap+starttls, imap"),
        };
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("it has a `?` or `#`; inside a password write %3F or %23");
        }
        let host = match url.host() {
            Some(Host::Domain(name)) if is_host_name(name) => name.to_ascii_lowercase(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            _ => return refuse("the host is missing or not a name or address"),
        };
        if security == Security::LoopbackOnly && !is_loopback_name(&host) {
            return refuse(
                "imap:// is plain text and goes to this machine only (127.0.0.1, [::1], localhost); for others use imaps:// or imap+starttls://",
            );
        }
        let user = decode("user", url.username())?;
        let password = decode("password", url.password().unwrap_or_default())?;
        if user.is_empty() || password.is_empty() {
            return refuse("user or password is missing");
        }
        let folder = match decode("folder", url.path().trim_matches('/'))? {
            folder if folder.is_empty() => "INBOX".to_owned(),
            folder => folder,
        };
        let port = url.port().unwrap_or(security.default_port());
        Ok(Self { security, host, port, user, password: Secret::new(password), folder })
    }

    /// Where the password goes: `imaps://host:port`.
    pub fn origin(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        format!("{}://{host}:{}", self.security.scheme(), self.port)
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

    /// The folder's name in the modified UTF-7 that the protocol wants (RFC 3501, 5.1.3).
    pub(super) fn folder_on_the_wire(&self) -> String {
        let mut wire = String::new();
        let mut shifted = Vec::new();
        for c in self.folder.chars() {
            if matches!(c, ' '..='~') {
                flush_shifted(&mut wire, &mut shifted);
                wire.push(c);
                if c == '&' {
                    wire.push('-');
                }
            } else {
                shifted.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
            }
        }
        flush_shifted(&mut wire, &mut shifted);
        wire
    }
}

fn flush_shifted(wire: &mut String, utf16: &mut Vec<u8>) {
    if !utf16.is_empty() {
        wire.push('&');
        wire.push_str(&STANDARD_NO_PAD.encode(&*utf16).replace('/', ","));
        wire.push('-');
        utf16.clear();
    }
}

fn decode(what: &str, encoded: &str) -> Result<String, MailboxError> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match hex.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| byte == b'%') {
            Some(decoded) => (bytes.push(decoded), rest = &tail[2..]).1,
            None => (bytes.push(byte), rest = tail).1,
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.chars().any(char::is_control) => Ok(text),
        _ => refuse(format!("the {what} holds a control character or is not UTF-8")),
    }
}

fn is_host_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'))
}

fn is_loopback_name(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Eq for Mailbox {}

impl Hash for Mailbox {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.security, &self.host, self.port, &self.user, &self.folder).hash(state);
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.origin();
        let (scheme, place) = origin.split_once("://").unwrap_or_default();
        write!(f, "{scheme}://{}@{place}/{}", self.user, self.folder)
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mailbox({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_server_account_and_folder() {
        let mailbox = Mailbox::parse("imaps://ada%40x.test:p%40%2Fss%25@Mail.X.test/Sent%20items").unwrap();
        assert_eq!(
            (mailbox.security, &*mailbox.host, mailbox.port, &*mailbox.user, &*mailbox.folder),
            (Security::Tls, "mail.x.test", 993, "ada@x.test", "Sent items")
        );
        assert_eq!(mailbox.password.expose(), "p@/ss%");
        assert_eq!(mailbox.origin(), "imaps://mail.x.test:993");
        let other = Mailbox::parse("imap+starttls://me@gmail.test:pw@[::2]:1430").unwrap();
        assert_eq!(
            (&*other.user, &*other.folder, &*other.origin()),
            ("me@gmail.test", "INBOX", "imap+starttls://[::2]:1430")
        );
    }

    #[test]
    fn a_place_is_a_host_or_an_origin() {
        let mailbox = Mailbox::parse("imaps://a:b@Mail.test/INBOX").unwrap();
        for same in ["mail.test", "MAIL.test", "imaps://mail.test", "imaps://mail.test:993/"] {
            assert!(mailbox.is_at(same), "{same}");
        }
        for other in ["", "test", "x.mail.test", "mail.test:993", "imap://mail.test", "imaps://mail.test:994"] {
            assert!(!mailbox.is_at(other), "{other}");
        }
    }

    #[test]
    fn the_password_is_never_shown() {
        let mailbox = Mailbox::parse("imaps://ada:hunter22@mail.test").unwrap();
        assert_eq!(mailbox.to_string(), "imaps://ada@mail.test:993/INBOX");
        assert!(!format!("{mailbox:?}").contains("hunter22"));
        for bad in
            ["imaps://ada:hunter22@", "imaps://:hunter22@h", "imaps://ada:hunter22@h/x%0d%0aA1", "imaps:ada:hunter22@h"]
        {
            let error = Mailbox::parse(bad).unwrap_err().to_string();
            assert!(!error.contains("hunter22"), "{error}");
        }
    }

    #[test]
    fn plain_text_goes_to_this_machine_only() {
        for host in ["127.0.0.1:1143", "localhost", "[::1]", "127.8.8.8"] {
            assert!(Mailbox::parse(&format!("imap://a:b@{host}/INBOX")).is_ok(), "{host}");
        }
        for host in ["mail.test", "10.0.0.1", "127.0.0.1.evil.test", "localhost.evil.test", "[::2]"] {
            let error = Mailbox::parse(&format!("imap://a:b@{host}/INBOX")).unwrap_err().to_string();
            assert!(error.contains("plain text"), "{error}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for bad in [
            "",
            "x",
            "http://a:b@h/",
            "imaps://h",
            "imaps://a@h",
            "imaps://a:b@h?x=1",
            "imaps://a:%00@h",
            "imaps://a:b@h%41",
        ] {
            assert!(Mailbox::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn folder_names_are_written_in_modified_utf7() {
        for (path, wire) in [("Entw%C3%BCrfe", "Entw&APw-rfe"), ("a%26b", "a&-b"), ("%E5%8F%B0%E5%8C%97", "&U,BTFw-")] {
            let mailbox = Mailbox::parse(&format!("imaps://a:b@h/{path}")).unwrap();
            assert_eq!(mailbox.folder_on_the_wire(), wire);
        }
    }
}
