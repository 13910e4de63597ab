//! Which command does what, and those that need no open inbox.

use imap_next::imap_types::auth::AuthMechanism;
use imap_next::imap_types::command::{Command, CommandBody};
use imap_next::imap_types::core::{QuotedChar, Tag, Vec1};
use imap_next::imap_types::extensions::binary::LiteralOrLiteral8;
use imap_next::imap_types::flag::{Flag, FlagPerm};
use imap_next::imap_types::mailbox::Mailbox as Name;
use imap_next::imap_types::response::{Capability, Code, Data, Status};
use imap_next::imap_types::status::{StatusDataItem, StatusDataItemName};

use super::flags::{self, SEEN, SYSTEM};
use super::session::{Selected, Session, WRONG_PASSWORD};
use super::view::View;
use crate::clock::Timestamp;
use crate::sandbox::mail::Post;
use crate::sandbox::state::{Mailbox, Message};

const NO_SUCH_MAILBOX: &str = "[NONEXISTENT] There is only INBOX.";
pub(super) const NOT_KEPT: &str = "[SERVERBUG] The change could not be kept.";

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
            CommandBody::Logout => {
                if let Ok(status) = Status::bye(None, "Logging out") {
                    self.server.enqueue_status(status);
                }
                if let Ok(status) = Status::ok(Some(tag), None, "Logged out.") {
                    self.farewell = Some(self.server.enqueue_status(status));
                }
            }
            CommandBody::Login { username, password } => {
                let good = self.log_in(username.as_ref(), password.declassify().as_ref());
                if good { self.ok(tag, None, "Logged in.") } else { self.no(tag, WRONG_PASSWORD) }
            }
            _ if !self.logged_in => self.no(tag, "Log in first."),
            CommandBody::Select { mailbox, .. } => self.select(tag, &mailbox, false),
            CommandBody::Examine { mailbox, .. } => self.select(tag, &mailbox, true),
            CommandBody::List { .. } => self.list(tag),
            CommandBody::Lsub { .. } | CommandBody::Subscribe { .. } | CommandBody::Enable { .. } => {
                self.ok(tag, None, "Done.");
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

    fn capability(&mut self, tag: Tag<'static>) {
        use Capability::{Auth, Idle, Imap4Rev1, SaslIr, UidPlus, Unselect};
        let all = vec![Imap4Rev1, Idle, UidPlus, Unselect, SaslIr, Auth(AuthMechanism::Plain)];
        if let Ok(all) = Vec1::try_from(all) {
            self.server.enqueue_data(Data::Capability(all));
        }
        self.ok(tag, None, "Done.");
    }

    fn select(&mut self, tag: Tag<'static>, name: &Name<'_>, read_only: bool) {
        self.selected = None;
        if *name != Name::Inbox {
            return self.no(tag, NO_SUCH_MAILBOX);
        }
        let (view, validity, next) = {
            let core = self.service.core();
            let mailbox = &core.state().mailbox;
            (View::of(mailbox), mailbox.uid_validity, mailbox.uid_next())
        };
        let permanent = if read_only { Vec::new() } else { flags::flags(&SYSTEM) };
        self.server.enqueue_data(Data::Flags(flags::flags(&SYSTEM)));
        self.server.enqueue_data(Data::Exists(view.count()));
        self.server.enqueue_data(Data::Recent(0));
        let permanent = Code::PermanentFlags(permanent.into_iter().map(FlagPerm::Flag).collect());
        for code in [Some(permanent), Code::uidvalidity(validity).ok(), Code::uidnext(next).ok()] {
            if let Ok(status) = Status::ok(None, code, "Ok.") {
                self.server.enqueue_status(status);
            }
        }
        self.selected = Some(Selected { view, read_only });
        let mode = if read_only { Code::ReadOnly } else { Code::ReadWrite };
        self.ok(tag, Some(mode), "Opened.");
    }

    fn list(&mut self, tag: Tag<'static>) {
        let delimiter = QuotedChar::try_from('/').ok();
        self.server.enqueue_data(Data::List { items: Vec::new(), delimiter, mailbox: Name::Inbox });
        self.ok(tag, None, "Done.");
    }

    fn status(&mut self, tag: Tag<'static>, name: Name<'static>, wanted: &[StatusDataItemName]) {
        if name != Name::Inbox {
            return self.no(tag, NO_SUCH_MAILBOX);
        }
        let items: Vec<StatusDataItem> = {
            let core = self.service.core();
            wanted.iter().filter_map(|item| status_item(&core.state().mailbox, item)).collect()
        };
        self.server.enqueue_data(Data::Status { mailbox: name, items: items.into() });
        self.ok(tag, None, "Done.");
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
        if *name != Name::Inbox {
            return self.no(tag, NO_SUCH_MAILBOX);
        }
        let now = self.service.clock.now();
        let kept = {
            let mut core = self.service.core();
            if !core.state().mailbox.has_room(raw.len()) {
                drop(core);
                return self.no(tag, "[OVERQUOTA] The inbox is full.");
            }
            let stored = Post::new(core.state(), now).store_as_is(raw.into(), at.unwrap_or(now), flags::names(given));
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

fn status_item(mailbox: &Mailbox, item: &StatusDataItemName) -> Option<StatusDataItem> {
    let count = |wanted: &dyn Fn(&Message) -> bool| {
        u32::try_from(mailbox.messages.iter().filter(|message| wanted(message)).count()).unwrap_or(u32::MAX)
    };
    Some(match item {
        StatusDataItemName::Messages => StatusDataItem::Messages(count(&|_| true)),
        StatusDataItemName::Recent => StatusDataItem::Recent(0),
        StatusDataItemName::UidNext => StatusDataItem::UidNext(mailbox.uid_next().try_into().ok()?),
        StatusDataItemName::UidValidity => StatusDataItem::UidValidity(mailbox.uid_validity.try_into().ok()?),
        StatusDataItemName::Unseen => StatusDataItem::Unseen(count(&|message| !message.flags.contains(SEEN))),
        _ => return None,
    })
}
