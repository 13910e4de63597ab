//! A mailbox as a URL (RFC 5092, with STARTTLS as a scheme of its own).

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use super::{Auth, Mailbox, Security};
use crate::secret::Secret;

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
    /// if none is given. `;AUTH=XOAUTH2` or `;AUTH=OAUTHBEARER` behind the user makes the password an access token, which
    /// may be left out.
    pub fn parse(url: &str) -> Result<Self, MailboxError> {
        let mailbox = Self::parse_account(url)?;
        if mailbox.secret.is_none() && mailbox.auth == Auth::Password {
            return refuse("the password is missing (for an OAuth token, write `;AUTH=XOAUTH2` behind the user)");
        }
        Ok(mailbox)
    }

    /// The same, and a password may be left out as well.
    pub fn parse_account(url: &str) -> Result<Self, MailboxError> {
        let (url, auth) = split_auth(url.trim())?;
        let url = Url::parse(&url).or_else(|error| refuse(error.to_string()))?;
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
        if user.is_empty() {
            return refuse("the user is missing");
        }
        let folder = match decode("folder", url.path().trim_matches('/'))? {
            folder if folder.is_empty() => "INBOX".to_owned(),
            folder => folder,
        };
        let port = url.port().unwrap_or(security.default_port());
        let secret = Some(password).filter(|password| !password.is_empty()).map(Secret::new);
        Ok(Self { security, host, port, user, auth, secret, folder })
    }
}

const MARK: &str = ";AUTH=";

/// Takes `;AUTH=…` out of the user's part (RFC 5092, 3.2). Before percent signs are decoded: an encoded one is part of a name.
fn split_auth(url: &str) -> Result<(Cow<'_, str>, Auth), MailboxError> {
    let none = (Cow::Borrowed(url), Auth::Password);
    let Some(start) = url.find("://").map(|at| at + 3) else { return Ok(none) };
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    let Some(at) = url[start..end].rfind('@').map(|at| start + at) else { return Ok(none) };
    let user_end = url[start..at].find(':').map_or(at, |colon| start + colon);
    let user = &url[start..user_end];
    let is_mark = |at: &usize| user[*at..].get(..MARK.len()).is_some_and(|mark| mark.eq_ignore_ascii_case(MARK));
    let Some(mark) = user.match_indices(';').map(|(at, _)| at).find(is_mark).map(|at| start + at) else {
        return Ok(none);
    };
    let Some(auth) = Auth::named(&url[mark + MARK.len()..user_end]) else {
        return refuse("its ;AUTH= is none of XOAUTH2, OAUTHBEARER, PLAIN, LOGIN");
    };
    Ok((Cow::Owned(format!("{}{}", &url[..mark], &url[user_end..])), auth))
}

/// The reverse of [`decode`]: only what is a letter, a digit or one of `-._~` stands for itself.
pub(super) fn encode(text: &str) -> String {
    let stays = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if stays(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn decode(what: &str, encoded: &str) -> Result<String, MailboxError> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = tail.get(..2).filter(|_| byte == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match hex.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
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
        assert_eq!(mailbox.origin(), "imaps://mail.x.test:993");
        assert_eq!(mailbox.secret.unwrap().expose(), "p@/ss%");
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
    fn a_mechanism_behind_the_user_makes_the_password_a_token() {
        for (url, user, auth, secret) in [
            ("imaps://me%40x.test;AUTH=XOAUTH2:TO%2FKEN==@h", "me@x.test", Auth::XOAuth2, Some("TO/KEN==")),
            ("imaps://me;auth=oauthbearer@h/INBOX", "me", Auth::OAuthBearer, None),
            ("imaps://me;AUTH=XOAUTH2:@h", "me", Auth::XOAuth2, None),
            ("imaps://me;AUTH=*:pw@h", "me", Auth::Password, Some("pw")),
            ("imaps://me:pw;AUTH=XOAUTH2@h/;AUTH=XOAUTH2", "me", Auth::Password, Some("pw;AUTH=XOAUTH2")),
            ("imaps://me%3BAUTH=XOAUTH2:pw@h", "me;AUTH=XOAUTH2", Auth::Password, Some("pw")),
        ] {
            let mailbox = Mailbox::parse(url).unwrap();
            let found = mailbox.secret.as_ref().map(|secret| secret.expose().as_str());
            assert_eq!((&*mailbox.user, mailbox.auth, found), (user, auth, secret), "{url}");
            assert_eq!(Mailbox::parse(mailbox.to_url().expose()).unwrap(), mailbox, "{url}");
        }
        for bad in
            ["imaps://me;AUTH=hunter22:hunter22@h", "imaps://;AUTH=XOAUTH2:hunter22@h", "imaps://me;AUTH=PLAIN@h"]
        {
            let error = Mailbox::parse(bad).unwrap_err().to_string();
            assert!(!error.contains("hunter22"), "{error}");
        }
    }

    #[test]
    fn what_it_is_logged_in_with_makes_no_other_mailbox() {
        let shown = |url: &str| Mailbox::parse(url).unwrap().to_string();
        let password = shown("imaps://me:pw@h/INBOX");
        assert_eq!(shown("imaps://me;AUTH=XOAUTH2:token@h/INBOX"), password);
        assert_eq!(shown("imaps://me;AUTH=OAUTHBEARER@h"), password);
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_it(text in "(imaps://)?.{0,40}(;[Aa]UTH=)?.{0,20}@?.{0,20}") {
            let _ = Mailbox::parse_account(&text);
        }

        #[test]
        fn what_is_written_is_read_again(user in "\\PC{1,20}", secret in "\\PC{1,20}", folder in "\\PC{0,10}[a-z]") {
            let written = Mailbox {
                security: Security::Tls,
                host: "mail.test".to_owned(),
                port: 993,
                user,
                auth: Auth::OAuthBearer,
                secret: Some(Secret::new(secret)),
                folder,
            };
            proptest::prop_assert_eq!(Mailbox::parse(written.to_url().expose()).unwrap(), written);
        }
    }
}
