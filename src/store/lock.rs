//! One writer at a time, known by name. The lock dies with its process.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Who writes a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub pid: u32,
    pub host: String,
    /// Such as `onramp resume`.
    pub command: String,
    /// RFC 3339.
    pub since: String,
}

impl Holder {
    /// This process. `command` is what the user typed, without values.
    pub fn this_process(command: &str, now: Timestamp) -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self { pid: std::process::id(), host, command: command.to_owned(), since: now.to_string() }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} on {} ({}, since {})", self.pid, self.host, self.command, self.since)
    }
}

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Another process has it; its name, if that can be read.
pub(super) struct Taken(pub Option<Holder>);

/// A reader that asks whether a run is being written holds a shared lock for an instant. It shall not turn a writer away.
/// Together these are more than a second, since a reader may be put to sleep by the system while it looks.
const ATTEMPTS: usize = 1000;
const PAUSE: Duration = Duration::from_millis(1);

impl Lock {
    /// Takes the lock and writes `holder` into its file.
    pub fn take(mut file: File, holder: &Holder) -> io::Result<Result<Self, Taken>> {
        for _ in 0..ATTEMPTS {
            match file.try_lock() {
                Ok(()) => {
                    file.set_len(0)?;
                    file.rewind()?;
                    writeln!(file, "{}", serde_json::to_string(holder)?)?;
                    return Ok(Ok(Self { _file: file }));
                }
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) => {}
            }
            if is_held(&file)? {
                break;
            }
            std::thread::sleep(PAUSE);
        }
        Ok(Err(Taken(read_holder(&mut file))))
    }
}

/// Whether somebody holds the lock now.
pub(super) fn is_held(file: &File) -> io::Result<bool> {
    match file.try_lock_shared() {
        Ok(()) => file.unlock().map(|()| false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn read_holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(4096).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}
