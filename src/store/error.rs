//! What can go wrong with stored runs, each with the way back.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::format::{FORMAT, Format};
use super::lock::Holder;
use crate::clock::Timestamp;
use crate::diagnostic::{command_line, store_to_type};
use crate::id::RunId;

#[derive(Debug)]
pub enum StoreError {
    Io {
        /// As in "could not … PATH".
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// A symbolic link stands where a file or folder of a run belongs.
    Symlink {
        path: PathBuf,
    },
    NotFound {
        wanted: String,
        store: PathBuf,
    },
    Ambiguous {
        wanted: String,
        candidates: Vec<RunId>,
    },
    Exists {
        run: RunId,
    },
    /// `last` means the newest run and cannot be the name of one.
    Reserved {
        run: RunId,
    },
    Locked {
        run: RunId,
        /// `None` if the process has not written its name yet.
        holder: Option<Holder>,
    },
    Newer {
        path: PathBuf,
        found: Format,
    },
    WrongKey {
        run: RunId,
        sealed_with: String,
        given: String,
    },
    /// Nothing opens the run's secrets any more, so that nobody can go on with it.
    SecretsPruned {
        run: RunId,
        at: Timestamp,
        /// Of the run.
        folder: PathBuf,
    },
    Damaged {
        path: PathBuf,
        /// From 1.
        line: Option<usize>,
        what: String,
    },
    /// An entry that does not follow the one before it: a fault of the program, nothing was written.
    OutOfOrder {
        expected: u64,
        found: u64,
    },
    /// A value that could not be read back; nothing was written.
    TooDeep {
        limit: usize,
    },
    /// More than can be encrypted in one piece; nothing was written.
    TooLarge,
    /// A write or a sync failed. The journal takes no more until it is opened again.
    NotCommitted {
        run: RunId,
        path: PathBuf,
        /// The last commit that is known to stand.
        committed: u64,
        cause: String,
    },
    Entropy(io::Error),
}

impl StoreError {
    pub(super) fn damaged(path: PathBuf, line: impl Into<Option<usize>>, what: impl Into<String>) -> Self {
        Self::Damaged { path, line: line.into(), what: what.into() }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { doing, path, source } => write!(f, "could not {doing} {}: {source}", path.display()),
            Self::Symlink { path } => {
                write!(f, "{} is a symbolic link; onramp stores runs only in real files and folders", path.display())
            }
            Self::NotFound { wanted, store } if wanted == "last" => {
                write!(f, "there is no run in {}", store.display())
            }
            Self::NotFound { wanted, store } => {
                let runs = command_line("runs", "", "", store_to_type(store).as_deref());
                write!(f, "there is no run `{wanted}` in {}; `{runs}` lists those there are", store.display())
            }
            Self::Ambiguous { wanted, candidates } => {
                let names: Vec<&str> = candidates.iter().take(5).map(RunId::as_str).collect();
                let more = if candidates.len() > 5 { ", …" } else { "" };
                write!(f, "`{wanted}` could be any of {} runs: {}{more}", candidates.len(), names.join(", "))
            }
            Self::Exists { run } => write!(f, "there is a run `{run}` already"),
            Self::Reserved { run } => write!(f, "`{run}` means the newest run; give this one another name"),
            Self::Locked { run, holder: Some(holder) } => write!(f, "run {run} is being written by {holder}"),
            Self::Locked { run, holder: None } => write!(f, "run {run} is being written by another process"),
            Self::Newer { path, found } => write!(
                f,
                "{} was written in format {found} by a newer onramp; this one knows {FORMAT}. Nothing was changed; use a newer onramp",
                path.display()
            ),
            Self::WrongKey { run, sealed_with, given } => write!(
                f,
                "run {run} is sealed with key {sealed_with}, but the key given is {given}. Nothing was changed. Give the right one by \
                 ONRAMP_KEY, ONRAMP_KEY_FILE or ONRAMP_KEY_COMMAND, or put it back at its place in your configuration folder"
            ),
            Self::SecretsPruned { run, at, folder } => write!(
                f,
                "the secrets of run {run} were pruned at {at}, and it needs them to go on. `{}` still shows it; \
                 start a new run instead",
                command("show", run, folder)
            ),
            Self::Damaged { path, line: Some(line), what } => write!(f, "{}:{line}: {what}", path.display()),
            Self::Damaged { path, line: None, what } => write!(f, "{}: {what}", path.display()),
            Self::OutOfOrder { expected, found } => {
                write!(f, "entry {found} was handed to the journal where entry {expected} is due; nothing was written")
            }
            Self::TooDeep { limit } => {
                write!(f, "a value is nested deeper than {limit} levels and was not stored; make it flatter")
            }
            Self::TooLarge => f.write_str("a secret value is too large to be sealed and was not stored"),
            Self::NotCommitted { run, path, committed, cause } => write!(
                f,
                "could not write {}: {cause}. Everything up to commit {committed} is stored; put that right, then `{}`",
                path.display(),
                command("resume", run, path.parent().unwrap_or(path))
            ),
            Self::Entropy(source) => write!(f, "the system gives no random bytes: {source}"),
        }
    }
}

/// `onramp VERB RUN` for a run in `folder`, which lies in the `runs` of its store, or for a fleet in its `fleets`.
fn command(verb: &str, run: &RunId, folder: &Path) -> String {
    let store = folder.ancestors().nth(2).and_then(store_to_type);
    let is_fleet = folder.parent().is_some_and(|area| area.ends_with("fleets"));
    let verb = if is_fleet { format!("fleet {verb}") } else { verb.to_owned() };
    command_line(&verb, run.as_str(), "", store.as_deref())
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } | Self::Entropy(source) => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_the_store_unless_it_is_the_usual_one() {
        let run = RunId::new("early").unwrap();
        let said = |store: &str| {
            let journal = Path::new(store).join("runs/early/journal.jsonl");
            let cause = "no room".to_owned();
            let lost = StoreError::NotCommitted { run: run.clone(), path: journal.clone(), committed: 3, cause };
            let folder = journal.parent().unwrap().to_owned();
            let pruned = StoreError::SecretsPruned { run: run.clone(), at: Timestamp::default(), folder };
            let absent = StoreError::NotFound { wanted: "late".to_owned(), store: store.into() };
            [lost, pruned, absent].map(|error| error.to_string())
        };
        let commands = ["`onramp resume early", "`onramp show early", "`onramp runs"];
        for (store, flag) in [(".onramp", ""), ("/tmp/a", " --store /tmp/a"), ("my runs", " --store 'my runs'")] {
            for (said, command) in said(store).iter().zip(commands) {
                assert!(said.contains(&format!("{command}{flag}`")), "{said}");
            }
        }
    }
}
