//! Which command does what, and when it may.

use imap_next::imap_types::command::{Command, CommandBody};
use imap_next::imap_types::core::Tag;
use imap_next::imap_types::extensions::binary::LiteralOrLiteral8;
use imap_next::imap_types::flag::Flag;
use imap_next::imap_types::mailbox::Mailbox as Name;
use imap_next::imap_types::response::{Code, Status};

use super::flags;
use super::login::WRONG_PASSWORD;
use super::session::Session;
use crate::clock::Timestamp;
use crate::sandbox::mail::Post;

pub(super) const NOT_KEPT: &str = "[SERVERBUG] The change could not be kept.";
pub(super) const FULL: &str = "[OVERQUOTA] The inbox is full.";

impl Session {
    /// Obeys a command; what a client may do depends on how far it has come.
    pub(super) fn obey(&mut self, command: Command<'static>) {
        let tag = command.tag;
        match command.body {
            CommandBody::Capability => self.capability(tag),
            CommandBody::Noop | CommandBody::Check => {
                self.tell_news();
                self.ok(tag, None, "Done.");
            }
            CommandBody::Logout => self.log_out(tag),
            CommandBody::Id { .. } => self.id(tag),
            CommandBody::StartTLS => self.start_tls(tag),
            CommandBody::Login { .. } if self.user.is_some() => self.bad(tag, "Logged in already."),
            CommandBody::Login { username, password } => {
                match self.log_in(username.as_ref(), password.declassify().as_ref()) {
                    true => self.ok(tag, self.capability_code(), "Logged in."),
                    false => self.no(tag, WRONG_PASSWORD),
                }
            }
            _ if self.user.is_none() => self.no(tag, "Log in first."),
            body => self.obey_user(tag, body),
        }
    }

    fn obey_user(&mut self, tag: Tag<'static>, body: CommandBody<'static>) {
        match body {
            CommandBody::Select { mailbox, .. } => self.select(tag, &mailbox, false),
            CommandBody::Examine { mailbox, .. } => self.select(tag, &mailbox, true),
            CommandBody::List { reference, mailbox_wildcard } => self.list(tag, &reference, &mailbox_wildcard, false),
            CommandBody::Lsub { reference, mailbox_wildcard } => self.list(tag, &reference, &mailbox_wildcard, true),
            CommandBody::Namespace => self.namespace(tag),
            CommandBody::Subscribe { .. } | CommandBody::Unsubscribe { .. } | CommandBody::Enable { .. } => {
                self.ok(tag, None, "Done.");
            }
            CommandBody::Create { .. } | CommandBody::Delete { .. } | CommandBody::Rename { .. } => {
                self.no(tag, "[CANNOT] There are these folders and no others.");
            }
            CommandBody::Status { mailbox, item_names } => self.status(tag, mailbox, &item_names),
            CommandBody::Append { mailbox, flags, date, message } => {
                let at = date.map(|date| Timestamp::from_millis(date.as_ref().timestamp_millis()));
                self.append(tag, &mailbox, &flags, at, &message);
            }
            _ if self.selected.is_none() => self.no(tag, "Select a mailbox first."),
            body => self.obey_in_mailbox(tag, body),
        }
    }

    fn log_out(&mut self, tag: Tag<'static>) {
        if let Ok(status) = Status::bye(None, "Logging out") {
            self.server.enqueue_status(status);
        }
        if let Ok(status) = Status::ok(Some(tag), None, "Logged out.") {
            self.farewell = Some(self.server.enqueue_status(status));
        }
    }

    fn append(
        &mut self,
        tag: Tag<'static>,
        name: &Name<'_>,
        given: &[Flag<'_>],
        at: Option<Timestamp>,
        message: &LiteralOrLiteral8<'_>,
    ) {
        let raw: &[u8] = match message {
            LiteralOrLiteral8::Literal(literal) => literal.as_ref(),
            LiteralOrLiteral8::Literal8(literal) => &literal.data,
        };
        let Some(scope) = self.scope(name) else { return self.no_such_mailbox(tag) };
        let now = self.service.clock.now();
        let kept = {
            let mut core = self.service.core();
            if !core.state().mailbox.has_room(raw.len()) {
                drop(core);
                return self.no(tag, FULL);
            }
            let mut post = Post::new(core.state(), now);
            let stored = post.store_as_is(scope, raw.into(), at.unwrap_or(now), flags::names(given));
            core.commit(vec![stored]).ok().map(|()| (core.state().mailbox.uid_validity, core.state().mailbox.last_uid))
        };
        let Some((validity, uid)) = kept else { return self.no(tag, NOT_KEPT) };
        let code = match (validity.try_into(), uid.try_into()) {
            (Ok(uid_validity), Ok(uid)) => Some(Code::AppendUid { uid_validity, uid }),
            _ => None,
        };
        self.tell_news();
        self.ok(tag, code, "Appended.");
    }
}
