//! A bare IMAP client that idles and notes when it is told how many messages there are.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use crate::dovecot::PASSWORD;

pub struct Bare {
    stream: BufReader<TcpStream>,
    /// The count that was there at first.
    before: usize,
    /// When each message after those was told of.
    told: Vec<Instant>,
}

impl Bare {
    pub fn idle(port: u16, user: &str) -> Self {
        let stream = BufReader::new(TcpStream::connect(("127.0.0.1", port)).unwrap());
        let mut bare = Self { stream, before: 0, told: Vec::new() };
        bare.line();
        bare.command(&format!("a LOGIN {user} {{{}+}}\r\n{PASSWORD}", PASSWORD.len()));
        bare.command("b SELECT INBOX");
        bare.stream.get_ref().write_all(b"c IDLE\r\n").unwrap();
        while !bare.line().starts_with('+') {}
        bare
    }

    /// How many messages it was told of.
    pub fn told(&self) -> usize {
        self.told.len()
    }

    /// When it was told of the `count`th message.
    pub fn until_told(&mut self, count: usize) -> Instant {
        while self.told.len() < count {
            let line = self.line();
            let now = Instant::now();
            if let Some(exist) = exist(&line) {
                self.told.resize(exist.saturating_sub(self.before), now);
            }
        }
        self.told[count - 1]
    }

    fn command(&mut self, command: &str) {
        self.stream.get_ref().write_all(format!("{command}\r\n").as_bytes()).unwrap();
        loop {
            let line = self.line();
            if let Some(exist) = exist(&line) {
                self.before = exist;
            }
            if line.starts_with(&command[..2]) {
                assert!(line[2..].starts_with("OK"), "{line}");
                return;
            }
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.stream.read_line(&mut line).unwrap() > 0, "the server hung up");
        line
    }
}

fn exist(line: &str) -> Option<usize> {
    line.trim_end().strip_prefix("* ")?.strip_suffix(" EXISTS")?.parse().ok()
}
