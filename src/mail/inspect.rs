//! What a server can do, as a connection of ours finds it.

use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use super::error::{MailError, MailErrorKind};
use super::mailbox::Mailbox;
use super::service::{Mail, stopped};
use super::watch::junk_among;
use super::wire::{Connector, Fate, Idled, MATTERS, Session, Sleeper, Waker, waker};
use crate::diagnostic::escape;

/// Of the message that is put there.
pub const SUBJECT: &str = "onramp mail test";

/// How long a message of our own may take to be told of, at most.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was found.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// The server's address and port.
    pub address: Option<String>,
    /// The version of TLS; `None` if there is none, on this machine.
    pub tls: Option<&'static str>,
    /// By which mechanism the login was taken.
    pub login: &'static str,
    /// The extensions that make a difference here, and whether the server has them.
    pub capabilities: Vec<(&'static str, bool)>,
    pub folder: String,
    pub messages: u32,
    pub uid_validity: u32,
    /// The folder for junk, as the server writes its name.
    pub junk: Option<String>,
    /// From a question to its answer.
    pub round_trip: Duration,
    /// Only if a message was to be put there.
    pub arrival: Option<Arrival>,
}

/// What became of a message of our own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    pub told: Told,
    pub fate: Fate,
    /// Its Message-ID, to find it by.
    pub id: String,
}

/// How we heard of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// By IDLE, so long after it was sent.
    Idle(Duration),
    /// IDLE kept silent; the next NOOP told.
    Noop,
    Never,
}

impl Mail {
    /// Connects as for a wait, and looks what the server can do; nothing is changed. With `append`, a word that nobody else
    /// uses, a message of our own is put into the folder over a second connection, and removed again.
    pub async fn inspect(&self, mailbox: &Mailbox, append: Option<String>) -> Result<Inspection, MailError> {
        let (connector, mailbox) = (self.connector(), mailbox.clone());
        let inspected = tokio::task::spawn_blocking(move || inspect(&connector, &mailbox, append.as_deref()));
        inspected.await.unwrap_or_else(|_| Err(stopped()))
    }
}

fn open(connector: &Connector, mailbox: &Mailbox, sleeper: Sleeper) -> Result<Session, MailError> {
    connector.open(mailbox, Rc::new(sleeper), drop)
}

fn inspect(connector: &Connector, mailbox: &Mailbox, append: Option<&str>) -> Result<Inspection, MailError> {
    let (waker, sleeper) = pair()?;
    let mut session = open(connector, mailbox, sleeper)?;
    let folder = mailbox.folder_on_the_wire();
    let standing = session.examine(&folder)?;
    let capabilities: Vec<_> = MATTERS.into_iter().zip(session.capabilities()?).collect();
    let junk = junk_among(&session.list()?);
    let asked = Instant::now();
    session.noop()?;
    let round_trip = asked.elapsed();
    let has = |name| capabilities.contains(&(name, true));
    let arrival = match append {
        Some(word) => {
            let message = Message::new(mailbox, word, standing.uid_next, has("UIDPLUS"));
            let wake = move || waker.wake();
            Some(arrival(connector, &mut session, &message, has("IDLE"), wake)?)
        }
        None => None,
    };
    let link = session.link;
    session.end();
    Ok(Inspection {
        address: link.address.map(|address| address.to_string()),
        tls: link.tls,
        login: link.login,
        capabilities,
        folder: mailbox.folder.clone(),
        messages: standing.exists,
        uid_validity: standing.uid_validity,
        junk,
        round_trip,
        arrival,
    })
}

fn pair() -> Result<(Waker, Sleeper), MailError> {
    waker().map_err(|error| MailError::new(MailErrorKind::Network, format!("cannot wait for the mailbox: {error}")))
}

/// A message to oneself.
struct Message<'a> {
    mailbox: &'a Mailbox,
    id: String,
    text: String,
    /// Its UID is none below this one.
    first: u32,
    /// It can be removed without touching another.
    removable: bool,
}

impl<'a> Message<'a> {
    fn new(mailbox: &'a Mailbox, word: &str, first: u32, removable: bool) -> Self {
        let (id, user) = (format!("<onramp-mail-test-{word}@onramp.invalid>"), mailbox.user());
        let text = format!(
            "From: <{user}>\r\nTo: <{user}>\r\nSubject: {SUBJECT}\r\nMessage-ID: {id}\r\n\
             Content-Type: text/plain\r\n\r\nPut here by `onramp mail test --append` to see when it is told of.\r\n"
        );
        Self { mailbox, id, text, first, removable }
    }

    /// `error`, after which nobody knows whether the message is there.
    fn may_be_left(&self, error: MailError) -> MailError {
        let message = format!(
            "{}; the message that was put there may be in {} still: look for subject \"{SUBJECT}\", Message-ID {}",
            error.message,
            escape(&self.mailbox.folder),
            self.id
        );
        MailError { message, ..error }
    }
}

/// Puts the message there while `session` idles.
fn arrival(
    connector: &Connector,
    session: &mut Session,
    message: &Message<'_>,
    can_idle: bool,
    wake: impl Fn() + Send,
) -> Result<Arrival, MailError> {
    let (ready, connected) = mpsc::channel::<()>();
    let (begin, begun) = mpsc::channel();
    let (sent, at) = mpsc::channel();
    let (heard, removable) = mpsc::channel::<()>();
    let patience = PATIENCE.min(connector.command);
    std::thread::scope(|scope| {
        let other = scope.spawn(move || {
            let put = put(connector, message, ready, &begun, &sent, &removable);
            // Nobody need wait for what did not happen.
            wake();
            put
        });
        // However long it takes to connect: the time that counts begins then.
        let _ = connected.recv();
        let told = listen(session, message, can_idle.then_some(patience), begin, &at);
        drop(heard);
        let fate = other.join().unwrap_or_else(|_| Err(message.may_be_left(stopped())))?;
        let is_left = matches!(fate, Fate::Kept | Fate::Unclear);
        let told = told.map_err(|error| if is_left { message.may_be_left(error) } else { error })?;
        Ok(Arrival { told, fate, id: message.id.clone() })
    })
}

/// The other connection: sends the message once `begun`, and removes it when nobody listens for it any more.
fn put(
    connector: &Connector,
    message: &Message<'_>,
    ready: Sender<()>,
    begun: &Receiver<()>,
    sent: &Sender<Instant>,
    heard: &Receiver<()>,
) -> Result<Fate, MailError> {
    let (_waker, sleeper) = pair()?;
    let mut session = open(connector, message.mailbox, sleeper)?;
    let folder = message.mailbox.folder_on_the_wire();
    drop(ready);
    let _ = begun.recv_timeout(PATIENCE);
    let at = Instant::now();
    let uid = session.append(&folder, message.text.as_bytes()).map_err(|error| match error.kind {
        // A plain refusal.
        MailErrorKind::Config => error,
        _ => message.may_be_left(error),
    })?;
    let _ = sent.send(at);
    let _ = heard.recv();
    let fate = match message.removable {
        true => session.remove(&folder, &message.id, uid, message.first),
        false => Ok(Fate::Kept),
    };
    let fate = fate.map_err(|error| message.may_be_left(error))?;
    session.end();
    Ok(fate)
}

/// Waits for the message by IDLE, with so much patience if the server knows that, and then by NOOP.
fn listen(
    session: &mut Session,
    message: &Message<'_>,
    patience: Option<Duration>,
    begin: Sender<()>,
    sent: &Receiver<Instant>,
) -> Result<Told, MailError> {
    if let Some(patience) = patience {
        let until = Instant::now() + patience;
        session.when_idling(move || {
            let _ = begin.send(());
        });
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            if session.idle(left, left)? == Idled::Quiet {
                break;
            }
            let heard = Instant::now();
            if !session.uids_of(&message.id)?.is_empty() {
                let sent = sent.recv_timeout(PATIENCE).unwrap_or(heard);
                return Ok(Told::Idle(heard.saturating_duration_since(sent)));
            }
        }
    } else {
        let _ = begin.send(());
    }
    let _ = sent.recv_timeout(PATIENCE);
    session.noop()?;
    Ok(if session.uids_of(&message.id)?.is_empty() { Told::Never } else { Told::Noop })
}
