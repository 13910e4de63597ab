//! One IMAP connection: greeting, TLS, IDLE, and the end. Commands are obeyed in `command`.

use std::sync::Arc;
use std::time::Duration;

use imap_next::imap_types::core::{Tag, Vec1};
use imap_next::imap_types::response::{Code, CommandContinuationRequest, Data, Greeting, Status};
use imap_next::server::{Error as ProtocolError, Event as Received, Options, ResponseHandle, Server};
use imap_next::stream::{Error, Stream};
use imap_next::{Interrupt, Io, State as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::capability::capabilities;
use super::extended::tag_of;
use super::login::User;
use super::view::View;
use crate::sandbox::accept::accept;
use crate::sandbox::service::Service;

const MAX_SESSIONS: usize = 1_024;
const MAX_LITERAL: u32 = 8 << 20;
/// RFC 3501 asks for half an hour at least.
const SILENCE: Duration = Duration::from_secs(31 * 60);
const SILENCE_BEFORE_LOGIN: Duration = Duration::from_secs(60);
/// A client that sends so many lines that are no commands is let go.
const MAX_MISTAKES: u32 = 10;

/// Takes connections until it is aborted; its sessions end with it. With `secure` they begin with TLS.
pub async fn listen(service: Arc<Service>, listener: TcpListener, secure: bool) {
    let session = |stream: TcpStream| {
        // Without it an answer waits for the client's delayed acknowledgement; failing to set it harms nothing.
        let _ = stream.set_nodelay(true);
        let service = service.clone();
        async move {
            if let Some(session) = Session::new(service, secure) {
                session.serve(stream).await;
            }
        }
    };
    accept(listener, MAX_SESSIONS, session).await;
}

/// The inbox as it was opened.
pub struct Selected {
    pub view: View,
    pub read_only: bool,
}

pub struct Session {
    pub(super) service: Arc<Service>,
    pub(super) server: Server,
    pub(super) user: Option<User>,
    pub(super) selected: Option<Selected>,
    idle: Option<Tag<'static>>,
    pub(super) authenticating: Option<Tag<'static>>,
    /// The last response; the session ends when it is sent.
    pub(super) farewell: Option<ResponseHandle>,
    /// The answer to STARTTLS; the handshake begins when it is sent.
    pub(super) handshake: Option<ResponseHandle>,
    pub(super) secure: bool,
    mistakes: u32,
}

/// How a stretch of a session ended.
enum Ended {
    Closed,
    Handshake,
}

impl Session {
    fn new(service: Arc<Service>, secure: bool) -> Option<Self> {
        let code = Vec1::try_from(capabilities(service.site.tls.is_some() && !secure, false)).ok();
        let server = protocol(code.map(Code::Capability))?;
        let (selected, idle, authenticating, farewell, handshake) = (None, None, None, None, None);
        let (user, mistakes) = (None, 0);
        Some(Self { service, server, user, selected, idle, authenticating, farewell, handshake, secure, mistakes })
    }

    async fn serve(mut self, stream: TcpStream) {
        let mut stream = match self.secure {
            true => match self.encrypt(stream).await {
                Some(stream) => stream,
                None => return,
            },
            false => Stream::insecure(stream),
        };
        while let Ended::Handshake = self.run(&mut stream).await {
            // What the client sent after STARTTLS was not encrypted: it goes with the protocol layer that read it.
            let (Some(server), Some(encrypted)) = (greeted(), self.encrypt(stream.into()).await) else { return };
            (self.server, self.secure, self.handshake, stream) = (server, true, None, encrypted);
        }
    }

    async fn encrypt(&self, stream: TcpStream) -> Option<Stream> {
        let handshake = self.service.site.tls.as_ref()?.acceptor.accept(stream);
        let stream = timeout(SILENCE_BEFORE_LOGIN, handshake).await.ok()?.ok()?;
        Some(Stream::tls(stream.into()))
    }

    async fn run(&mut self, stream: &mut Stream) -> Ended {
        let mut inbox = self.service.core().watch_inbox();
        loop {
            let patience = if self.user.is_some() { SILENCE } else { SILENCE_BEFORE_LOGIN };
            tokio::select! {
                received = timeout(patience, stream.next(&mut self.server)) => match received {
                    Ok(Ok(Received::ResponseSent { handle, .. })) if self.farewell == Some(handle) => {
                        // The client may be gone already, and then misses nothing.
                        let _ = stream.flush().await;
                        return Ended::Closed;
                    }
                    Ok(Ok(Received::ResponseSent { handle, .. })) if self.handshake == Some(handle) => {
                        return if stream.flush().await.is_ok() { Ended::Handshake } else { Ended::Closed };
                    }
                    Ok(Ok(event)) => self.receive(event),
                    Ok(Err(Error::State(error))) => self.correct(&error),
                    Ok(Err(_)) | Err(_) => return Ended::Closed,
                },
                Ok(()) = inbox.changed() => if self.idle.is_some() { self.tell_news() },
            }
            if self.mistakes > MAX_MISTAKES {
                return Ended::Closed;
            }
        }
    }

    fn receive(&mut self, event: Received) {
        match event {
            Received::CommandReceived { command } => self.obey(command),
            Received::CommandAuthenticateReceived { command_authenticate: asked } => self.authenticate(asked),
            Received::AuthenticateDataReceived { authenticate_data } => self.finish_authentication(authenticate_data),
            Received::IdleCommandReceived { tag } => self.begin_idle(tag),
            Received::IdleDoneReceived => {
                if let Some(tag) = self.idle.take() {
                    self.ok(tag, None, "Idle completed.");
                }
            }
            Received::GreetingSent { .. } | Received::ResponseSent { .. } => {}
        }
    }

    fn begin_idle(&mut self, tag: Tag<'static>) {
        if self.selected.is_none() {
            if let Ok(status) = Status::bad(Some(tag), None, "Select a mailbox first.") {
                let _ = self.server.idle_reject(status);
            }
            return;
        }
        if let Ok(go_on) = CommandContinuationRequest::basic(None, "idling") {
            let _ = self.server.idle_accept(go_on);
        }
        self.idle = Some(tag);
        self.tell_news();
    }

    /// Tells what came and went since the client was last told.
    pub(super) fn tell_news(&mut self) {
        let Some(selected) = &mut self.selected else { return };
        let news = selected.view.refresh(&self.service.core().state().mailbox);
        for number in news.expunged.iter().filter_map(|number| (*number).try_into().ok()) {
            self.server.enqueue_data(Data::Expunge(number));
        }
        if let Some(count) = news.exists {
            self.server.enqueue_data(Data::Exists(count));
            self.server.enqueue_data(Data::Recent(0));
        }
    }

    fn correct(&mut self, error: &ProtocolError) {
        let line = match error {
            ProtocolError::MalformedMessage { discarded_bytes } => discarded_bytes.declassify(),
            _ => &Box::default(),
        };
        if self.obey_extended(line) {
            return;
        }
        self.mistakes += 1;
        // A literal that is too long was answered by the protocol layer.
        if !matches!(error, ProtocolError::LiteralTooLong { .. })
            && let Ok(status) = Status::bad(tag_of(line), None, "That is not a command.")
        {
            self.server.enqueue_status(status);
        }
    }

    pub(super) fn ok(&mut self, tag: Tag<'static>, code: Option<Code<'static>>, text: &'static str) {
        if let Ok(status) = Status::ok(Some(tag), code, text) {
            self.server.enqueue_status(status);
        }
    }

    pub(super) fn bad(&mut self, tag: Tag<'static>, text: &'static str) {
        if let Ok(status) = Status::bad(Some(tag), None, text) {
            self.server.enqueue_status(status);
        }
    }

    pub(super) fn no(&mut self, tag: Tag<'static>, text: &'static str) {
        if let Ok(status) = Status::no(Some(tag), None, text) {
            self.server.enqueue_status(status);
        }
    }
}

/// The protocol layer, about to greet.
fn protocol(code: Option<Code<'static>>) -> Option<Server> {
    let mut options = Options::default();
    options.max_literal_size = MAX_LITERAL;
    options.max_command_size = MAX_LITERAL + (64 << 10);
    Some(Server::new(options, Greeting::ok(code, "sandbox ready").ok()?))
}

/// The protocol layer of a client that was greeted before the handshake.
pub(super) fn greeted() -> Option<Server> {
    let mut server = protocol(None)?;
    loop {
        match server.next() {
            Err(Interrupt::Io(Io::Output(_))) => {}
            Ok(Received::GreetingSent { .. }) => return Some(server),
            _ => return None,
        }
    }
}
