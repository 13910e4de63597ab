//! What is known of a run outside of its store: how far its journal had come, and in which folder.
//!
//! A journal that is copied cannot know it. Each folder in which a run was worked on has a record in the user's state
//! folder, `onramp/runs/RUN-MAC/`, where MAC is the beginning of that of the journal's header and tells apart runs of the
//! same name. A folder without a record of its own, one whose journal falls short of its record, and one beside which
//! another folder was worked on are taken for copies.
//!
//! The record is written after every sync of the journal and without one of its own: it may fall behind the journal, and is
//! never ahead of it. No device is in it, since the numbers of devices change from one boot to the next.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::checkpoint::Point;
use super::crypto::digest;
use super::suspicion::Suspicion;
use crate::id::RunId;

const EXTENSION: &str = "json";

/// A folder that runs are kept in, by what tells it from a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    /// Absolute.
    pub path: String,
    pub inode: u64,
}

impl Identity {
    /// The name of its record.
    fn name(&self) -> String {
        let digest = digest(self.path.as_bytes());
        format!("{:x}-{}", self.inode, digest.get(7..23).unwrap_or_default())
    }
}

/// How far the journal of one folder had come.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    seq: u64,
    commit: u64,
    journal_mac: String,
    #[serde(flatten)]
    folder: Identity,
    /// The other folders, by their records' names, with the MACs up to which what they did is known here.
    others: BTreeMap<String, String>,
}

/// The record of the folder that is being worked in.
pub(super) struct Witness {
    /// Where the records of this run are.
    place: PathBuf,
    folder: Identity,
    others: BTreeMap<String, String>,
    /// The folder is not in doubt, or the journal says that it is.
    may_speak: bool,
    file: Option<File>,
}

impl Witness {
    /// `header` is the MAC of the journal's first line.
    pub fn new(state: &Path, run: &RunId, header: &str, folder: Identity) -> Self {
        let place = state.join(format!("{run}-{}", header.get(..16).unwrap_or_default()));
        Self { place, folder, others: BTreeMap::new(), may_speak: true, file: None }
    }

    /// Holds the records against the folder. `has` tells whether the journal has a commit with
    /// that MAC. What makes the folder suspect keeps
    /// this record as it is until [`Witness::accept`].
    pub fn examine(&mut self, has: impl Fn(u64, &str) -> bool) -> Option<Suspicion> {
        let suspicion = match self.read() {
            Ok(records) => self.compare(records, has),
            Err(error) => Some(Suspicion::Unreadable(error.to_string())),
        };
        self.may_speak = suspicion.is_none();
        suspicion
    }

    fn compare(
        &mut self,
        records: BTreeMap<String, Option<Record>>,
        has: impl Fn(u64, &str) -> bool,
    ) -> Option<Suspicion> {
        let all: Option<BTreeMap<String, Record>> =
            records.into_iter().map(|(name, record)| Some((name, record?))).collect();
        let Some(mut records) = all else { return Some(Suspicion::Unreadable("a record is damaged".into())) };
        let own = records.remove(&self.folder.name());
        let known = |(name, record): &(&String, &Record)| {
            own.as_ref().is_some_and(|own| own.others.get(*name) == Some(&record.journal_mac))
        };
        let news = records.iter().find(|entry| !known(entry)).map(|(_, record)| record.folder.clone());
        let suspicion = match (&own, news) {
            (Some(own), _) if !has(own.commit, &own.journal_mac) => Some(Suspicion::RolledBack { seq: own.seq }),
            (Some(_), news) => news.map(|other| Suspicion::Elsewhere { path: other.path }),
            (None, Some(other)) if other.inode == self.folder.inode => Some(Suspicion::Moved { from: other.path }),
            (None, Some(other)) if other.path == self.folder.path => Some(Suspicion::Replaced),
            (None, Some(other)) => Some(Suspicion::Copied { of: other.path }),
            (None, None) => Some(Suspicion::Unknown),
        };
        self.others = records.into_iter().map(|(name, record)| (name, record.journal_mac)).collect();
        suspicion
    }

    /// All records of the run, by name; `None` for one that is damaged.
    fn read(&self) -> io::Result<BTreeMap<String, Option<Record>>> {
        let entries = match fs::read_dir(&self.place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            entries => entries?,
        };
        let mut records = BTreeMap::new();
        for entry in entries {
            let path = entry?.path();
            if let Some(name) = path.file_stem().and_then(|name| name.to_str())
                && path.extension().is_some_and(|end| end == EXTENSION)
            {
                records.insert(name.to_owned(), serde_json::from_slice(&fs::read(&path)?).ok());
            }
        }
        Ok(records)
    }

    /// From now on the record may say that this folder is the one.
    pub fn accept(&mut self) {
        self.may_speak = true;
    }

    /// The journal is on stable storage up to `at`, whose last entry is `seq`.
    pub fn note(&mut self, seq: u64, at: &Point) -> io::Result<()> {
        if !self.may_speak {
            return Ok(());
        }
        match &self.file {
            // Only the numbers change, which stand first and take the same room always: no reader finds half a record.
            Some(file) => file.write_all_at(numbers(seq, at).as_bytes(), 0),
            None => self.begin(seq, at),
        }
    }

    fn begin(&mut self, seq: u64, at: &Point) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.place)?;
        let (path, name) = (self.path(&self.folder.name()), self.folder.name());
        let new = path.with_extension("new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        let rest = serde_json::json!({ "path": self.folder.path, "inode": self.folder.inode, "others": self.others });
        let rest = rest.to_string();
        file.write_all(format!("{}{}\n", numbers(seq, at), rest.strip_prefix('{').unwrap_or_default()).as_bytes())?;
        // Once only: that a crash of the machine leaves no empty file.
        file.sync_all()?;
        fs::rename(&new, &path)?;
        self.file = Some(file);
        self.remove_stale(&name);
        Ok(())
    }

    /// Damaged records, and those of folders that are this one under an old path or that this one replaced.
    fn remove_stale(&self, own: &str) {
        let stale =
            |record: &Record| record.folder.inode == self.folder.inode || record.folder.path == self.folder.path;
        let records = self.read().unwrap_or_default().into_iter();
        let stale = records.filter(|(name, record)| name != own && record.as_ref().is_none_or(stale));
        stale.for_each(|(name, _)| drop(fs::remove_file(self.path(&name))));
    }

    /// Forgets the folder; what is known of others stays.
    pub fn forget(&self) -> io::Result<()> {
        match fs::remove_file(self.path(&self.folder.name())) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        // It stays while there are records of others in it.
        let _ = fs::remove_dir(&self.place);
        Ok(())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.join(name).with_extension(EXTENSION)
    }
}

/// The beginning of a record: as long whatever the numbers are.
fn numbers(seq: u64, at: &Point) -> String {
    format!(r#"{{"seq":{seq:>20},"commit":{:>20},"journal_mac":"{}","#, at.commit, at.link.as_str())
}
