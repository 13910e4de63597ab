//! From a mailbox to a session: addresses, TCP, TLS, greeting, login.

use std::cell::Cell;
use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::guard::{Channel, Guard, IdleSlot};
use super::link::Link;
use super::login::log_in;
use super::session::Session;
use super::socket::{Allowance, Socket};
use super::starttls;
use super::waker::Sleeper;
use crate::mail::error::{MailError, MailErrorKind, quoted};
use crate::mail::mailbox::{Mailbox, Security};
use crate::mail::tokens::{Tokens, no_token_source};
use crate::secret::Secret;
use crate::tls;

const LOGIN_BYTES: u64 = 1 << 18;

/// What a connection is made with.
pub(in crate::mail) struct Connector {
    pub tls: Arc<ClientConfig>,
    /// From the first packet to the end of the login.
    pub connect: Duration,
    /// For each command after that.
    pub command: Duration,
    /// Asked where the mailbox has nothing to log in with.
    pub tokens: Option<Arc<dyn Tokens>>,
}

impl Connector {
    /// Connects and logs in. `at_socket` is handed a second handle of the socket: shutting that down ends any wait.
    ///
    /// A token is good for about an hour. One that is refused is replaced by a fresh one, once; if that is the same, the server
    /// is not asked again.
    pub fn open(
        &self,
        mailbox: &Mailbox,
        sleeper: Rc<Sleeper>,
        at_socket: impl Fn(TcpStream),
    ) -> Result<Session, MailError> {
        let open = |secret: &Secret<String>| self.open_with(mailbox, secret, sleeper.clone(), &at_socket);
        if let Some(secret) = &mailbox.secret {
            return open(secret);
        }
        let tokens = self.tokens.as_ref().ok_or_else(|| no_token_source(mailbox))?;
        let token = tokens.token(mailbox, None)?;
        match open(&token) {
            Err(refused) if refused.kind == MailErrorKind::Login => {
                let fresh = tokens.token(mailbox, Some(&token))?;
                if fresh == token { Err(refused) } else { open(&fresh) }
            }
            opened => opened,
        }
    }

    fn open_with(
        &self,
        mailbox: &Mailbox,
        secret: &Secret<String>,
        sleeper: Rc<Sleeper>,
        at_socket: &impl Fn(TcpStream),
    ) -> Result<Session, MailError> {
        let allowance = Allowance::new(self.connect, LOGIN_BYTES);
        let tcp = dial(mailbox, allowance.deadline())?;
        tcp.set_nodelay(true)
            .and_then(|()| tcp.try_clone())
            .map(at_socket)
            .map_err(|error| broken("take the connection", &error))?;
        let channel = self.secure(mailbox, Socket { tcp, allowance: allowance.clone() })?;
        let (address, tls) = (channel.socket().tcp.peer_addr().ok(), channel.tls());
        let idle = Rc::new(IdleSlot::default());
        let brought = Rc::new(Cell::new(false));
        let mut client = imap::Client::new(Guard::new(channel, idle.clone(), sleeper.clone(), brought.clone()));
        if mailbox.security != Security::StartTls {
            greet(&mut client)?;
        }
        let (session, login) = log_in(client, mailbox, secret)?;
        Session::new(session, Link { address, tls, login }, allowance, idle, brought, sleeper, self.command)
    }

    fn secure(&self, mailbox: &Mailbox, mut socket: Socket) -> Result<Channel, MailError> {
        if mailbox.security == Security::LoopbackOnly {
            return Ok(Channel::Plain(socket));
        }
        if mailbox.security == Security::StartTls {
            starttls::upgrade(&mut socket)?;
        }
        let refuse = |reason: String| MailError::new(MailErrorKind::Tls, reason);
        let name = ServerName::try_from(mailbox.host.clone()).map_err(|error| refuse(error.to_string()))?;
        let mut connection =
            ClientConnection::new(self.tls.clone(), name).map_err(|error| refuse(error.to_string()))?;
        while connection.is_handshaking() {
            connection.complete_io(&mut socket).map_err(|error| broken("complete the TLS handshake", &error))?;
        }
        Ok(Channel::Tls(Box::new(StreamOwned::new(connection, socket))))
    }
}

fn dial(mailbox: &Mailbox, deadline: Instant) -> Result<TcpStream, MailError> {
    let place = format!("{}:{}", mailbox.host, mailbox.port);
    let network = |reason: String| MailError::new(MailErrorKind::Network, reason);
    let addresses: Vec<SocketAddr> = (mailbox.host.as_str(), mailbox.port)
        .to_socket_addrs()
        .map_err(|error| network(format!("cannot find {place}: {error}")))?
        .filter(|address| mailbox.security != Security::LoopbackOnly || address.ip().is_loopback())
        .collect();
    let mut last = network(format!("{place} has no address that may be used"));
    for address in addresses {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        match TcpStream::connect_timeout(&address, left.min(Duration::from_secs(10))) {
            Ok(tcp) => return Ok(tcp),
            Err(error) => last = network(format!("cannot connect to {place}: {error}")),
        }
    }
    Err(last)
}

fn greet(client: &mut imap::Client<Guard>) -> Result<(), MailError> {
    let greeting = client.read_greeting().map_err(|error| failed("greet", error))?;
    if greeting.starts_with(b"* OK") {
        return Ok(());
    }
    let kind = if greeting.starts_with(b"* BYE") { MailErrorKind::Network } else { MailErrorKind::Protocol };
    Err(MailError::new(
        kind,
        format!("the server does not greet but says {}", quoted(&String::from_utf8_lossy(&greeting))),
    ))
}

/// An I/O failure while the server should `act`, in our words.
pub(super) fn broken(act: &str, error: &io::Error) -> MailError {
    if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return untrusted(tls);
    }
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
            MailError::new(MailErrorKind::Network, format!("the server did not {act} in time"))
        }
        io::ErrorKind::InvalidData => {
            MailError::new(MailErrorKind::Protocol, format!("the server did not {act} sensibly: {error}"))
        }
        _ => MailError::new(
            MailErrorKind::Network,
            format!("the connection broke before the server could {act}: {error}"),
        ),
    }
}

fn untrusted(error: &rustls::Error) -> MailError {
    let advice = match error {
        rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer) => tls::unknown_issuer_advice(),
        rustls::Error::InvalidMessage(_) => {
            "; is this the port for TLS (993), or should it be imap+starttls?".to_owned()
        }
        _ => String::new(),
    };
    MailError::new(MailErrorKind::Tls, format!("no safe connection: {error}{advice}"))
}

/// What the crate reports while the server should `act`, in our words. Its own texts may quote what was sent.
pub(super) fn failed(act: &str, error: imap::Error) -> MailError {
    let said = |verb: &str, text: &str| format!("asked to {act}, the server {verb} {}", quoted(text));
    match error {
        imap::Error::Io(error) => broken(act, &error),
        imap::Error::No(no) => MailError::new(MailErrorKind::Network, said("refuses:", &no.information)),
        imap::Error::Bad(bad) => MailError::new(MailErrorKind::Protocol, said("objects:", &bad.information)),
        // What it says when it could not read a line.
        imap::Error::Bye(bye) if bye.code.is_none() && bye.information == "no explanation given" => {
            MailError::new(MailErrorKind::Protocol, format!("asked to {act}, the server answers nonsense"))
        }
        imap::Error::Bye(bye) => MailError::new(MailErrorKind::Network, said("ends the connection:", &bye.information)),
        imap::Error::ConnectionLost => {
            MailError::new(MailErrorKind::Network, format!("the server hung up before it could {act}"))
        }
        _ => MailError::new(MailErrorKind::Protocol, format!("asked to {act}, the server answers nonsense")),
    }
}
