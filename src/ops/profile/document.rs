//! The text of `onramp.toml`, checked whole. A problem is told with its place and never quotes a value.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mailbox::NamedMailbox;
use super::reader::{Problem, Reader, Value};
use crate::diagnostic::nearest;
use crate::http::host_or_origin;
use crate::ops::base_url::checked_base_url;
use crate::workflow::parse_duration;

const PARTS: &[&str] = &["defaults", "mailbox", "profile"];
const ENTRY_KEYS: &[&str] = &["allow-hosts", "base-url", "ca-file", "mailbox", "rate-scale", "settle", "store"];

#[derive(Debug, Default)]
pub(super) struct Document {
    pub defaults: Entry,
    pub profiles: BTreeMap<String, Entry>,
    pub mailboxes: BTreeMap<String, NamedMailbox>,
}

/// What `[defaults]` or a profile says.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    pub base_url: Option<String>,
    /// The name of one of the mailboxes.
    pub mailbox: Option<String>,
    /// What the service's documented rate limits are multiplied by.
    pub rate_scale: Option<f64>,
    pub settle: Option<Duration>,
    pub allow_hosts: Option<Vec<String>>,
    /// A certificate authority beside those of the system.
    pub ca_file: Option<PathBuf>,
    pub store: Option<PathBuf>,
}

/// Reads the file, which lies in `folder`, or tells everything that is wrong with it.
pub(super) fn read(text: &str, folder: &Path) -> Result<Document, Vec<Problem>> {
    let root = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        vec![(at, error.message().to_owned())]
    })?;
    let mut reader = Reader { folder, problems: Vec::new() };
    let document = reader.document(root.get_ref());
    let mut problems = reader.problems;
    problems.sort();
    if problems.is_empty() { Ok(document) } else { Err(problems) }
}

impl Reader<'_> {
    fn document(&mut self, root: &DeTable<'_>) -> Document {
        let mut document = Document::default();
        let mut entries = Vec::new();
        for (key, value) in root {
            match &**key.get_ref() {
                "mailbox" => {
                    for (name, table) in self.each(value) {
                        document.mailboxes.extend(self.mailbox(table).map(|mailbox| (name, mailbox)));
                    }
                }
                "profile" => entries.extend(self.each(value).into_iter().map(|(name, table)| (Some(name), table))),
                "defaults" => entries.push((None, value)),
                other if ENTRY_KEYS.contains(&other) => {
                    self.refuse(key, format!("`{other}` stands below `[defaults]` or a `[profile.NAME]`"));
                }
                _ => self.unknown(key, PARTS),
            }
        }
        let named: Vec<String> = names(root, "mailbox");
        for (name, table) in entries {
            let Some(table) = self.table(table) else { continue };
            let entry = self.entry(table, &named);
            match name {
                Some(name) => drop(document.profiles.insert(name, entry)),
                None => document.defaults = entry,
            }
        }
        document
    }

    fn entry(&mut self, table: &DeTable<'_>, mailboxes: &[String]) -> Entry {
        let mut entry = Entry::default();
        for (key, value) in table {
            match &**key.get_ref() {
                "ca-file" => entry.ca_file = self.path(value),
                "base-url" => {
                    entry.base_url = self.text(value).and_then(|url| self.taken(value, checked_base_url(url)))
                }
                "mailbox" => entry.mailbox = self.text(value).and_then(|name| self.named(value, name, mailboxes)),
                "rate-scale" => entry.rate_scale = self.factor(value),
                "settle" => {
                    let duration = |text| parse_duration(text).ok_or("a time is written like 500ms, 30s or 1m30s");
                    entry.settle = self.text(value).and_then(|text| self.taken(value, duration(text)));
                }
                "allow-hosts" => entry.allow_hosts = self.hosts(value),
                "store" => entry.store = self.text(value).map(PathBuf::from),
                _ => self.unknown(key, ENTRY_KEYS),
            }
        }
        entry
    }

    fn hosts(&mut self, value: &Value<'_>) -> Option<Vec<String>> {
        let hosts = self.texts(value)?;
        hosts.into_iter().map(|host| self.taken(value, host_or_origin(&host))).collect()
    }

    fn named(&mut self, value: &Value<'_>, name: &str, mailboxes: &[String]) -> Option<String> {
        if mailboxes.iter().any(|known| known == name) {
            return Some(name.to_owned());
        }
        let near = nearest(name, mailboxes.iter().map(String::as_str));
        let meant = near.map_or_else(|| "write one".to_owned(), |near| format!("did you mean `{near}`?"));
        self.refuse(value, format!("there is no `[mailbox.NAME]` of this name; {meant}"));
        None
    }
}

fn names(root: &DeTable<'_>, part: &str) -> Vec<String> {
    match root.get(part).map(Spanned::get_ref) {
        Some(DeValue::Table(table)) => table.keys().map(|name| name.get_ref().clone().into_owned()).collect(),
        _ => Vec::new(),
    }
}
