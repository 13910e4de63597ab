//! An IMAP server that does as it is told, lies included. Blocking threads; it never sleeps.

mod change;

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::ops::RangeInclusive;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::clock::Timestamp;

/// How the server misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    SilentFromTheStart,
    EndlessGreeting,
    Bye,
    LoginBusy,
    NoIdle,
    IdleRefused,
    IdleSilent,
    IdleChatter,
    IdleBye,
    /// It takes part, and tells of nothing.
    IdleDeaf,
    IdleGarbage,
    IdleHalfLine,
    IdleNewsBeforePlus,
    IdleOkWithoutPlus,
    UntaggedNo,
    SilentSearch,
    HugeLiteral,
    DeepNesting,
    WrongTag,
    NoUidValidity,
    NoUidNext,
    /// It takes the message, and hangs up.
    AppendBreaks,
    AppendRefused,
    StoreRefused,
}

pub struct Message {
    pub uid: u32,
    pub received_at: Timestamp,
    pub raw: String,
}

#[derive(Default)]
pub struct State {
    pub uid_validity: u32,
    pub next_uid: u32,
    pub messages: Vec<Message>,
    /// What LIST says, and the messages in the folder that is not INBOX.
    pub folders: Vec<&'static str>,
    pub junk: Vec<Message>,
    /// A message that cannot be shown.
    pub unreadable: Option<u32>,
    /// In what is shown of a message, one text stands in place of another.
    pub odd: Option<(u32, &'static str, &'static str)>,
    pub faults: Vec<Fault>,
    /// The first so many connections meet the faults.
    pub faulty: usize,
    /// The mechanisms on offer, as `AUTH=…` in one line.
    pub auth: &'static str,
    /// What it can do besides.
    pub extensions: &'static str,
    /// What each search for a Message-ID finds, whatever is there.
    pub searches: Option<&'static str>,
    /// The UID that an APPEND is answered with.
    pub append_uid: Option<u32>,
    /// Delivered right behind a message that is appended.
    pub arrives_too: Option<String>,
    /// The access token that is taken.
    pub token: &'static str,
    /// What clients sent inside of AUTHENTICATE by a token, still in base64.
    pub sasl: Vec<String>,
    pub connections: usize,
    pub open: usize,
    pub logins: usize,
    pub idles: usize,
    pub commands: Vec<String>,
    idling: Vec<TcpStream>,
}

pub struct Server {
    pub port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Server {
    pub fn start() -> Self {
        Self::with_faults(&[], 0)
    }

    /// The first `faulty` connections meet `faults`.
    pub fn with_faults(faults: &[Fault], faulty: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = State {
            uid_validity: 7,
            next_uid: 1,
            faults: faults.to_vec(),
            faulty,
            auth: "AUTH=PLAIN",
            ..State::default()
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let accepting = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = accepting.clone();
                std::thread::spawn(move || Connection::serve(stream, shared));
            }
        });
        Self { port, shared }
    }

    pub fn url(&self) -> String {
        format!("imap://ada:hunter22@127.0.0.1:{}/INBOX", self.port)
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap()
    }

    /// Waits until the server has seen what is asked for.
    pub fn until(&self, seen: impl Fn(&State) -> bool) {
        let waited =
            self.shared.changed.wait_timeout_while(self.state(), Duration::from_secs(20), |state| !seen(state));
        assert!(!waited.unwrap().1.timed_out(), "the server never saw it");
    }

    /// Lays a message into the folder for junk; nobody is told.
    pub fn deliver_junk(&self, raw: &str, received_at: Timestamp) {
        let mut state = self.state();
        let uid = state.junk.len() as u32 + 1;
        state.junk.push(Message { uid, received_at, raw: raw.to_owned() });
    }

    /// Delivers a message and tells those who idle.
    pub fn deliver(&self, raw: &str, received_at: Timestamp) {
        self.shared.deliver(raw, received_at);
    }
}

impl Shared {
    fn deliver(&self, raw: &str, received_at: Timestamp) {
        let mut state = self.state.lock().unwrap();
        let uid = state.next_uid;
        state.next_uid += 1;
        state.messages.push(Message { uid, received_at, raw: raw.to_owned() });
        let line = format!("* {} EXISTS\r\n", state.messages.len());
        for mut idler in std::mem::take(&mut state.idling) {
            let _ = idler.write_all(line.as_bytes());
            state.idling.push(idler);
        }
    }
}

impl State {
    /// Of the folder that is open.
    /// Of the folder for junk, if there is one.
    fn status(&self, command: &str) -> Option<String> {
        let folder = command.strip_prefix("STATUS ")?.split_once(" (")?.0;
        let listed = self.folders.iter().any(|listed| listed.ends_with(folder));
        let (validity, next) = (self.uid_validity, self.junk.len() + 1);
        listed.then(|| format!("* STATUS {folder} (UIDNEXT {next} UIDVALIDITY {validity})\r\n"))
    }

    fn opened(&self, in_junk: bool) -> &[Message] {
        if in_junk { &self.junk } else { &self.messages }
    }
}

struct Connection {
    out: TcpStream,
    in_junk: bool,
    shared: Arc<Shared>,
    faults: Vec<Fault>,
    /// How many messages this connection has been told of.
    told: usize,
}

impl Connection {
    fn serve(stream: TcpStream, shared: Arc<Shared>) {
        let faults = {
            let mut state = shared.state.lock().unwrap();
            state.connections += 1;
            state.open += 1;
            if state.connections <= state.faulty { state.faults.clone() } else { Vec::new() }
        };
        let out = stream.try_clone().unwrap();
        let mut connection = Self { out, in_junk: false, shared: shared.clone(), faults, told: 0 };
        let _ = connection.talk(&mut BufReader::new(stream.try_clone().unwrap()));
        let _ = stream.shutdown(Shutdown::Both);
        shared.state.lock().unwrap().open -= 1;
        shared.changed.notify_all();
    }

    fn has(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }

    fn say(&mut self, text: &str) -> std::io::Result<()> {
        self.out.write_all(text.as_bytes())
    }

    fn talk(&mut self, input: &mut impl BufRead) -> std::io::Result<()> {
        if self.has(Fault::SilentFromTheStart) {
            return drain(input);
        }
        if self.has(Fault::EndlessGreeting) {
            loop {
                self.say(&"* OK and more".repeat(1000))?;
            }
        }
        if self.has(Fault::Bye) {
            return self.say("* BYE too many connections\r\n");
        }
        self.say("* OK ready\r\n")?;
        let mut line = String::new();
        while {
            line.clear();
            input.read_line(&mut line)?
        } > 0
        {
            let (tag, command) = line.trim_end().split_once(' ').unwrap_or_default();
            let (tag, command) = (tag.to_owned(), command.to_owned());
            self.shared.state.lock().unwrap().commands.push(command.clone());
            self.shared.changed.notify_all();
            if !self.answer(&tag, &command, input)? {
                break;
            }
        }
        Ok(())
    }

    /// Whether the connection goes on.
    fn answer(&mut self, tag: &str, command: &str, input: &mut impl BufRead) -> std::io::Result<bool> {
        let word = command.split(' ').next().unwrap_or_default();
        let shared = self.shared.clone();
        match word {
            "CAPABILITY" => {
                let idle = if self.has(Fault::NoIdle) { "" } else { "IDLE" };
                let state = shared.state.lock().unwrap();
                let names: Vec<&str> = ["IMAP4rev1", idle, state.auth, state.extensions]
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect();
                drop(state);
                self.say(&format!("* CAPABILITY {}\r\n", names.join(" ")))?;
            }
            "AUTHENTICATE" | "LOGIN" => return self.log_in(tag, command, input),
            "STATUS" => {
                let told = shared.state.lock().unwrap().status(command);
                let Some(told) = told else { return self.say(&format!("{tag} NO no such folder\r\n")).map(|()| true) };
                self.say(&told)?;
            }
            "EXAMINE" | "SELECT" => {
                if !self.examine(command)? {
                    return self.say(&format!("{tag} NO no such folder\r\n")).map(|()| true);
                }
            }
            "LIST" => {
                let folders = shared.state.lock().unwrap().folders.clone();
                folders.iter().try_for_each(|folder| self.say(&format!("* LIST {folder}\r\n")))?;
            }
            "APPEND" => return self.take(tag, command, input),
            "UID" if command.starts_with("UID STORE") && self.has(Fault::StoreRefused) => {
                return self.say(&format!("{tag} NO read-only\r\n")).map(|()| true);
            }
            "UID" if command.starts_with("UID STORE") => {}
            "UID" if command.starts_with("UID EXPUNGE") => self.expunge(command),
            "NOOP" => self.tell()?,
            "UID" if command.starts_with("UID SEARCH") => {
                if self.has(Fault::SilentSearch) {
                    return drain(input).map(|()| false);
                }
                self.search(command.trim_start_matches("UID SEARCH "))?;
            }
            "UID" | "FETCH" if command.contains("FETCH") => {
                let unreadable = shared.state.lock().unwrap().unreadable;
                if unreadable.is_some_and(|uid| asked(command, 0).iter().any(|range| range.contains(&uid))) {
                    return self.say(&format!("{tag} NO the message is damaged\r\n")).map(|()| true);
                }
                self.fetch(command)?;
            }
            "IDLE" => return self.idle(tag, input),
            "LOGOUT" => self.say("* BYE see you\r\n")?,
            _ => return self.say(&format!("{tag} BAD not here\r\n")).map(|()| true),
        }
        let tag = if self.has(Fault::WrongTag) { "x9" } else { tag };
        self.say(&format!("{tag} OK done\r\n")).map(|()| word != "LOGOUT")
    }

    fn log_in(&mut self, tag: &str, command: &str, input: &mut impl BufRead) -> std::io::Result<bool> {
        self.shared.state.lock().unwrap().logins += 1;
        let fits = if matches!(command, "AUTHENTICATE XOAUTH2" | "AUTHENTICATE OAUTHBEARER") {
            self.takes_token(input)?
        } else if command == "AUTHENTICATE PLAIN" {
            self.say("+ \r\n")?;
            let mut response = String::new();
            input.read_line(&mut response)?;
            response.trim_end() == "AGFkYQBodW50ZXIyMg=="
        } else {
            command == "LOGIN \"ada\" \"hunter22\""
        };
        match fits {
            _ if self.has(Fault::LoginBusy) => self.say(&format!("{tag} NO [INUSE] try again later\r\n"))?,
            true => self.say(&format!("{tag} OK in\r\n"))?,
            false => self.say(&format!("{tag} NO [AUTHENTICATIONFAILED] \u{43d}\u{435}\x1b[2J hunter23\r\n"))?,
        }
        Ok(true)
    }

    /// Asks for a token. One that is not taken is answered with the reason, which the client must answer in turn.
    fn takes_token(&mut self, input: &mut impl BufRead) -> std::io::Result<bool> {
        self.say("+ \r\n")?;
        let mut response = String::new();
        input.read_line(&mut response)?;
        let response = response.trim_end().to_owned();
        let bearer = format!("auth=Bearer {}\u{1}\u{1}", self.shared.state.lock().unwrap().token);
        let fits = STANDARD.decode(&response).unwrap().ends_with(bearer.as_bytes());
        self.shared.state.lock().unwrap().sasl.push(response);
        if !fits {
            let reason = STANDARD.encode("{\"status\":\"401\",\"error\":\"\\u001b[2J stale-hunter22\"}");
            self.say(&format!("+ {reason}\r\n"))?;
            let mut answer = String::new();
            input.read_line(&mut answer)?;
            self.shared.state.lock().unwrap().sasl.push(answer.trim_end().to_owned());
        }
        Ok(fits)
    }

    /// Whether there is such a folder.
    fn examine(&mut self, command: &str) -> std::io::Result<bool> {
        let (count, validity, next) = {
            let state = self.shared.state.lock().unwrap();
            let folder = command.split_once(' ').unwrap().1;
            self.in_junk = folder != "\"INBOX\"";
            if self.in_junk && !state.folders.iter().any(|listed| listed.ends_with(folder)) {
                return Ok(false);
            }
            let next = if self.in_junk { state.junk.len() as u32 + 1 } else { state.next_uid };
            (state.opened(self.in_junk).len(), state.uid_validity, next)
        };
        self.told = count;
        if self.has(Fault::UntaggedNo) {
            self.say("* NO the disk is nearly full\r\n")?;
        }
        if !self.has(Fault::NoUidValidity) {
            self.say(&format!("* OK [UIDVALIDITY {validity}] valid\r\n"))?;
        }
        if !self.has(Fault::NoUidNext) {
            self.say(&format!("* OK [UIDNEXT {next}] next\r\n"))?;
        }
        self.say(&format!("* FLAGS (\\Seen)\r\n* {count} EXISTS\r\n")).map(|()| true)
    }

    fn tell(&mut self) -> std::io::Result<()> {
        let count = self.shared.state.lock().unwrap().opened(self.in_junk).len();
        if std::mem::replace(&mut self.told, count) != count {
            self.say(&format!("* {count} EXISTS\r\n"))?;
        }
        Ok(())
    }

    /// Searches what this connection was told of, as real servers do.
    fn search(&mut self, criteria: &str) -> std::io::Result<()> {
        let found: String = {
            let state = self.shared.state.lock().unwrap();
            let opened = state.opened(self.in_junk);
            let told = &opened[..self.told.min(opened.len())];
            if let Some(id) = criteria.strip_prefix("HEADER Message-ID ") {
                let found = told.iter().filter(|message| message.raw.contains(id.trim_matches('"')));
                let found: String = found.map(|message| format!(" {}", message.uid)).collect();
                let found = state.searches.map_or(found, str::to_owned);
                drop(state);
                return self.say(&format!("* SEARCH{found}\r\n"));
            }
            let last = told.last().map_or(0, |message| message.uid);
            let set = criteria.trim_start_matches("UID ").to_owned();
            let (low, high) = set.split_once(':').unwrap_or(("1", "*"));
            let low: u32 = low.parse().unwrap_or(1);
            let high = high.parse().unwrap_or(last);
            // `n:*` has the last message in it, whatever n is.
            let range = low.min(high)..=low.max(high);
            told.iter()
                .map(|message| message.uid)
                .filter(|uid| range.contains(uid))
                .map(|uid| format!(" {uid}"))
                .collect()
        };
        self.say(&format!("* SEARCH{found}\r\n"))
    }

    fn fetch(&mut self, command: &str) -> std::io::Result<()> {
        if self.has(Fault::HugeLiteral) {
            self.say("* 1 FETCH (UID 1 BODY[] {4000000000}\r\n")?;
            loop {
                self.say(&"x".repeat(65536))?;
            }
        }
        if self.has(Fault::DeepNesting) {
            self.say(&format!("* 1 FETCH (UID 1 BODYSTRUCTURE {}\r\n", "(".repeat(500_000)))?;
        }
        let replies: Vec<String> = {
            let state = self.shared.state.lock().unwrap();
            let opened = state.opened(self.in_junk);
            let last = opened.last().map_or(0, |message| message.uid);
            let asked = asked(command, last);
            let is_asked = |message: &Message| asked.iter().any(|range| range.contains(&message.uid));
            let chosen = opened.iter().enumerate().filter(|(_, message)| is_asked(message));
            let shown = |(at, message): (usize, &Message)| match state.odd {
                Some((uid, text, other)) if uid == message.uid => reply(at + 1, message, command).replace(text, other),
                _ => reply(at + 1, message, command),
            };
            chosen.map(shown).collect()
        };
        replies.iter().try_for_each(|reply| self.say(reply))
    }

    fn idle(&mut self, tag: &str, input: &mut impl BufRead) -> std::io::Result<bool> {
        if self.has(Fault::IdleRefused) {
            return self.say(&format!("{tag} NO not today\r\n")).map(|()| true);
        }
        if self.has(Fault::IdleSilent) {
            return drain(input).map(|()| false);
        }
        if self.has(Fault::IdleOkWithoutPlus) {
            return self.say(&format!("{tag} OK idled\r\n")).map(|()| true);
        }
        {
            let mut state = self.shared.state.lock().unwrap();
            let news = self.has(Fault::IdleNewsBeforePlus) || state.messages.len() != self.told;
            self.told = state.messages.len();
            let line = format!("* {} EXISTS\r\n", self.told);
            if news && self.has(Fault::IdleNewsBeforePlus) {
                self.out.write_all(line.as_bytes())?;
            }
            self.out.write_all(b"+ idling\r\n")?;
            if news && !self.has(Fault::IdleNewsBeforePlus) {
                self.out.write_all(line.as_bytes())?;
            }
            if !self.has(Fault::IdleDeaf) {
                state.idling.push(self.out.try_clone()?);
            }
            state.idles += 1;
        }
        self.shared.changed.notify_all();
        match self.faults.iter().find(|fault| format!("{fault:?}").starts_with("Idle")) {
            Some(Fault::IdleBye) => return self.say("* BYE restarting\r\n").map(|()| false),
            Some(Fault::IdleHalfLine) => return self.say("* 3 EXI").map(|()| false),
            Some(Fault::IdleGarbage) => self.say("* %%% nonsense {[\r\n")?,
            Some(Fault::IdleChatter) => self.say(&"* OK Still here\r\n* 1 FETCH (FLAGS (\\Seen))\r\n".repeat(500))?,
            _ => {}
        }
        let mut line = String::new();
        input.read_line(&mut line)?;
        let mut state = self.shared.state.lock().unwrap();
        let me = self.out.peer_addr()?;
        state.idling.retain(|idler| idler.peer_addr().is_ok_and(|peer| peer != me));
        self.told = state.messages.len();
        drop(state);
        if line != "DONE\r\n" {
            return Ok(false);
        }
        self.say(&format!("{tag} OK idled\r\n")).map(|()| true)
    }
}

/// The UIDs that a FETCH asks for.
fn asked(command: &str, last: u32) -> Vec<RangeInclusive<u32>> {
    let set = command.trim_start_matches("UID ").trim_start_matches("FETCH ");
    let number = |text: &str| if text == "*" { last } else { text.parse().unwrap() };
    let range = |part: &str| {
        let (low, high) = part.split_once(':').unwrap_or((part, part));
        number(low)..=number(high)
    };
    set.split(' ').next().unwrap_or_default().split(',').map(range).collect()
}

fn reply(number: usize, message: &Message, command: &str) -> String {
    let date = chrono::DateTime::from_timestamp_millis(message.received_at.as_millis()).unwrap();
    let date = date.format("%d-%b-%Y %H:%M:%S +0000");
    let literal = |section: &str, text: &str| format!(" {section}<0> {{{}}}\r\n{text}", text.len());
    let header = command.contains("HEADER.FIELDS").then(|| fields(&message.raw, command));
    let header = header.map(|fields| literal("BODY[HEADER.FIELDS (TO FROM)]", &fields)).unwrap_or_default();
    let body = if command.contains("BODY.PEEK[]") { literal("BODY[]", &message.raw) } else { String::new() };
    let (uid, size) = (message.uid, message.raw.len());
    format!("* {number} FETCH (UID {uid} RFC822.SIZE {size} INTERNALDATE \"{date}\"{header}{body})\r\n")
}

/// The header fields that `command` names, and no others.
fn fields(raw: &str, command: &str) -> String {
    let asked = command.split_once("FIELDS (").and_then(|(_, rest)| rest.split_once(')')).unwrap_or_default().0;
    let header = raw.split_inclusive("\r\n\r\n").next().unwrap_or_default();
    let mut kept = false;
    let of_asked = |line: &&str| {
        if !line.starts_with([' ', '\t']) {
            let name = line.split(':').next().unwrap_or_default();
            kept = asked.split(' ').any(|asked| asked.eq_ignore_ascii_case(name.trim_end()));
        }
        kept
    };
    header.split_inclusive("\r\n").filter(of_asked).chain(["\r\n"]).collect()
}

/// Reads until the other side gives up.
fn drain(input: &mut impl BufRead) -> std::io::Result<()> {
    std::io::copy(input, &mut std::io::sink()).map(|_| ())
}
