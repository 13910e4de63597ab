//! A command heard out until it ends, and no longer: what it started may keep its pipes open.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::process::{Child, ExitStatus};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// So much is read at a time.
const CHUNK: usize = 4096;

/// More than what a pipe holds when its command has ended.
const MOST_CHUNKS: usize = 256;

/// What a command printed until it ended.
pub(super) struct Heard {
    pub printed: Secret<Vec<u8>>,
    pub complaint: Vec<u8>,
    pub status: ExitStatus,
}

/// Waits for the end of `child`. Of what it prints, `most` bytes are kept, of what it complains of, `most_complaint`.
pub(super) fn listen(mut child: Child, most: usize, most_complaint: usize) -> io::Result<Heard> {
    let mut stdout = Pipe::new(child.stdout.take().map(OwnedFd::from), most)?;
    let mut stderr = Pipe::new(child.stderr.take().map(OwnedFd::from), most_complaint)?;
    let (over, ends) = io::pipe()?;
    let waiting = std::thread::spawn(move || {
        let status = child.wait();
        drop(ends);
        status
    });
    loop {
        let pipes = [&stdout, &stderr].into_iter().filter_map(|pipe| pipe.source.as_ref());
        let mut waited: Vec<PollFd<'_>> = pipes.map(|pipe| PollFd::new(pipe, PollFlags::IN)).collect();
        waited.push(PollFd::new(&over, PollFlags::IN));
        match poll(&mut waited, None) {
            Err(rustix::io::Errno::INTR) => continue,
            polled => polled?,
        };
        let ended = waited.last().is_some_and(|over| !over.revents().is_empty());
        let chunks = if ended { MOST_CHUNKS } else { 1 };
        stdout.read(chunks)?;
        stderr.read(chunks)?;
        if ended {
            break;
        }
    }
    let status = waiting.join().map_err(|_| io::Error::other("it was not waited for"))??;
    Ok(Heard { printed: Secret::new(stdout.kept), complaint: stderr.kept, status })
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
