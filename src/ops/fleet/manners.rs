//! Good manners: who makes many accounts at a service says once that its terms allow it.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, File};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use url::Url;

use crate::http::is_loopback;
use crate::ops::{OpError, Workspace};

/// So many rows need no leave.
const FEW: u64 = 25;
/// A record is far smaller.
const MAX_RECORD: u64 = 4096;

/// What a fleet is about to do.
pub struct MannersRequest<'a> {
    /// All of the fleet's.
    pub rows: u64,
    /// The services that its rows ask, by any of their URLs.
    pub services: &'a [&'a str],
    /// The user says that the terms of these services allow it.
    pub accept_terms: bool,
}

/// That the terms of a service were read, as it is kept.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Record {
    origin: String,
    at: String,
    onramp: String,
}

/// Refuses more than a few rows at a service whose terms nobody has said to have read, and notes it if the user says so now.
/// To be asked before anything is sent.
pub fn mind_manners(workspace: &Workspace, request: &MannersRequest<'_>) -> Result<(), OpError> {
    let origins = concerned(request.rows, request.services);
    if origins.is_empty() {
        return Ok(());
    }
    let Some(folder) = &workspace.terms else {
        let message = "there is no place to note whose terms you have read: set HOME, or XDG_STATE_HOME";
        return Err(OpError::Usage(message.to_owned()));
    };
    let mut unread = Vec::new();
    for origin in origins {
        let path = place(folder, &origin);
        if !is_recorded(&path, &origin).map_err(|error| unusable(&path, &error))? {
            unread.push((origin, path));
        }
    }
    if !unread.is_empty() && !request.accept_terms {
        let origins: Vec<&str> = unread.iter().map(|(origin, _)| origin.as_str()).collect();
        return Err(OpError::Usage(refusal(request.rows, &origins)));
    }
    unread.into_iter().try_for_each(|(origin, path)| {
        let at = workspace.clock.now().to_string();
        let record = Record { origin, at, onramp: env!("CARGO_PKG_VERSION").to_owned() };
        write(&path, &record).map_err(|error| unusable(&path, &error))
    })
}

fn unusable(path: &Path, error: &io::Error) -> OpError {
    OpError::Usage(format!("cannot use {}, which notes whose terms you have read: {error}", path.display()))
}

/// The origins whose terms must have been read for so many rows. Nothing on this machine has any.
fn concerned(rows: u64, services: &[&str]) -> BTreeSet<String> {
    let urls = services.iter().filter(|_| rows > FEW).filter_map(|service| Url::parse(service).ok());
    let asked = urls.filter(|url| matches!(url.scheme(), "http" | "https") && !is_loopback(url));
    asked.map(|url| url.origin().ascii_serialization()).collect()
}

fn refusal(rows: u64, origins: &[&str]) -> String {
    let (origins, its) = (origins.join(" and "), if origins.len() == 1 { "its" } else { "their" });
    format!(
        "{rows} rows are many accounts for {origins}. Read {its} terms of service: some allow one account for each person, or no \
         accounts made by programs, and whoever breaks them may lose all of these accounts. If the terms allow what this fleet \
         does, say so with --accept-terms: it is noted, and not asked again for {origins}. Up to {FEW} rows need no such word. \
         Nothing was sent"
    )
}

/// A file for each origin, so that two who write at once write different ones.
fn place(folder: &Path, origin: &str) -> PathBuf {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' };
    folder.join(format!("{}.json", origin.chars().map(plain).collect::<String>()))
}

/// A record that cannot be understood is none.
fn is_recorded(path: &Path, origin: &str) -> io::Result<bool> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    let mut text = Vec::new();
    file.take(MAX_RECORD).read_to_end(&mut text)?;
    Ok(serde_json::from_slice::<Record>(&text).is_ok_and(|record| record.origin == origin))
}

/// Whole or not at all, for its owner alone.
fn write(path: &Path, record: &Record) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut file = NamedTempFile::new_in(folder)?; // 0600
    serde_json::to_writer(&mut file, record)?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests;
