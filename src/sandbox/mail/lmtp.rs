//! Handing one mail to another server by LMTP (RFC 2033), one recipient a transaction.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::sandbox::DeliverTo;
use crate::sandbox::state::Outgoing;

const DEADLINE: Duration = Duration::from_secs(20);
const MAX_REPLY: u64 = 16 << 10;

/// Why the server did not take a mail.
pub enum Refused {
    /// It is not there, hangs, or says 4xx.
    Later(String),
    /// It says 5xx.
    ForGood(String),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Later(error.to_string())
    }
}

pub async fn deliver(server: &DeliverTo, mail: &Outgoing) -> Result<(), Refused> {
    let dialogue = async {
        let stream = TcpStream::connect((server.host.as_str(), server.port)).await?;
        talk(BufReader::new(stream), mail).await
    };
    timeout(DEADLINE, dialogue).await.unwrap_or_else(|_| Err(Refused::Later("no answer in time".into())))
}

async fn talk(mut stream: BufReader<TcpStream>, mail: &Outgoing) -> Result<(), Refused> {
    expect(&mut stream, '2').await?;
    for (command, wanted) in [
        ("LHLO sandbox.localhost".to_owned(), '2'),
        (format!("MAIL FROM:<{}>", mail.from), '2'),
        (format!("RCPT TO:<{}>", mail.to), '2'),
        ("DATA".to_owned(), '3'),
    ] {
        stream.write_all(format!("{command}\r\n").as_bytes()).await?;
        expect(&mut stream, wanted).await?;
    }
    stream.write_all(&stuffed(&mail.raw)).await?;
    expect(&mut stream, '2').await?;
    // The mail is taken; how the farewell goes changes nothing.
    let _ = stream.write_all(b"QUIT\r\n").await;
    Ok(())
}

/// `raw` with its leading dots doubled and the final dot, ready for DATA.
fn stuffed(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() + 8);
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        if line.first() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

/// Reads one reply, of one line or more.
async fn expect(stream: &mut BufReader<TcpStream>, wanted: char) -> Result<(), Refused> {
    let mut reply = stream.take(MAX_REPLY);
    loop {
        let mut line = String::new();
        if reply.read_line(&mut line).await? == 0 {
            return Err(Refused::Later("the connection ended within a reply".into()));
        }
        if line.as_bytes().get(3) == Some(&b'-') {
            continue;
        }
        let text = line.trim_end().escape_debug().to_string();
        return match line.chars().next() {
            Some(class) if class == wanted => Ok(()),
            Some('5') => Err(Refused::ForGood(text)),
            _ => Err(Refused::Later(text)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_doubled_and_the_end_is_marked() {
        assert_eq!(stuffed(b".a\r\nb.\r\n..c"), b"..a\r\nb.\r\n...c\r\n.\r\n");
    }
}
