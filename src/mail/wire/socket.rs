//! A TCP socket with an absolute deadline and a byte budget, below TLS: neither a trickled handshake nor an endless reply
//! gets past them.

use std::cell::Cell;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// What the exchange under way may still take.
#[derive(Debug)]
pub(super) struct Allowance {
    deadline: Cell<Instant>,
    bytes: Cell<u64>,
}

impl Allowance {
    pub fn new(time: Duration, bytes: u64) -> Rc<Self> {
        Rc::new(Self { deadline: Cell::new(Instant::now() + time), bytes: Cell::new(bytes) })
    }

    /// Begins the next exchange: `time` from now, and `bytes` to be read.
    pub fn renew(&self, time: Duration, bytes: u64) {
        self.deadline.set(Instant::now() + time);
        self.bytes.set(bytes);
    }

    pub fn deadline(&self) -> Instant {
        self.deadline.get()
    }

    pub fn left(&self) -> io::Result<Duration> {
        let left = self.deadline.get().saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
    }

    fn take(&self, bytes: usize) -> io::Result<()> {
        let left = self.bytes.get().checked_sub(bytes as u64);
        self.bytes
            .set(left.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the reply is longer than it may be"))?);
        Ok(())
    }
}

/// The guarded socket.
#[derive(Debug)]
pub(super) struct Socket {
    pub tcp: TcpStream,
    pub allowance: Rc<Allowance>,
}

impl Read for Socket {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.tcp.set_read_timeout(Some(self.allowance.left()?))?;
        let count = self.tcp.read(into)?;
        self.allowance.take(count)?;
        Ok(count)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tcp.set_write_timeout(Some(self.allowance.left()?))?;
        self.tcp.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}
