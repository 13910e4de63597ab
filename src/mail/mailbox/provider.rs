//! Providers that many have their mailbox at: where it is, and what they are particular about.

use super::{Auth, Mailbox, Security};
use crate::secret::Secret;

/// What is known of a provider.
#[derive(Debug, PartialEq, Eq)]
pub struct Provider {
    /// As onramp.toml writes it.
    pub name: &'static str,
    pub security: Security,
    pub host: &'static str,
    pub port: u16,
    /// Other names of the same servers.
    also: &'static [&'static str],
    /// What is tried there, the usual one first.
    pub takes: &'static [Auth],
    /// What to do about a login that was refused.
    pub advice: &'static str,
}

/// All that are known.
pub static PROVIDERS: [Provider; 3] = [
    Provider {
        name: "gmail",
        security: Security::Tls,
        host: "imap.gmail.com",
        port: 993,
        also: &["imap.googlemail.com"],
        takes: &[Auth::Password, Auth::XOAuth2, Auth::OAuthBearer],
        advice: "Gmail takes no account password here: make an app password at https://myaccount.google.com/apppasswords \
                 (it needs 2-step verification), or use a token with the scope https://mail.google.com/",
    },
    Provider {
        name: "outlook",
        security: Security::Tls,
        host: "outlook.office365.com",
        port: 993,
        also: &["imap-mail.outlook.com"],
        takes: &[Auth::XOAuth2],
        advice: "Outlook takes no passwords here, only OAuth: auth = \"xoauth2\" with a token of the scope \
                 https://outlook.office.com/IMAP.AccessAsUser.All (docs/mailboxes.md)",
    },
    Provider {
        name: "fastmail",
        security: Security::Tls,
        host: "imap.fastmail.com",
        port: 993,
        also: &[],
        takes: &[Auth::Password],
        advice: "Fastmail takes no account password here: make an app password in its settings, under Privacy & Security",
    },
];

impl Provider {
    pub fn named(name: &str) -> Option<&'static Self> {
        PROVIDERS.iter().find(|provider| provider.name == name)
    }

    pub(super) fn is_at(&self, host: &str) -> bool {
        self.host == host || self.also.contains(&host)
    }

    /// A folder of `user` there.
    pub fn mailbox(&self, user: &str, auth: Auth, secret: Option<Secret<String>>, folder: &str) -> Mailbox {
        Mailbox {
            security: self.security,
            host: self.host.to_owned(),
            port: self.port,
            user: user.to_owned(),
            auth,
            secret,
            folder: folder.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_there_is_known_by_its_host() {
        for provider in &PROVIDERS {
            let mailbox = provider.mailbox("me@x.test", provider.takes[0], None, "INBOX");
            assert_eq!(mailbox.provider(), Some(provider));
        }
        let google = Mailbox::parse("imaps://me:pw@IMAP.googlemail.com").unwrap();
        assert_eq!(google.provider().unwrap().name, "gmail");
        assert_eq!(Mailbox::parse("imaps://me:pw@imap.gmail.com.x.test").unwrap().provider(), None);
    }
}
