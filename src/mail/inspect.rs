//! What a server can do, as a connection of ours finds it.

use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use super::error::{MailError, MailErrorKind};
use super::mailbox::Mailbox;
use super::service::{Mail, stopped};
use super::watch::junk_among;
use super::wire::{Connector, Idled, MATTERS, Session, Sleeper, Waker, waker};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    pub told: Told,
    /// It was removed again; else it is there still.
    pub removed: bool,
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
            let message = Message::new(mailbox, word, has("UIDPLUS"));
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
    /// It can be removed without touching another.
    removable: bool,
}

impl<'a> Message<'a> {
    fn new(mailbox: &'a Mailbox, word: &str, removable: bool) -> Self {
        let (id, user) = (format!("<onramp-mail-test-{word}@onramp.invalid>"), mailbox.user());
        let text = format!(
            "From: <{user}>\r\nTo: <{user}>\r\nSubject: onramp mail test\r\nMessage-ID: {id}\r\n\
             Content-Type: text/plain\r\n\r\nPut here by `onramp mail test --append` to see when it is told of.\r\n"
        );
        Self { mailbox, id, text, removable }
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
        let removed = other.join().unwrap_or_else(|_| Err(stopped()))?;
        Ok(Arrival { told: told?, removed })
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
) -> Result<bool, MailError> {
    let (_waker, sleeper) = pair()?;
    let mut session = open(connector, message.mailbox, sleeper)?;
    let folder = message.mailbox.folder_on_the_wire();
    drop(ready);
    let _ = begun.recv_timeout(PATIENCE);
    let at = Instant::now();
    session.append(&folder, message.text.as_bytes())?;
    let _ = sent.send(at);
    let _ = heard.recv();
    let removed = message.removable && session.remove(&folder, &message.id)?;
    session.end();
    Ok(removed)
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
