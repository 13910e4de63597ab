//! Wakes a thread that waits for a socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Wakes the [`Sleeper`] of the same pair, from any thread.
#[derive(Debug)]
pub(in crate::mail) struct Waker {
    far: UnixStream,
    used: Arc<AtomicBool>,
}

/// Waits for a socket or for its [`Waker`].
#[derive(Debug)]
pub(in crate::mail) struct Sleeper {
    near: UnixStream,
    /// The waker was used, and that was not forgotten yet.
    used: Arc<AtomicBool>,
}

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
    let used = Arc::new(AtomicBool::new(false));
    Ok((Waker { far, used: used.clone() }, Sleeper { near, used }))
}

impl Waker {
    pub fn wake(&self) {
        if !self.used.swap(true, Ordering::AcqRel) {
            // A full buffer means that the sleeper has been told already.
            let _ = (&self.far).write(&[1]);
        }
    }
}

impl Sleeper {
    /// Forgets that the waker was used. Call it before looking at what the waker tells of, so that nothing is missed.
    pub fn forget(&self) {
        while matches!((&self.near).read(&mut [0; 64]), Ok(64)) {}
        // Only now: a use in between that wrote would be read, and the next one would not write.
        self.used.swap(false, Ordering::AcqRel);
    }

    /// Waits until `socket` has something to read, the waker was used, or `until` has come.
    pub fn wait(&self, socket: Option<&TcpStream>, until: Instant) -> std::io::Result<Woken> {
        loop {
            let left = until.saturating_duration_since(Instant::now()).min(Duration::from_secs(3600));
            let timeout =
                Timespec { tv_sec: i64::try_from(left.as_secs()).unwrap_or(3600), tv_nsec: left.subsec_nanos().into() };
            let mut watched = vec![PollFd::new(&self.near, PollFlags::IN)];
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

#[cfg(test)]
mod tests {
    use super::*;

    fn wakes(sleeper: &Sleeper) -> Woken {
        sleeper.wait(None, Instant::now()).unwrap()
    }

    #[test]
    fn however_often_it_is_used_a_waker_wakes_once_and_then_again() {
        let (waker, sleeper) = waker().unwrap();
        for _ in 0..3 {
            assert_eq!(wakes(&sleeper), Woken::Time);
            (0..100).for_each(|_| waker.wake());
            assert_eq!(wakes(&sleeper), Woken::Waker);
        }
    }

    #[test]
    fn what_is_forgotten_does_not_wake_and_the_next_use_does() {
        let (waker, sleeper) = waker().unwrap();
        waker.wake();
        sleeper.forget();
        assert_eq!(wakes(&sleeper), Woken::Time);
        waker.wake();
        assert_eq!(wakes(&sleeper), Woken::Waker);
    }

    #[test]
    fn no_use_is_lost_among_threads() {
        let (waker, sleeper) = waker().unwrap();
        let told = AtomicBool::new(false);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                for _ in 0..10_000 {
                    told.store(true, Ordering::Release);
                    waker.wake();
                    while told.load(Ordering::Acquire) {
                        std::thread::yield_now();
                    }
                }
            });
            for _ in 0..10_000 {
                while !told.swap(false, Ordering::AcqRel) {
                    let late = Instant::now() + Duration::from_secs(60);
                    assert_eq!(sleeper.wait(None, late).unwrap(), Woken::Waker);
                }
            }
        });
    }
}
