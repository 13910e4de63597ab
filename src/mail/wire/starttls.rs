//! STARTTLS (RFC 3501, 6.2.1), spoken by hand before the crate sees the connection.

use std::io::{self, Read, Write};

use super::socket::Socket;
use crate::mail::error::{MailError, MailErrorKind, quoted};

const MAX_LINE: usize = 8192;

/// Brings a plain connection to the point where the TLS handshake begins. Nothing that was said before it counts, and
/// nothing may follow the server's OK in clear: lines are read byte by byte, so that injected text meets the handshake.
pub(super) fn upgrade(socket: &mut Socket) -> Result<(), MailError> {
    let greeting = line(socket).map_err(|error| super::connect::broken("greet", &error))?;
    if !greeting.starts_with("* OK") {
        return Err(MailError::new(
            MailErrorKind::Network,
            format!("the server does not greet but says {}", quoted(&greeting)),
        ));
    }
    let exchange = |socket: &mut Socket| -> io::Result<String> {
        socket.write_all(b"s0 STARTTLS\r\n")?;
        loop {
            let answer = line(socket)?;
            if !answer.starts_with("* ") {
                return Ok(answer);
            }
        }
    };
    let answer = exchange(socket).map_err(|error| super::connect::broken("answer STARTTLS", &error))?;
    if answer.starts_with("s0 OK") {
        return Ok(());
    }
    let reason =
        format!("the server does not offer STARTTLS (it says {}); the password is not sent in clear", quoted(&answer));
    Err(MailError::new(MailErrorKind::Tls, reason))
}

fn line(socket: &mut Socket) -> io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\n") {
        if line.len() == MAX_LINE {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line without an end"));
        }
        socket.read_exact(&mut byte)?;
        line.extend_from_slice(&byte);
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}
