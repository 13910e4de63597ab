//! One IMAP connection: greeting, authentication, IDLE, and the end. Commands are obeyed in `command`.

use std::sync::Arc;
use std::time::Duration;

use imap_next::imap_types::auth::AuthenticateData;
use imap_next::imap_types::core::Tag;
use imap_next::imap_types::response::{Code, CommandContinuationRequest, Data, Greeting, Status};
use imap_next::server::{Error as ProtocolError, Event as Received, Options, ResponseHandle, Server};
use imap_next::stream::{Error, Stream};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

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

/// Takes connections until it is aborted; its sessions end with it.
pub async fn listen(service: Arc<Service>, listener: TcpListener) {
    let session = |stream: TcpStream| {
        // Without it an answer waits for the client's delayed acknowledgement; failing to set it harms nothing.
        let _ = stream.set_nodelay(true);
        let service = service.clone();
        async move {
            if let Some(session) = Session::new(service) {
                session.run(stream).await;
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
    pub(super) logged_in: bool,
    pub(super) selected: Option<Selected>,
    idle: Option<Tag<'static>>,
    authenticating: Option<Tag<'static>>,
    /// The last response; the session ends when it is sent.
    pub(super) farewell: Option<ResponseHandle>,
    mistakes: u32,
}

impl Session {
    fn new(service: Arc<Service>) -> Option<Self> {
        let mut options = Options::default();
        options.max_literal_size = MAX_LITERAL;
        options.max_command_size = MAX_LITERAL + (64 << 10);
        let server = Server::new(options, Greeting::ok(None, "sandbox ready").ok()?);
        let (selected, idle, authenticating, farewell) = (None, None, None, None);
        Some(Self { service, server, logged_in: false, selected, idle, authenticating, farewell, mistakes: 0 })
    }

    async fn run(mut self, stream: TcpStream) {
        let mut stream = Stream::insecure(stream);
        let mut inbox = self.service.core().watch_inbox();
        loop {
            let patience = if self.logged_in { SILENCE } else { SILENCE_BEFORE_LOGIN };
            tokio::select! {
                received = timeout(patience, stream.next(&mut self.server)) => match received {
                    Ok(Ok(Received::ResponseSent { handle, .. })) if self.farewell == Some(handle) => {
                        // The client may be gone already, and then misses nothing.
                        let _ = stream.flush().await;
                        return;
                    }
                    Ok(Ok(event)) => self.receive(event),
                    Ok(Err(Error::State(error))) => self.correct(&error),
                    Ok(Err(_)) | Err(_) => return,
                },
                Ok(()) = inbox.changed() => if self.idle.is_some() { self.tell_news() },
            }
            if self.mistakes > MAX_MISTAKES {
                return;
            }
        }
    }

    fn receive(&mut self, event: Received) {
        match event {
            Received::CommandReceived { command } => self.obey(command),
            Received::CommandAuthenticateReceived { command_authenticate: asked } => match asked.initial_response {
                Some(response) => self.finish_plain(asked.tag, Some(response.declassify().as_ref())),
                None => {
                    self.authenticating = Some(asked.tag);
                    let go_on = CommandContinuationRequest::base64(&b""[..]);
                    // It fails only out of turn, and this is the turn.
                    let _ = self.server.authenticate_continue(go_on);
                }
            },
            Received::AuthenticateDataReceived { authenticate_data } => {
                if let Some(tag) = self.authenticating.take() {
                    match authenticate_data {
                        AuthenticateData::Continue(response) => {
                            self.finish_plain(tag, Some(response.declassify().as_ref()));
                        }
                        AuthenticateData::Cancel => self.finish_plain(tag, None),
                    }
                }
            }
            Received::IdleCommandReceived { tag } => self.begin_idle(tag),
            Received::IdleDoneReceived => {
                if let Some(tag) = self.idle.take() {
                    self.ok(tag, None, "Idle completed.");
                }
            }
            Received::GreetingSent { .. } | Received::ResponseSent { .. } => {}
        }
    }

    /// SASL PLAIN (RFC 4616): authorisation id, user and password, with a zero byte between.
    fn finish_plain(&mut self, tag: Tag<'static>, response: Option<&[u8]>) {
        let parts: Vec<&[u8]> = response.unwrap_or_default().split(|byte| *byte == 0).collect();
        let good = matches!(parts.as_slice(), [_, user, password] if self.log_in(user, password));
        let status = match good {
            true => Status::ok(Some(tag), None, "Logged in."),
            false => Status::no(Some(tag), None, WRONG_PASSWORD),
        };
        if let Ok(status) = status {
            let _ = self.server.authenticate_finish(status);
        }
    }

    /// Whether these are the inbox's user and password; if so, the session is logged in.
    pub(super) fn log_in(&mut self, user: &[u8], password: &[u8]) -> bool {
        let site = &self.service.site;
        let good = user == site.inbox_user.as_bytes() && password == site.inbox_password.expose().as_bytes();
        self.logged_in |= good;
        good
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
        self.mistakes += 1;
        // A literal that is too long was answered by the protocol layer.
        if !matches!(error, ProtocolError::LiteralTooLong { .. })
            && let Ok(status) = Status::bad(None, None, "That is not a command.")
        {
            self.server.enqueue_status(status);
        }
    }

    pub(super) fn ok(&mut self, tag: Tag<'static>, code: Option<Code<'static>>, text: &'static str) {
        if let Ok(status) = Status::ok(Some(tag), code, text) {
            self.server.enqueue_status(status);
        }
    }

    pub(super) fn no(&mut self, tag: Tag<'static>, text: &'static str) {
        if let Ok(status) = Status::no(Some(tag), None, text) {
            self.server.enqueue_status(status);
        }
    }
}

pub(super) const WRONG_PASSWORD: &str = "[AUTHENTICATIONFAILED] Authentication failed.";
