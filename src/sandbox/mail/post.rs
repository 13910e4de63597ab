//! From a letter to the events that deliver it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::compose::{Stamp, compose};
use super::header::values;
use super::letter::Letter;
use crate::clock::Timestamp;
use crate::sandbox::MailStyle;
use crate::sandbox::faults::MailFault;
use crate::sandbox::seed::Seed;
use crate::sandbox::state::{Event, Folder, MailFate, MailNote, Message, Outgoing, Scope, State, account_of};

/// How old the old mail of `mail-old-first` says it is.
const OLD: Duration = Duration::from_secs(60 * 60);
const ENVELOPE_SENDER: &str = "bounces@modelslab.com";

/// The way a mail goes: into the inbox, or to another server.
pub struct Mailer {
    pub style: MailStyle,
    pub base_url: String,
    /// Mail leaves by LMTP, and the inbox stays empty.
    pub remote: bool,
}

/// Puts mails into the inbox, one after the other, within one commit.
pub struct Post {
    now: Timestamp,
    next_uid: u32,
    has_room: bool,
}

impl Post {
    pub fn new(state: &State, now: Timestamp) -> Self {
        Self { now, next_uid: state.mailbox.last_uid.saturating_add(1), has_room: state.mailbox.has_room(64 << 10) }
    }

    /// Stores `raw` for `to`, with the headers that a delivery adds.
    pub fn store(&mut self, from: &str, to: &str, raw: &[u8]) -> Event {
        let trace = format!("Return-Path: <{from}>\r\nDelivered-To: {to}\r\n");
        let junk = values(raw, "X-Spam-Flag").lines().any(|value| value == "yes");
        let folder = if junk { Folder::Junk } else { Folder::Inbox };
        let scope = Scope { account: Some(account_of(to)), folder };
        self.store_as_is(scope, [trace.as_bytes(), raw].concat().into(), self.now, BTreeSet::new())
    }

    pub fn store_as_is(&mut self, scope: Scope, raw: Arc<[u8]>, at: Timestamp, flags: BTreeSet<String>) -> Event {
        let uid = self.next_uid;
        self.next_uid = self.next_uid.saturating_add(1);
        let Scope { account, folder } = scope;
        Event::MailStored { message: Message { uid, at, flags, raw, account, folder } }
    }
}

impl Mailer {
    /// What sending `letter` under `fault` amounts to. `id` and the id after it are free, `draw` is unused.
    pub fn send(
        &self,
        post: &mut Post,
        letter: &Letter,
        fault: MailFault,
        seed: Seed,
        draw: u64,
        id: u64,
    ) -> Vec<Event> {
        let (now, to) = (post.now, letter.to.as_str());
        let write = |letter: &Letter, at, label: &str| {
            let stamp = Stamp { at, id: seed.uuid(label, draw) };
            let marked = if fault == MailFault::Junk { "X-Spam-Flag: YES\r\n" } else { "" };
            Arc::<[u8]>::from(format!("{marked}{}", compose(letter, self.style, &self.base_url, &stamp)).into_bytes())
        };
        let raw = write(letter, now, "message");
        let mut hand = |raw: &Arc<[u8]>, id| self.hand(post, ENVELOPE_SENDER, to, raw, id, now);
        let (events, fate) = match fault {
            MailFault::None | MailFault::Junk => (vec![hand(&raw, id)], MailFate::Sent),
            MailFault::Twice => (vec![hand(&raw, id), hand(&raw, id + 1)], MailFate::Sent),
            MailFault::OldFirst => {
                let old = write(
                    &letter.stale(seed, draw),
                    Timestamp::from_millis(now.as_millis() - OLD.as_millis() as i64),
                    "old message",
                );
                (vec![hand(&old, id), hand(&raw, id + 1)], MailFate::Sent)
            }
            MailFault::Late(by) => (vec![queue(ENVELOPE_SENDER, to, &raw, id, now.plus(by))], MailFate::Late),
            MailFault::Lost => (Vec::new(), MailFate::Lost),
        };
        let full = !self.remote && !post.has_room;
        let (events, fate) = if full { (Vec::new(), MailFate::Lost) } else { (events, fate) };
        let kind = letter.kind_name().to_owned();
        let note = MailNote { at: now, account: letter.account.clone(), to: to.to_owned(), kind, fate };
        events.into_iter().chain([Event::MailNoted { note }]).collect()
    }

    /// Delivers `raw` now; `id` is free.
    pub fn hand(&self, post: &mut Post, from: &str, to: &str, raw: &Arc<[u8]>, id: u64, now: Timestamp) -> Event {
        if self.remote { queue(from, to, raw, id, now) } else { post.store(from, to, raw) }
    }
}

fn queue(from: &str, to: &str, raw: &Arc<[u8]>, id: u64, due: Timestamp) -> Event {
    Event::MailQueued { mail: Outgoing { id, from: from.to_owned(), to: to.to_owned(), due, raw: raw.clone() } }
}
