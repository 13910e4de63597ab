//! The text of `onramp.toml`, checked whole. A problem is told with its place and never quotes a value.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::diagnostic::nearest;
use crate::mail::Mailbox;
use crate::ops::base_url::checked_base_url;
use crate::secret::Secret;
use crate::workflow::parse_duration;

const PARTS: &[&str] = &["defaults", "mailbox", "profile"];
const ENTRY_KEYS: &[&str] = &["allow-hosts", "base-url", "mailbox", "rate-scale", "settle", "store"];
const MAILBOX_KEYS: &[&str] = &["url"];
/// Keys that a later version of the file will have.
const NOT_YET: &[&str] = &["auth", "token-command"];

#[derive(Debug, Default)]
pub(super) struct Document {
    pub defaults: Entry,
    pub profiles: BTreeMap<String, Entry>,
    pub mailboxes: BTreeMap<String, Secret<String>>,
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
    pub store: Option<PathBuf>,
}

type Key<'i> = Spanned<DeString<'i>>;
type Value<'i> = Spanned<DeValue<'i>>;

/// What is wrong, and at which byte.
pub(super) type Problem = (usize, String);

/// Reads the file, or tells everything that is wrong with it.
pub(super) fn read(text: &str) -> Result<Document, Vec<Problem>> {
    let root = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        vec![(at, error.message().to_owned())]
    })?;
    let mut reader = Reader::default();
    let document = reader.document(root.get_ref());
    let mut problems = reader.problems;
    problems.sort();
    if problems.is_empty() { Ok(document) } else { Err(problems) }
}

#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn document(&mut self, root: &DeTable<'_>) -> Document {
        let mut document = Document::default();
        let mut entries = Vec::new();
        for (key, value) in root {
            match &**key.get_ref() {
                "mailbox" => {
                    for (name, table) in self.each(value) {
                        document.mailboxes.extend(self.mailbox(table).map(|url| (name, url)));
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
                "base-url" => {
                    entry.base_url = self.text(value).and_then(|url| self.taken(value, checked_base_url(url)))
                }
                "mailbox" => entry.mailbox = self.text(value).and_then(|name| self.named(value, name, mailboxes)),
                "rate-scale" => entry.rate_scale = self.factor(value),
                "settle" => {
                    let duration = |text| parse_duration(text).ok_or("a time is written like 500ms, 30s or 1m30s");
                    entry.settle = self.text(value).and_then(|text| self.taken(value, duration(text)));
                }
                "allow-hosts" => entry.allow_hosts = self.texts(value),
                "store" => entry.store = self.text(value).map(PathBuf::from),
                _ => self.unknown(key, ENTRY_KEYS),
            }
        }
        entry
    }

    fn mailbox(&mut self, table: &Value<'_>) -> Option<Secret<String>> {
        let mut url = None;
        let fields = self.table(table)?;
        for (key, value) in fields {
            match &**key.get_ref() {
                "url" => {
                    let text = self.text(value)?;
                    let parsed = Mailbox::parse(text).map(|_| Secret::new(text.to_owned()));
                    url = self.taken(value, parsed);
                }
                _ => self.unknown(key, MAILBOX_KEYS),
            }
        }
        if !fields.iter().any(|(key, _)| &**key.get_ref() == "url") {
            self.refuse(table, "a mailbox needs a `url`".to_owned());
        }
        url
    }

    /// The tables below `[part.NAME]`.
    fn each<'t, 'i>(&mut self, part: &'t Value<'i>) -> Vec<(String, &'t Value<'i>)> {
        let tables = self.table(part).into_iter().flatten();
        tables.map(|(name, table)| (name.get_ref().clone().into_owned(), table)).collect()
    }

    fn table<'t, 'i>(&mut self, value: &'t Value<'i>) -> Option<&'t DeTable<'i>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => self.wrong(value, "a table"),
        }
    }

    fn text<'t>(&mut self, value: &'t Value<'_>) -> Option<&'t str> {
        match value.get_ref() {
            DeValue::String(text) if !text.is_empty() => Some(text),
            _ => self.wrong(value, "text that is not empty"),
        }
    }

    fn texts(&mut self, value: &Value<'_>) -> Option<Vec<String>> {
        match value.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| self.text(item).map(str::to_owned)).collect(),
            _ => self.wrong(value, "a list of texts"),
        }
    }

    fn factor(&mut self, value: &Value<'_>) -> Option<f64> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        let factor = number.filter(|factor: &f64| factor.is_finite() && *factor > 0.0);
        factor.or_else(|| self.wrong(value, "a number above 0"))
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

    fn taken<T, E: std::fmt::Display>(&mut self, value: &Value<'_>, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.refuse(value, error.to_string())).ok()
    }

    fn wrong<T>(&mut self, value: &Value<'_>, expected: &str) -> Option<T> {
        self.refuse(value, format!("must be {expected}"));
        None
    }

    fn unknown(&mut self, key: &Key<'_>, known: &[&str]) {
        let name: &str = key.get_ref();
        let what = match nearest(name, known.iter().copied()) {
            _ if NOT_YET.contains(&name) => "is not known yet: a mailbox is given by its `url`".to_owned(),
            Some(near) => format!("is not known; did you mean `{near}`?"),
            None => format!("is not known; here can stand {}", known.join(", ")),
        };
        self.refuse(key, format!("`{name}` {what}"));
    }

    fn refuse<T>(&mut self, place: &Spanned<T>, message: String) {
        self.problems.push((place.span().start, message));
    }
}

fn names(root: &DeTable<'_>, part: &str) -> Vec<String> {
    match root.get(part).map(Spanned::get_ref) {
        Some(DeValue::Table(table)) => table.keys().map(|name| name.get_ref().clone().into_owned()).collect(),
        _ => Vec::new(),
    }
}
