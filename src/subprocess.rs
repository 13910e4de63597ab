//! A program of the user's that is asked for one thing, heard out until it ends, and no longer: what it started may keep its
//! pipes open.

use std::fmt;
use std::fs::File;
use std::io::{self, PipeReader, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitOptions, kill_process, kill_process_group, waitid, waitpid,
};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// A password manager may ask its user for a fingerprint first.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// So much is read at a time.
const CHUNK: usize = 4096;

/// More than what a pipe holds when its command has ended.
const MOST_CHUNKS: usize = 256;

/// How much of a command is heard.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes of standard output that are kept.
    pub printed: usize,
    /// Bytes of standard error that are kept, where it is piped.
    pub complaint: usize,
    pub patience: Duration,
}

/// What a command printed until it ended.
pub struct Heard {
    pub printed: Secret<Vec<u8>>,
    pub complaint: Vec<u8>,
    pub status: ExitStatus,
}

/// Why a command was not heard out.
#[derive(Debug)]
pub enum Unheard {
    Start(io::Error),
    Read(io::Error),
    /// It was ended after so long.
    TooLong(Duration),
}

impl fmt::Display for Unheard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => write!(f, "could not be started: {error}"),
            Self::Read(error) => write!(f, "could not be read from: {error}"),
            Self::TooLong(patience) => write!(f, "took longer than {} s and was ended", patience.as_secs()),
        }
    }
}

/// Runs `command` without standard input, and waits for its end. Standard error goes where `command` says.
///
/// Where there is no terminal, it has a process group of its own, which is ended with it if it takes too long. Where there is
/// one, it may ask there for a passphrase, which it could not from another group: then it is ended alone.
pub fn hear(command: &mut Command, bounds: Bounds) -> Result<Heard, Unheard> {
    let has_terminal = File::open("/dev/tty").is_ok();
    Running::start(command, !has_terminal)?.hear(bounds)
}

/// A command under way. Dropped before it has ended, it is killed.
struct Running {
    child: Child,
    /// It has a process group of its own.
    apart: bool,
    ended: bool,
}

impl Running {
    fn start(command: &mut Command, apart: bool) -> Result<Self, Unheard> {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        if apart {
            command.process_group(0);
        }
        let child = command.spawn().map_err(Unheard::Start)?;
        Ok(Self { child, apart, ended: false })
    }

    fn hear(mut self, bounds: Bounds) -> Result<Heard, Unheard> {
        let deadline = Instant::now() + bounds.patience;
        let stdout = Pipe::new(self.child.stdout.take().map(OwnedFd::from), bounds.printed);
        let stderr = Pipe::new(self.child.stderr.take().map(OwnedFd::from), bounds.complaint);
        let (mut stdout, mut stderr) = (stdout.map_err(Unheard::Read)?, stderr.map_err(Unheard::Read)?);
        let over = self.tells_end().map_err(Unheard::Read)?;
        let mut ended = false;
        while !ended {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Unheard::TooLong(bounds.patience));
            }
            ended = until_told([&stdout, &stderr], &over, left).map_err(Unheard::Read)?;
            let chunks = if ended { MOST_CHUNKS } else { 1 };
            stdout.read(chunks).and_then(|()| stderr.read(chunks)).map_err(Unheard::Read)?;
        }
        let status = self.child.wait().map_err(Unheard::Read)?;
        self.ended = true;
        Ok(Heard { printed: Secret::new(stdout.kept), complaint: stderr.kept, status })
    }

    /// What is closed when the command ends. Its id stays its own until it is waited for.
    fn tells_end(&self) -> io::Result<PipeReader> {
        let (over, ends) = io::pipe()?;
        let pid = Pid::from_child(&self.child);
        std::thread::spawn(move || {
            while let Err(Errno::INTR) = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {}
            drop(ends);
        });
        Ok(over)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let pid = Pid::from_child(&self.child);
        let _ = if self.apart { kill_process_group(pid, Signal::KILL) } else { kill_process(pid, Signal::KILL) };
        // One that hangs in the kernel is not waited for here.
        std::thread::spawn(move || waitpid(Some(pid), WaitOptions::empty()));
    }
}

/// Waits until there is something to read, or the time is over. Whether the command has ended.
fn until_told(pipes: [&Pipe; 2], over: &PipeReader, left: Duration) -> io::Result<bool> {
    let sources = pipes.into_iter().filter_map(|pipe| pipe.source.as_ref());
    let mut waited: Vec<PollFd<'_>> = sources.map(|source| PollFd::new(source, PollFlags::IN)).collect();
    waited.push(PollFd::new(over, PollFlags::IN));
    match poll(&mut waited, Timespec::try_from(left).ok().as_ref()) {
        Err(Errno::INTR) => Ok(false),
        polled => {
            polled?;
            Ok(waited.last().is_some_and(|over| !over.revents().is_empty()))
        }
    }
}

/// One end of a pipe, until the other is closed.
struct Pipe {
    source: Option<File>,
    kept: Vec<u8>,
    most: usize,
}

impl Pipe {
    fn new(source: Option<OwnedFd>, most: usize) -> io::Result<Self> {
        if let Some(source) = &source {
            fcntl_setfl(source, fcntl_getfl(source)? | OFlags::NONBLOCK)?;
        }
        // No part of a secret stays behind in memory that was too small.
        Ok(Self { source: source.map(File::from), kept: Vec::with_capacity(most), most })
    }

    /// Reads what is there. What is beyond `most` is dropped, so that nobody waits for a reader.
    fn read(&mut self, chunks: usize) -> io::Result<()> {
        let mut chunk = Zeroizing::new([0; CHUNK]);
        for _ in 0..chunks {
            let Some(source) = &mut self.source else { break };
            match source.read(&mut *chunk) {
                Ok(0) => self.source = None,
                Ok(count) => self.kept.extend_from_slice(&chunk[..count.min(self.most - self.kept.len())]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn bounds(patience: Duration) -> Bounds {
        Bounds { printed: 4, complaint: 0, patience }
    }

    #[test]
    fn what_is_beyond_the_bounds_is_read_and_dropped() {
        let heard = hear(&mut sh("head -c 1000000 /dev/zero; exit 3"), bounds(PATIENCE)).unwrap();
        assert_eq!((heard.printed.expose().as_slice(), heard.status.code()), (&[0; 4][..], Some(3)));
    }

    #[test]
    fn one_that_takes_too_long_is_ended_with_all_that_it_started() {
        // Each of them holds the pipe open.
        let (mut told, holds) = io::pipe().unwrap();
        let mut command = sh("sleep 600 & echo >&2; wait");
        command.stderr(holds);
        let running = Running::start(&mut command, true).map_err(|error| error.to_string()).unwrap();
        drop(command);
        told.read_exact(&mut [0]).unwrap();
        assert!(matches!(running.hear(bounds(Duration::ZERO)), Err(Unheard::TooLong(_))));
        assert_eq!(told.read_to_end(&mut Vec::new()).unwrap(), 0);
    }
}
