//! The file that keeps the service over a restart: a header line, then one JSON line for each commit.
//!
//! A line is written before the answer it belongs to leaves the process, without a sync: what was answered survives a kill
//! of the process, not a power cut. A last line without its line feed was never answered and is dropped.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::event::Event;
use super::whole::State;
use crate::sandbox::SandboxError;

const FORMAT: &str = "onramp-sandbox";
/// Raise it when an older program could not read what this one writes.
const VERSION: u64 = 2;
/// Beyond this size the journal is replaced by a snapshot, and again when it has doubled since.
const COMPACT_ABOVE: u64 = 16 << 20;

/// The ports of the last run, bound again by the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    pub http: u16,
    pub imap: u16,
    pub smtp: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imaps: Option<u16>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    version: u64,
    seed: u64,
    ports: Ports,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Commit(Vec<Event>),
    Snapshot(Box<State>),
}

/// What a state folder held.
pub struct Kept {
    version: u64,
    pub seed: u64,
    pub ports: Ports,
    pub state: State,
    /// Length of the journal up to its last whole line.
    length: u64,
}

/// A state folder that is locked for this process.
pub struct StateFolder {
    path: PathBuf,
    _lock: File,
}

impl StateFolder {
    /// Creates the folder if need be (mode 0700) and locks it.
    pub fn lock(path: &Path) -> Result<Self, SandboxError> {
        let failed = |source| SandboxError::StateFolder { path: path.to_owned(), source };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        let lock = private(OpenOptions::new().write(true).create(true)).open(path.join("lock")).map_err(failed)?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(SandboxError::StateInUse { path: path.to_owned() }),
            Err(errno) => Err(failed(errno.into())),
        }
    }

    fn journal(&self) -> PathBuf {
        self.path.join("journal.jsonl")
    }

    /// Reads the journal; `None` if there is none yet. Changes nothing.
    pub fn read(&self) -> Result<Option<Kept>, SandboxError> {
        let path = self.journal();
        match fs::read(&path) {
            Ok(bytes) => fold(&path, &bytes).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(SandboxError::StateFolder { path, source }),
        }
    }

    /// Opens the journal for commits. `kept` is what [`StateFolder::read`] found.
    pub fn open(self, seed: u64, ports: Ports, kept: Option<&Kept>, state: &State) -> Result<Journal, SandboxError> {
        let path = self.journal();
        let failed = |source| SandboxError::StateFolder { path: path.clone(), source };
        let header = Header { format: FORMAT.into(), version: VERSION, seed, ports };
        let (file, length) = match kept {
            Some(kept) if kept.ports == ports && kept.version == VERSION => {
                let file = OpenOptions::new().append(true).open(&path).map_err(failed)?;
                file.set_len(kept.length).map_err(failed)?;
                (file, kept.length)
            }
            _ => rewrite(&path, &header, state).map_err(failed)?,
        };
        Ok(Journal { folder: self, header, file, length, compact_above: COMPACT_ABOVE.max(length), broken: false })
    }
}

/// The open journal.
pub struct Journal {
    folder: StateFolder,
    header: Header,
    file: File,
    length: u64,
    compact_above: u64,
    broken: bool,
}

impl Journal {
    /// Appends one commit. After an error nothing of it is in the file.
    pub fn append(&mut self, events: Vec<Event>) -> io::Result<Vec<Event>> {
        if self.broken {
            return Err(io::Error::other("the journal could not be repaired after a failed write"));
        }
        let line = Line::Commit(events);
        let mut bytes = serde_json::to_vec(&line)?;
        bytes.push(b'\n');
        if let Err(error) = self.file.write_all(&bytes) {
            self.broken = self.file.set_len(self.length).is_err();
            return Err(error);
        }
        self.length += bytes.len() as u64;
        match line {
            Line::Commit(events) => Ok(events),
            Line::Snapshot(_) => Ok(Vec::new()),
        }
    }

    /// Replaces a journal that has grown long by a snapshot of `state`.
    pub fn compact_if_long(&mut self, state: &State) -> io::Result<()> {
        if self.length > self.compact_above {
            // Raised first: after a failure the next try waits as long as after a success.
            self.compact_above = COMPACT_ABOVE.max(self.length.saturating_mul(2));
            (self.file, self.length) = rewrite(&self.folder.journal(), &self.header, state)?;
            self.compact_above = COMPACT_ABOVE.max(self.length.saturating_mul(2));
        }
        Ok(())
    }
}

/// Replaces the file at once by a header and a snapshot.
fn rewrite(path: &Path, header: &Header, state: &State) -> io::Result<(File, u64)> {
    let mut bytes = serde_json::to_vec(header)?;
    bytes.push(b'\n');
    serde_json::to_writer(&mut bytes, &Line::Snapshot(Box::new(state.clone())))?;
    bytes.push(b'\n');
    let new = path.with_extension("new");
    let mut file = private(OpenOptions::new().write(true).create(true).truncate(true)).open(&new)?;
    file.write_all(&bytes)?;
    fs::rename(&new, path)?;
    Ok((OpenOptions::new().append(true).open(path)?, bytes.len() as u64))
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

fn fold(path: &Path, bytes: &[u8]) -> Result<Kept, SandboxError> {
    let damaged = |line: usize, reason: String| SandboxError::StateDamaged { path: path.to_owned(), line, reason };
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let mut lines = bytes.get(..whole).unwrap_or_default().split_inclusive(|byte| *byte == b'\n').zip(1..);
    let (first, _) = lines.next().ok_or_else(|| damaged(1, "the header is missing".into()))?;
    let header = read_header(path, first)?;
    let mut state = State::default();
    for (line, number) in lines {
        match serde_json::from_slice(line).map_err(|error| damaged(number, error.to_string()))? {
            Line::Snapshot(snapshot) => {
                state = *snapshot;
                state.index();
            }
            Line::Commit(events) => events.into_iter().for_each(|event| state.apply(event)),
        }
    }
    Ok(Kept { version: header.version, seed: header.seed, ports: header.ports, state, length: whole as u64 })
}

fn read_header(path: &Path, line: &[u8]) -> Result<Header, SandboxError> {
    let damaged = |reason: String| SandboxError::StateDamaged { path: path.to_owned(), line: 1, reason };
    let value: serde_json::Value = serde_json::from_slice(line).map_err(|error| damaged(error.to_string()))?;
    if value.get("format").and_then(|format| format.as_str()) != Some(FORMAT) {
        return Err(damaged("this is not a sandbox journal".into()));
    }
    match value.get("version").and_then(serde_json::Value::as_u64) {
        Some(version) if version > VERSION => {
            Err(SandboxError::StateNewer { path: path.to_owned(), version, supported: VERSION })
        }
        _ => serde_json::from_value(value).map_err(|error| damaged(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORTS: Ports = Ports { http: 1, imap: 2, smtp: 3, imaps: None };

    fn drawn(count: u64) -> Vec<Event> {
        vec![Event::ValuesDrawn { count }]
    }

    fn journal_of(dir: &Path, commits: u64) -> PathBuf {
        let folder = StateFolder::lock(dir).unwrap();
        let path = folder.journal();
        let mut journal = folder.open(7, PORTS, None, &State::default()).unwrap();
        (0..commits).for_each(|_| drop(journal.append(drawn(1)).unwrap()));
        path
    }

    #[test]
    fn what_was_committed_is_read_again() {
        let dir = tempfile::tempdir().unwrap();
        journal_of(dir.path(), 3);
        let kept = StateFolder::lock(dir.path()).unwrap().read().unwrap().unwrap();
        assert_eq!((kept.seed, kept.ports, kept.state.drawn), (7, PORTS, 3));
    }

    #[test]
    fn a_torn_last_line_is_dropped_and_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = journal_of(dir.path(), 2);
        let whole = fs::read(&path).unwrap();
        for torn in 1..24 {
            fs::write(&path, [&whole[..], &whole[whole.len() - 24..whole.len() - torn]].concat()).unwrap();
            let folder = StateFolder::lock(dir.path()).unwrap();
            let kept = folder.read().unwrap().unwrap();
            assert_eq!(kept.state.drawn, 2);
            folder.open(7, PORTS, Some(&kept), &kept.state).unwrap().append(drawn(5)).unwrap();
            let again = StateFolder::lock(dir.path()).unwrap().read().unwrap().unwrap();
            assert_eq!(again.state.drawn, 7);
        }
    }

    #[test]
    fn damage_is_named_with_its_line_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = journal_of(dir.path(), 2);
        let text = fs::read_to_string(&path).unwrap().replacen("values_drawn", "values_drown", 1);
        fs::write(&path, &text).unwrap();
        let error = StateFolder::lock(dir.path()).unwrap().read().err().unwrap();
        assert!(matches!(error, SandboxError::StateDamaged { line: 3, .. }), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn a_long_journal_becomes_a_snapshot_that_says_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let folder = StateFolder::lock(dir.path()).unwrap();
        let mut state = State::default();
        let mut journal = folder.open(7, PORTS, None, &state).unwrap();
        journal.compact_above = 2_000;
        let account = |id: u64| Event::AccountCreated {
            account: crate::sandbox::state::Account {
                id,
                email: format!("a{id}@x.test"),
                name: "A".into(),
                username: "a".into(),
                password: crate::sandbox::password::PasswordHash::new("p", "s".into()),
                created_at: crate::clock::Timestamp::from_millis(5),
                verified_at: None,
                verified_by: None,
                profile: crate::sandbox::state::Profile::default(),
            },
        };
        let mut lengths = Vec::new();
        for id in 1..=20 {
            journal.append(vec![account(id), account(id)]).unwrap().into_iter().for_each(|event| state.apply(event));
            journal.compact_if_long(&state).unwrap();
            lengths.push(journal.length);
        }
        assert!(lengths.windows(2).any(|pair| pair[1] < pair[0]), "it was never replaced: {lengths:?}");
        drop(journal);
        let kept = StateFolder::lock(dir.path()).unwrap().read().unwrap().unwrap();
        assert_eq!(serde_json::to_value(&kept.state).unwrap(), serde_json::to_value(&state).unwrap());
        assert_eq!((1..=20).filter(|id| kept.state.account_by_email(&format!("A{id}@X.test")).is_some()).count(), 20);
    }

    #[test]
    fn a_newer_format_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = journal_of(dir.path(), 0);
        let text = fs::read_to_string(&path).unwrap().replacen("\"version\":2", "\"version\":3", 1);
        fs::write(&path, text).unwrap();
        let error = StateFolder::lock(dir.path()).unwrap().read().err().unwrap();
        assert!(matches!(error, SandboxError::StateNewer { version: 3, supported: 2, .. }), "{error}");
    }

    #[test]
    fn an_older_journal_is_gone_on_with_in_the_present_format() {
        let dir = tempfile::tempdir().unwrap();
        let path = journal_of(dir.path(), 2);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen("\"version\":2", "\"version\":1", 1)).unwrap();
        let folder = StateFolder::lock(dir.path()).unwrap();
        let kept = folder.read().unwrap().unwrap();
        folder.open(7, PORTS, Some(&kept), &kept.state).unwrap().append(drawn(1)).unwrap();
        let again = StateFolder::lock(dir.path()).unwrap().read().unwrap().unwrap();
        assert_eq!((again.version, again.state.drawn), (VERSION, 3));
    }

    #[test]
    fn a_folder_serves_one_process_at_a_time_and_nobody_else() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let folder = StateFolder::lock(&dir.path().join("state")).unwrap();
        let second = StateFolder::lock(&dir.path().join("state"));
        assert!(matches!(second, Err(SandboxError::StateInUse { .. })));
        let _journal = folder.open(7, PORTS, None, &State::default()).unwrap();
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(dir.path().join("state")), 0o700);
        assert_eq!(mode(dir.path().join("state/journal.jsonl")), 0o600);
        assert_eq!(mode(dir.path().join("state/lock")), 0o600);
    }
}
