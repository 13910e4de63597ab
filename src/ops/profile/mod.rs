//! What the user's own file says where neither a flag nor a variable does: `onramp.toml`.

mod document;
mod mailbox;
mod reader;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::OpError;
use super::tokens::TokenSource;
use crate::diagnostic::{nearest, position};
use crate::outlook::BaseUrlSource;
use crate::secret::Secret;
use document::{Document, Entry};

const MAX_FILE: u64 = 256 * 1024;

/// Which file is meant, and what of it.
#[derive(Debug, Default)]
pub struct ProfileRequest<'a> {
    /// The user's own file, which need not be there. Never one in the current folder: it may be somebody else's, and a base
    /// URL is sent credentials.
    pub own: Option<PathBuf>,
    /// The file that the user named instead, which must be there.
    pub named: Option<&'a Path>,
    pub profile: Option<&'a str>,
}

/// What a profile gives; its password is a secret like any other.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// The file that was meant, there or not.
    pub file: Option<PathBuf>,
    pub base_url: Option<String>,
    pub base_url_source: BaseUrlSource,
    pub mailbox: Option<Secret<String>>,
    /// Every mailbox of the file, as a URL.
    pub mailboxes: BTreeMap<String, Secret<String>>,
    /// Where the tokens of its mailboxes come from, by account. All of them: a run that goes on is not told its profile again.
    pub tokens: BTreeMap<String, TokenSource>,
    /// A certificate authority beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// What the service's documented rate limits are multiplied by.
    pub rate_scale: Option<f64>,
    pub settle: Option<Duration>,
    pub allow_hosts: Vec<String>,
    pub store: Option<PathBuf>,
}

/// The profile that was asked for, over the defaults of its file; the defaults alone if none was.
pub fn profile(request: &ProfileRequest<'_>) -> Result<Profile, OpError> {
    let Some(path) = request.named.or(request.own.as_deref()) else {
        return match request.profile {
            Some(name) => usage(format!("there is no profile `{name}`: HOME is not set; set it, or give `--config`")),
            None => Ok(Profile::default()),
        };
    };
    match read(path) {
        Ok(file) => chosen(&file, path, request.profile),
        Err(Unread::Absent) if request.named.is_none() => match request.profile {
            Some(name) => usage(format!("there is no profile `{name}`: {} is not there", path.display())),
            None => Ok(Profile { file: Some(path.to_owned()), ..Profile::default() }),
        },
        Err(Unread::Absent) => usage(format!("{} is not there", path.display())),
        Err(Unread::Refused(why)) => usage(why),
    }
}

fn usage<T>(message: String) -> Result<T, OpError> {
    Err(OpError::Usage(message))
}

enum Unread {
    Absent,
    Refused(String),
}

fn read(path: &Path) -> Result<Document, Unread> {
    let shown = path.display();
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Unread::Absent,
        io::ErrorKind::InvalidData => Unread::Refused(format!("{shown} is not text in UTF-8")),
        _ => Unread::Refused(format!("cannot read {shown}: {error}")),
    };
    let file = fs::File::open(path).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    let mode = about.permissions().mode();
    if mode & 0o022 != 0 {
        let why = "can be written by others, and tokens go where it says";
        return Err(Unread::Refused(format!("{shown} {why}: run `chmod go-w {shown}`")));
    }
    let mut text = String::new();
    let size = file.take(MAX_FILE + 1).read_to_string(&mut text).map_err(failed)?;
    let text = Secret::new(text);
    if size as u64 > MAX_FILE {
        return Err(Unread::Refused(format!("{shown} is larger than {MAX_FILE} bytes")));
    }
    let document = document::read(text.expose(), path.parent().unwrap_or(Path::new(""))).map_err(|problems| {
        // The line itself is not drawn: it may hold a password.
        let line = |(at, message): &(usize, String)| {
            let (line, column) = position(text.expose(), *at);
            format!("{shown}:{line}:{column}: {message}")
        };
        Unread::Refused(problems.iter().map(line).collect::<Vec<_>>().join("\n"))
    })?;
    if mode & 0o044 != 0 && !document.mailboxes.is_empty() {
        let why = "holds the password of a mailbox and can be read by others";
        return Err(Unread::Refused(format!("{shown} {why}: run `chmod 600 {shown}`")));
    }
    Ok(document)
}

fn chosen(file: &Document, path: &Path, name: Option<&str>) -> Result<Profile, OpError> {
    let entry = match name {
        None => Entry::default(),
        Some(name) => match file.profiles.get(name) {
            Some(entry) => entry.clone(),
            None => return usage(no_profile(file, path, name)),
        },
    };
    let defaults = &file.defaults;
    let source = |profile: Option<&str>| BaseUrlSource::File {
        path: path.display().to_string(),
        profile: profile.map(str::to_owned),
    };
    let mailbox = entry.mailbox.as_ref().or(defaults.mailbox.as_ref());
    Ok(Profile {
        file: Some(path.to_owned()),
        base_url_source: match (&entry.base_url, &defaults.base_url) {
            (Some(_), _) => source(name),
            (None, Some(_)) => source(None),
            (None, None) => BaseUrlSource::BuiltIn,
        },
        base_url: entry.base_url.or_else(|| defaults.base_url.clone()),
        mailbox: mailbox.and_then(|name| file.mailboxes.get(name)).map(|named| named.url.clone()),
        mailboxes: file.mailboxes.iter().map(|(name, named)| (name.clone(), named.url.clone())).collect(),
        tokens: file.mailboxes.values().filter_map(|named| named.token.clone()).collect(),
        ca_file: entry.ca_file.or_else(|| defaults.ca_file.clone()),
        rate_scale: entry.rate_scale.or(defaults.rate_scale),
        settle: entry.settle.or(defaults.settle),
        allow_hosts: entry.allow_hosts.or_else(|| defaults.allow_hosts.clone()).unwrap_or_default(),
        store: entry.store.or_else(|| defaults.store.clone()),
    })
}

fn no_profile(file: &Document, path: &Path, name: &str) -> String {
    let names = || file.profiles.keys().map(String::as_str);
    let has = match (nearest(name, names()), file.profiles.is_empty()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, true) => format!("write `[profile.{name}]` there"),
        (None, false) => format!("it has {}", names().collect::<Vec<_>>().join(", ")),
    };
    format!("{} has no profile `{name}`; {has}", path.display())
}
