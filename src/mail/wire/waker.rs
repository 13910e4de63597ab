//! Wakes a thread that waits for a socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Wakes the [`Sleeper`] of the same pair, from any thread.
#[derive(Debug)]
pub(in crate::mail) struct Waker(UnixStream);

/// Waits for a socket or for its [`Waker`].
#[derive(Debug)]
pub(in crate::mail) struct Sleeper(UnixStream);

/// What ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mail) enum Woken {
    Waker,
    Socket,
    Time,
}

pub(in crate::mail) fn waker() -> std::io::Result<(Waker, Sleeper)> {
    let (near, far) = UnixStream::pair()?;
    near.set_nonblocking(true)?;
    far.set_nonblocking(true)?;
    Ok((Waker(near), Sleeper(far)))
}

impl Waker {
    pub fn wake(&self) {
        // A full buffer means that the sleeper has been told already.
        let _ = (&self.0).write(&[1]);
    }
}

impl Sleeper {
    /// Forgets that the waker was used. Call it before looking at what the waker tells of, so that nothing is missed.
    pub fn forget(&self) {
        while matches!((&self.0).read(&mut [0; 64]), Ok(1..)) {}
    }

    /// Waits until `socket` has something to read, the waker was used, or `until` has come.
    pub fn wait(&self, socket: Option<&TcpStream>, until: Instant) -> std::io::Result<Woken> {
        loop {
            let left = until.saturating_duration_since(Instant::now()).min(Duration::from_secs(3600));
            let timeout =
                Timespec { tv_sec: i64::try_from(left.as_secs()).unwrap_or(3600), tv_nsec: left.subsec_nanos().into() };
            let mut watched = vec![PollFd::new(&self.0, PollFlags::IN)];
            watched.extend(socket.map(|socket| PollFd::new(socket, PollFlags::IN)));
            match poll(&mut watched, Some(&timeout)) {
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
                Ok(_) => {}
            }
            let ready: Vec<bool> = watched.iter().map(|fd| !fd.revents().is_empty()).collect();
            if ready.first() == Some(&true) {
                self.forget();
                return Ok(Woken::Waker);
            }
            if ready.get(1) == Some(&true) {
                return Ok(Woken::Socket);
            }
            if Instant::now() >= until {
                return Ok(Woken::Time);
            }
        }
    }
}
