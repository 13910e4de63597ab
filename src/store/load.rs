//! Reading a run: everything is checked, nothing is changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::checkpoint::{self, Found, Point};
use super::disk::{Disk, RunFile};
use super::error::StoreError;
use super::journal::{Lines, Origin};
use super::key::Key;
use super::parallel;
use super::seal::{RunKeys, Seal};
use super::suspicion::Suspicion;
use super::texts;
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::id::RunId;
use crate::run::{Entry, Fact, Recorded};
use crate::workflow::Texts;

/// A run as it is stored: the present is `snapshot` with `entries` applied.
#[derive(Debug)]
pub struct Loaded {
    pub run: RunId,
    pub created: Timestamp,
    pub origin: Origin,
    /// The texts of the workflow at the snapshot; without one, those with which the run was started.
    pub texts: Texts,
    /// The texts that took over since, one for each [`Replanned`](crate::run::Replanned) of `entries`.
    pub edits: Vec<Texts>,
    /// Earlier texts in which steps stood that the snapshot knows to be taken out. One that is not there any more is left out.
    pub earlier: BTreeMap<u32, Texts>,
    /// The state of the checkpoint; `None` if there is no usable one, and then `entries` begin with the run's first.
    pub snapshot: Option<Recorded>,
    /// All entries after the snapshot.
    pub entries: Vec<Entry>,
    /// When the run's secrets were made unreadable, if they were: each reads as [`PRUNED`](super::PRUNED).
    pub secrets_pruned: Option<Timestamp>,
    /// What the user should know of; the run is whole nevertheless.
    pub warnings: Vec<String>,
    /// Why the folder may be a copy. Known only to who opens it to go on.
    pub suspicion: Option<Suspicion>,
}

/// Where a writer goes on.
pub(super) struct Position {
    pub keys: RunKeys,
    pub at: Point,
    pub synced: Point,
    pub seq: u64,
    /// The length of the journal's whole lines, in bytes, and whether more follows.
    pub whole: u64,
    pub has_tail: bool,
    /// Bytes of the checkpoint, and of the journal after it.
    pub checkpoint: u64,
    pub grown: u64,
    pub lines: Lines,
}

pub(super) fn load(disk: &dyn Disk, key: &Key, entropy: Arc<dyn Entropy>) -> Result<(Loaded, Position), StoreError> {
    let seal = Seal::read(disk)?;
    let secrets_pruned = seal.secrets_pruned();
    let keys = seal.open(disk, key, entropy)?;
    // Read before the journal, which then is at least as new.
    let bytes = disk.read(RunFile::Checkpoint)?;
    let genuine = || bytes.as_deref().and_then(|bytes| checkpoint::genuine(bytes, &keys));
    let (lines, genuine) = parallel::both(|| Lines::read(disk, &keys), genuine);
    let lines = lines?;
    let header = lines.header()?;
    let pruned = |at| format!("the secrets of run {} were pruned at {at}; nothing opens them any more", keys.run);
    let mut warnings: Vec<String> = secrets_pruned.map(pruned).into_iter().collect();
    let (snapshot, commit, size) = match checkpoint::check(bytes.as_deref(), genuine, &lines, disk)? {
        Found::Usable { recorded, commit, size } => (Some(*recorded), commit, size),
        Found::Useless(warning) => {
            warnings.push(warning);
            (None, 0, 0)
        }
    };
    let before = snapshot.as_ref().map_or(0, |recorded| recorded.seq);
    let entries = lines.entries_after(commit, before + 1, &keys)?;
    let edited = snapshot.as_ref().and_then(|recorded| Some((recorded.version, recorded.workflow.as_deref()?)));
    let (version, pin) = edited.unwrap_or((1, &header.workflow));
    let texts = texts::read(disk, version, pin)?;
    let mut earlier = BTreeMap::new();
    for text in snapshot.iter().flat_map(|recorded| recorded.last_stood.values()) {
        let pin = text.digest.as_deref().unwrap_or(&header.workflow);
        if !earlier.contains_key(&text.version)
            && let Ok(found) = texts::read(disk, text.version, pin)
        {
            earlier.insert(text.version, found);
        }
    }
    let edits = entries.iter().filter_map(|entry| match &entry.fact {
        Fact::Replanned(to) => Some(texts::read(disk, to.version, &to.workflow)),
        _ => None,
    });
    let edits = edits.collect::<Result<_, _>>()?;
    let position = Position {
        at: point(&lines, lines.last()),
        synced: point(&lines, lines.synced()),
        seq: before + entries.len() as u64,
        whole: lines.whole() as u64,
        has_tail: lines.has_tail(),
        checkpoint: size,
        grown: lines.length_after(commit) as u64,
        lines,
        keys,
    };
    let run = position.keys.run.clone();
    let (created, origin) = (header.created.0, header.origin);
    let suspicion = None;
    let loaded =
        Loaded { run, created, origin, texts, edits, earlier, snapshot, entries, secrets_pruned, warnings, suspicion };
    Ok((loaded, position))
}

fn point(lines: &Lines, commit: u64) -> Point {
    let commit = commit.min(lines.last());
    Point { commit, link: lines.link(commit).cloned().unwrap_or_else(super::chain::Link::start) }
}
