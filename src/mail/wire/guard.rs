//! The transport that the `imap` crate reads from: checks the shape of replies and ends IDLE.

use std::cell::{Cell, RefCell};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rustls::{ClientConnection, ProtocolVersion, StreamOwned};

use super::shape::Shape;
use super::socket::Socket;
use super::waker::{Sleeper, Woken};

/// With or without TLS.
pub(super) enum Channel {
    Plain(Socket),
    Tls(Box<StreamOwned<ClientConnection, Socket>>),
}

impl Channel {
    /// The version of TLS, once that is settled.
    pub fn tls(&self) -> Option<&'static str> {
        match self {
            Self::Plain(_) => None,
            Self::Tls(stream) => match stream.conn.protocol_version() {
                Some(ProtocolVersion::TLSv1_2) => Some("TLS 1.2"),
                Some(ProtocolVersion::TLSv1_3) => Some("TLS 1.3"),
                _ => Some("TLS"),
            },
        }
    }

    pub fn socket(&self) -> &Socket {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(stream) => &stream.sock,
        }
    }
}

impl Read for Channel {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(into),
            Self::Tls(stream) => stream.read(into),
        }
    }
}

impl Write for Channel {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// How an IDLE stands. The session sets it up, the guard moves it on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Idle {
    /// When we end it ourselves.
    pub until: Instant,
    /// What the server may then take to answer our DONE.
    pub answer: Duration,
    /// The server has said "+": DONE may be sent (RFC 2177).
    pub begun: bool,
    /// The number of messages was announced.
    pub news: bool,
    /// It is to end as soon as the server lets us.
    pub ending: bool,
}

/// What session and guard share while the guard is inside the crate.
#[derive(Default)]
pub(super) struct IdleSlot {
    idle: Cell<Option<Idle>>,
    /// Called when the server has said "+".
    begun: RefCell<Option<Box<dyn FnOnce()>>>,
}

impl IdleSlot {
    pub fn set(&self, idle: Option<Idle>) {
        self.idle.set(idle);
    }

    pub fn get(&self) -> Option<Idle> {
        self.idle.get()
    }

    pub fn when_begun(&self, tell: impl FnOnce() + 'static) {
        self.begun.replace(Some(Box::new(tell)));
    }
}

pub(super) struct Guard {
    channel: Channel,
    shape: Shape,
    idle: Rc<IdleSlot>,
    sleeper: Rc<Sleeper>,
    /// The beginning of the line that an IDLE is receiving.
    line: Vec<u8>,
    /// The last read filled its buffer: TLS may hold more than the socket shows.
    more: bool,
    /// The news that an IDLE brought, once it is over.
    pub(super) brought: Rc<Cell<bool>>,
}

impl Guard {
    pub fn new(channel: Channel, idle: Rc<IdleSlot>, sleeper: Rc<Sleeper>, brought: Rc<Cell<bool>>) -> Self {
        Self { channel, shape: Shape::default(), idle, sleeper, line: Vec::new(), more: false, brought }
    }

    fn tcp(&self) -> &TcpStream {
        &self.channel.socket().tcp
    }

    fn receive(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.channel.read(into)?;
        self.more = count == into.len();
        self.shape.follow(&mut into[..count])?;
        Ok(count)
    }

    /// Waits for the server, the waker or the end of the IDLE, and sends DONE when it is time.
    fn receive_idling(&mut self, mut idle: Idle, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if idle.begun && idle.ending {
                self.idle.set(None);
                self.brought.set(idle.news);
                self.line.clear();
                self.channel.socket().allowance.renew(idle.answer, 1 << 16);
                self.channel.write_all(b"DONE\r\n")?;
                self.channel.flush()?;
                return self.receive(into);
            }
            // Before "+" only the command's own deadline counts.
            let until = if idle.begun { idle.until } else { self.channel.socket().allowance.deadline() };
            let woken = if self.more { Woken::Socket } else { self.sleeper.wait(Some(self.tcp()), until)? };
            match woken {
                Woken::Waker => idle.ending = true,
                Woken::Time if !idle.begun => return Err(io::ErrorKind::TimedOut.into()),
                Woken::Time => idle.ending = true,
                Woken::Socket => {
                    let count = self.receive(into)?;
                    self.listen(&mut idle, &into[..count]);
                    return Ok(count);
                }
            }
            self.idle.set(Some(idle));
        }
    }

    /// Follows the lines that come while idling.
    fn listen(&mut self, idle: &mut Idle, bytes: &[u8]) {
        for &byte in bytes {
            if byte != b'\n' {
                if self.line.len() < 32 {
                    self.line.push(byte.to_ascii_uppercase());
                }
                continue;
            }
            let line = std::mem::take(&mut self.line);
            if line.starts_with(b"+") && !idle.begun {
                idle.begun = true;
                if let Some(tell) = self.idle.begun.take() {
                    tell();
                }
                // Until the IDLE ends, its own time bounds the reads.
                let left = idle.until.saturating_duration_since(Instant::now());
                self.channel.socket().allowance.renew(left + idle.answer, 1 << 20);
            } else if line.starts_with(b"* ") {
                let announces = line.trim_ascii_end().ends_with(b" EXISTS");
                idle.news |= announces;
                idle.ending |= announces;
            } else {
                // A tagged answer: the server refused or ended the IDLE.
                self.brought.set(idle.news);
                self.idle.set(None);
                return;
            }
        }
        self.idle.set(Some(*idle));
    }
}

impl Read for Guard {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.idle.get() {
            Some(idle) => self.receive_idling(idle, into),
            None => self.receive(into),
        }
    }
}

impl Write for Guard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.channel.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.channel.flush()
    }
}
