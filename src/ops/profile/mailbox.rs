//! `[mailbox.NAME]`: where it is, and how one logs in.

use toml::de::DeTable;

use super::reader::{Reader, Value};
use crate::mail::{Auth, Mailbox, PROVIDERS, Provider};
use crate::ops::tokens::{Grant, Refresh, TokenSource, token_url};
use crate::secret::Secret;

const KEYS: &[&str] =
    &["auth", "folder", "password", "provider", "refresh", "token-command", "token-file", "url", "user"];
const REFRESH_KEYS: &[&str] =
    &["client-id", "client-secret", "refresh-token", "refresh-token-file", "scope", "token-url"];

/// A mailbox of the file.
#[derive(Debug)]
pub(super) struct NamedMailbox {
    /// With its password, or without: then there is a source of tokens.
    pub url: Secret<String>,
    /// The account, and where its tokens come from.
    pub token: Option<(String, TokenSource)>,
}

/// What stands there, before it is known whether it fits together.
#[derive(Default)]
struct Parts {
    url: Option<(Mailbox, Secret<String>)>,
    provider: Option<&'static Provider>,
    user: Option<String>,
    password: Option<Secret<String>>,
    folder: Option<String>,
    auth: Option<Auth>,
    sources: Vec<TokenSource>,
}

impl Reader<'_> {
    pub(super) fn mailbox(&mut self, table: &Value<'_>) -> Option<NamedMailbox> {
        let before = self.problems.len();
        let mut parts = Parts::default();
        for (key, value) in self.table(table)? {
            match &**key.get_ref() {
                "url" => {
                    let text = self.text(value)?;
                    let parsed = self.taken(value, Mailbox::parse_account(text));
                    parts.url = parsed.map(|mailbox| (mailbox, Secret::new(text.to_owned())));
                }
                "provider" => parts.provider = self.text(value).and_then(|name| self.provider(value, name)),
                "user" => parts.user = self.text(value).map(str::to_owned),
                "password" => parts.password = self.secret(value),
                "folder" => parts.folder = self.text(value).map(str::to_owned),
                "auth" => parts.auth = self.text(value).and_then(|name| self.auth(value, name)),
                "token-command" => parts.sources.extend(self.command(value).map(TokenSource::Command)),
                "token-file" => parts.sources.extend(self.path(value).map(TokenSource::File)),
                "refresh" => parts.sources.extend(self.refresh(value).map(TokenSource::Refresh)),
                _ => self.unknown(key, KEYS),
            }
        }
        if self.problems.len() > before {
            return None;
        }
        self.taken(table, parts.whole())
    }

    fn secret(&mut self, value: &Value<'_>) -> Option<Secret<String>> {
        self.text(value).map(|text| Secret::new(text.to_owned()))
    }

    fn provider(&mut self, value: &Value<'_>, name: &str) -> Option<&'static Provider> {
        let names = || PROVIDERS.iter().map(|provider| provider.name).collect::<Vec<_>>().join(", ");
        let found = Provider::named(name);
        found.or_else(|| self.wrong(value, &format!("one of {}; any other server is given by its `url`", names())))
    }

    fn auth(&mut self, value: &Value<'_>, name: &str) -> Option<Auth> {
        let found = Auth::ALL.into_iter().find(|auth| auth.as_str() == name);
        found.or_else(|| self.wrong(value, &format!("one of {}", Auth::ALL.map(Auth::as_str).join(", "))))
    }

    /// The current folder may be somebody else's: no program is taken from there.
    fn command(&mut self, value: &Value<'_>) -> Option<Vec<String>> {
        let words = self.texts(value)?;
        match words.first() {
            None => self.wrong(value, "a program and its arguments, as [\"prog\", \"arg\"]"),
            Some(program) if program.contains('/') && !program.starts_with('/') => {
                self.wrong(value, "a program by its name alone or by its whole path")
            }
            Some(_) => Some(words),
        }
    }

    fn refresh(&mut self, value: &Value<'_>) -> Option<Refresh> {
        let (mut url, mut client_id, mut client_secret, mut scope) = (None, None, None, None);
        let mut grants = Vec::new();
        let table: &DeTable<'_> = self.table(value)?;
        for (key, value) in table {
            match &**key.get_ref() {
                "token-url" => {
                    url = self.text(value).and_then(|text| self.taken(value, token_url(text)));
                }
                "client-id" => client_id = self.text(value).map(str::to_owned),
                "client-secret" => client_secret = self.secret(value),
                "scope" => scope = self.text(value).map(str::to_owned),
                "refresh-token" => grants.extend(self.secret(value).map(Grant::Given)),
                "refresh-token-file" => grants.extend(self.path(value).map(Grant::File)),
                _ => self.unknown(key, REFRESH_KEYS),
            }
        }
        for needed in ["token-url", "client-id"] {
            if !table.contains_key(needed) {
                self.refuse(value, format!("a refresh needs a `{needed}`"));
            }
        }
        if !["refresh-token", "refresh-token-file"].iter().any(|key| table.contains_key(*key)) || grants.len() > 1 {
            self.refuse(value, "a refresh needs either a `refresh-token` or a `refresh-token-file`".to_owned());
        }
        Some(Refresh { token_url: url?, client_id: client_id?, client_secret, grant: grants.pop()?, scope })
    }
}

impl Parts {
    /// The mailbox that the parts make, or why they make none.
    fn whole(mut self) -> Result<NamedMailbox, String> {
        if self.sources.len() > 1 {
            return Err("a token has one source: `token-command`, `token-file` or `refresh`".to_owned());
        }
        let source = self.sources.pop();
        let (mailbox, text) = match (self.url.take(), self.provider) {
            (None, None) => return Err("a mailbox needs a `url`, or a `provider` and a `user`".to_owned()),
            (Some(_), Some(_)) => return Err("a mailbox has either a `url` or a `provider`".to_owned()),
            (Some((mailbox, text)), None) => (self.by_url(mailbox, source.is_some())?, Some(text)),
            (None, Some(provider)) => (self.at(provider, source.is_some())?, None),
        };
        match (mailbox.auth(), source, mailbox.needs_token()) {
            (Auth::Password, Some(_), _) => {
                Err("a token comes with `auth = \"xoauth2\"` or `auth = \"oauthbearer\"`, not with a password"
                    .to_owned())
            }
            (_, Some(_), false) => {
                Err("there is a password or token beside the source of tokens; leave one out".to_owned())
            }
            (Auth::Password, None, true) => Err("the password is missing".to_owned()),
            (_, None, true) => {
                Err("it must say where its token comes from: `token-command`, `token-file` or `refresh`".to_owned())
            }
            (_, source, _) => {
                let url = text.filter(|_| source.is_none()).unwrap_or_else(|| mailbox.to_url());
                Ok(NamedMailbox { url, token: source.map(|source| (mailbox.account(), source)) })
            }
        }
    }

    fn by_url(&self, mailbox: Mailbox, has_source: bool) -> Result<Mailbox, String> {
        if self.user.is_some() || self.password.is_some() || self.folder.is_some() {
            return Err("`user`, `password` and `folder` go with a `provider`; a `url` holds them itself".to_owned());
        }
        match self.auth {
            Some(auth) if auth == mailbox.auth() => Ok(mailbox),
            Some(_) if !mailbox.needs_token() => {
                Err("`auth` is another than that of the `url`, which has a password".to_owned())
            }
            Some(auth) => Ok(mailbox.by(auth)),
            None if has_source && mailbox.auth() == Auth::Password => {
                Err("it must say how the token is given: `auth = \"xoauth2\"` or `auth = \"oauthbearer\"`".to_owned())
            }
            None => Ok(mailbox),
        }
    }

    fn at(&mut self, provider: &'static Provider, has_source: bool) -> Result<Mailbox, String> {
        let user = self.user.take().ok_or("a `provider` needs a `user`")?;
        let usual = || provider.takes.iter().copied().find(|auth| (*auth != Auth::Password) == has_source);
        let auth = self.auth.or_else(usual).filter(|auth| provider.takes.contains(auth)).ok_or(provider.advice)?;
        let folder = self.folder.as_deref().unwrap_or("INBOX");
        let mailbox = provider.mailbox(&user, auth, self.password.take(), folder);
        // Control characters are refused there.
        Mailbox::parse_account(mailbox.to_url().expose()).map_err(|error| error.to_string())
    }
}
