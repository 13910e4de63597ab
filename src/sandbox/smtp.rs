//! Mail from outside: an SMTP server (RFC 5321) that takes mail for anybody and puts it where all mail goes.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::accept::accept;
use super::http::is_email;
use super::mail::Post;
use super::service::Service;
use super::state::Event;

const MAX_SESSIONS: usize = 128;
const MAX_COMMAND: u64 = 2_048;
const MAX_MESSAGE: usize = 8 << 20;
const MAX_RECIPIENTS: usize = 100;
/// A client that is silent for so long, or takes longer for one message, is let go.
const DEADLINE: Duration = Duration::from_secs(120);

/// Takes connections until it is aborted; its sessions end with it.
pub async fn listen(service: Arc<Service>, listener: TcpListener) {
    let session = |stream| {
        let session = Session { service: service.clone(), secure: false, from: None, to: Vec::new() };
        async move {
            // How a session breaks off concerns nobody but its client.
            let _ = session.serve(stream).await;
        }
    };
    accept(listener, MAX_SESSIONS, session).await;
}

struct Session {
    service: Arc<Service>,
    secure: bool,
    from: Option<String>,
    to: Vec<String>,
}

enum Reply {
    Line(&'static str),
    Data,
    StartTls,
    Bye,
}

impl Session {
    async fn serve(mut self, stream: TcpStream) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 sandbox.localhost ESMTP\r\n").await?;
        if self.run(&mut stream).await?
            && let Some(tls) = &self.service.site.tls
        {
            let encrypted = timeout(DEADLINE, tls.acceptor.accept(stream.into_inner())).await??;
            // What was said before the handshake does not count (RFC 3207).
            (self.secure, self.from, self.to) = (true, None, Vec::new());
            self.run(&mut BufReader::new(encrypted)).await?;
        }
        Ok(())
    }

    /// Obeys commands until the client goes, or (this is true) has been told to begin with TLS.
    async fn run<S>(&mut self, stream: &mut BufReader<S>) -> io::Result<bool>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        while let Some(line) = timeout(DEADLINE, command(stream)).await?? {
            let reply = match self.obey(&line) {
                Reply::Line(reply) => reply,
                Reply::Bye => {
                    stream.write_all(b"221 2.0.0 Bye\r\n").await?;
                    stream.shutdown().await?;
                    return Ok(false);
                }
                // What came along was not encrypted, and must not count as if it were.
                Reply::StartTls if !stream.buffer().is_empty() => "501 5.5.4 Nothing may follow STARTTLS",
                Reply::StartTls => {
                    stream.write_all(b"220 2.0.0 Ready to start TLS\r\n").await?;
                    return Ok(true);
                }
                Reply::Data => {
                    stream.write_all(b"354 End data with <CR><LF>.<CR><LF>\r\n").await?;
                    stream.flush().await?;
                    match timeout(DEADLINE, message(stream)).await?? {
                        Some(raw) => self.deliver(&raw),
                        None => "552 5.3.4 Message too big",
                    }
                }
            };
            stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
            stream.flush().await?;
        }
        Ok(false)
    }

    fn obey(&mut self, line: &str) -> Reply {
        let upper = line.to_ascii_uppercase();
        let argument = |prefix: &str| upper.starts_with(prefix).then(|| path(&line[prefix.len()..]));
        if let Some(sender) = argument("MAIL FROM:") {
            return Reply::Line(self.mail_from(sender));
        }
        if let Some(recipient) = argument("RCPT TO:") {
            return Reply::Line(self.rcpt_to(recipient));
        }
        Reply::Line(match upper.split(' ').next().unwrap_or_default() {
            "EHLO" if self.offers_tls() => {
                "250-sandbox.localhost\r\n250-SIZE 8388608\r\n250-8BITMIME\r\n250-STARTTLS\r\n250 ENHANCEDSTATUSCODES"
            }
            "EHLO" => "250-sandbox.localhost\r\n250-SIZE 8388608\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES",
            "STARTTLS" if self.offers_tls() => return Reply::StartTls,
            "STARTTLS" if self.secure => "503 5.5.1 TLS is on already",
            "HELO" | "NOOP" => "250 2.0.0 Ok",
            "RSET" => {
                (self.from, self.to) = (None, Vec::new());
                "250 2.0.0 Ok"
            }
            "DATA" if self.to.is_empty() => "503 5.5.1 RCPT first",
            "DATA" => return Reply::Data,
            "QUIT" => return Reply::Bye,
            _ => "502 5.5.2 Command not recognized",
        })
    }

    fn offers_tls(&self) -> bool {
        self.service.site.tls.is_some() && !self.secure
    }

    fn mail_from(&mut self, sender: Option<&str>) -> &'static str {
        match sender {
            Some(sender) if sender.is_empty() || is_email(sender) => {
                (self.from, self.to) = (Some(sender.to_owned()), Vec::new());
                "250 2.1.0 Ok"
            }
            _ => "501 5.1.7 Bad sender address",
        }
    }

    fn rcpt_to(&mut self, recipient: Option<&str>) -> &'static str {
        match recipient {
            _ if self.from.is_none() => "503 5.5.1 MAIL first",
            _ if self.to.len() >= MAX_RECIPIENTS => "452 4.5.3 Too many recipients",
            Some(recipient) if is_email(recipient) => {
                self.to.push(recipient.to_owned());
                "250 2.1.5 Ok"
            }
            _ => "501 5.1.3 Bad recipient address",
        }
    }

    /// A copy for each recipient, in one commit.
    fn deliver(&mut self, raw: &[u8]) -> &'static str {
        let (from, to) = (self.from.take().unwrap_or_default(), std::mem::take(&mut self.to));
        let (mailer, now) = (&self.service.site.mailer, self.service.clock.now());
        let mut core = self.service.core();
        if !mailer.remote && !core.state().mailbox.has_room(raw.len().saturating_mul(to.len())) {
            return "452 4.3.1 Insufficient storage";
        }
        let (mut post, raw, last_id) = (Post::new(core.state(), now), Arc::from(raw), core.state().last_id);
        let hand = |(to, id): (&String, u64)| mailer.hand(&mut post, &from, to, &raw, id, now);
        let events: Vec<Event> = to.iter().zip(last_id + 1..).map(hand).collect();
        match core.commit(events) {
            Ok(()) => "250 2.0.0 Ok: queued",
            Err(_) => "451 4.3.0 The mail could not be kept",
        }
    }
}

/// What stands in the angle brackets.
fn path(argument: &str) -> Option<&str> {
    let (address, _parameters) = argument.trim_start().strip_prefix('<')?.split_once('>')?;
    Some(address)
}

/// One command line; `None` at the end of the stream. One that is too long ends the session.
async fn command(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    stream.take(MAX_COMMAND).read_until(b'\n', &mut line).await?;
    if line.last() != Some(&b'\n') {
        return Ok(None);
    }
    // Non-ASCII becomes `?`, so that offsets in the upper-case copy are those of the line.
    let ascii = line.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '?' }).collect::<String>();
    Ok(Some(ascii.trim_end().to_owned()))
}

/// The message after DATA, its dots undone; `None` if it is too big.
async fn message(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let (mut raw, mut too_big) = (Vec::new(), false);
    let mut line = Vec::new();
    loop {
        line.clear();
        let room = (MAX_MESSAGE - raw.len().min(MAX_MESSAGE)) as u64 + 3;
        if stream.take(room).read_until(b'\n', &mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // A bare line feed does not end a message: what others take for one mail must not become two here.
        if line == b".\r\n" {
            return Ok((!too_big).then_some(raw));
        }
        too_big |= raw.len() + line.len() > MAX_MESSAGE;
        if too_big {
            raw.clear();
            continue;
        }
        raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
