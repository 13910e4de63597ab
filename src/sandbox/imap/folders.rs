//! The two folders that everybody has: which there are, what is in them, and opening one.

use imap_next::imap_types::core::{Atom, QuotedChar, Tag};
use imap_next::imap_types::flag::{FlagNameAttribute, FlagPerm};
use imap_next::imap_types::mailbox::{ListMailbox, Mailbox as Name};
use imap_next::imap_types::response::{Code, Data, Status};
use imap_next::imap_types::status::{StatusDataItem, StatusDataItemName};

use super::flags::{self, SEEN, SYSTEM};
use super::session::{Selected, Session};
use super::view::View;
use crate::sandbox::state::{Folder, Mailbox, Message, Scope};

const JUNK: &str = "Junk";

impl Session {
    /// What the client means by `name`.
    pub(super) fn scope(&self, name: &Name<'_>) -> Option<Scope> {
        let folder = match name {
            Name::Inbox => Folder::Inbox,
            Name::Other(other) if other.as_ref() == JUNK.as_bytes() => Folder::Junk,
            Name::Other(_) => return None,
        };
        Some(Scope { account: self.user.as_ref()?.0.clone(), folder })
    }

    pub(super) fn no_such_mailbox(&mut self, tag: Tag<'static>) {
        self.no(tag, "[NONEXISTENT] There are INBOX and Junk.");
    }

    pub(super) fn select(&mut self, tag: Tag<'static>, name: &Name<'_>, read_only: bool) {
        self.selected = None;
        let Some(scope) = self.scope(name) else { return self.no_such_mailbox(tag) };
        let (view, validity, next, unseen) = {
            let core = self.service.core();
            let mailbox = &core.state().mailbox;
            let unseen = mailbox.messages_of(&scope).position(|message| !message.flags.contains(SEEN));
            (View::of(mailbox, scope.clone()), mailbox.uid_validity, mailbox.uid_next(&scope), unseen)
        };
        let mut permanent: Vec<FlagPerm<'static>> = Vec::new();
        if !read_only {
            permanent = flags::flags(&SYSTEM).into_iter().map(FlagPerm::Flag).chain([FlagPerm::Asterisk]).collect();
        }
        self.server.enqueue_data(Data::Flags(flags::flags(&SYSTEM)));
        self.server.enqueue_data(Data::Exists(view.count()));
        self.server.enqueue_data(Data::Recent(0));
        let unseen = unseen.and_then(|place| Code::unseen(u32::try_from(place).ok()?.saturating_add(1)).ok());
        let permanent = Code::PermanentFlags(permanent);
        let codes = [Some(permanent), unseen, Code::uidvalidity(validity).ok(), Code::uidnext(next).ok()];
        for code in codes.into_iter().flatten() {
            if let Ok(status) = Status::ok(None, Some(code), "Ok.") {
                self.server.enqueue_status(status);
            }
        }
        self.selected = Some(Selected { view, read_only });
        let mode = if read_only { Code::ReadOnly } else { Code::ReadWrite };
        self.ok(tag, Some(mode), "Opened.");
    }

    /// LIST, or LSUB: everybody is subscribed to everything.
    pub(super) fn list(
        &mut self,
        tag: Tag<'static>,
        reference: &Name<'_>,
        pattern: &ListMailbox<'_>,
        subscribed: bool,
    ) {
        let (reference, pattern) = (written(reference), pattern_of(pattern));
        let wanted = format!("{reference}{pattern}");
        let delimiter = QuotedChar::try_from('/').ok();
        let attribute = |name: &'static str| Atom::try_from(name).ok().map(FlagNameAttribute::from);
        let mut told = Vec::new();
        if pattern.is_empty() {
            // The question after the delimiter, and the root of the name.
            told.extend(Name::try_from("").ok().map(|root| (vec![FlagNameAttribute::Noselect], root)));
        }
        if matches(&wanted.to_uppercase(), "INBOX") {
            told.push((attribute("HasNoChildren").into_iter().collect(), Name::Inbox));
        }
        if let Some(junk) = Name::try_from(JUNK).ok().filter(|_| matches(&wanted, JUNK)) {
            told.push(([attribute("HasNoChildren"), attribute(JUNK)].into_iter().flatten().collect(), junk));
        }
        for (items, mailbox) in told {
            self.server.enqueue_data(match subscribed {
                true => Data::Lsub { items, delimiter, mailbox },
                false => Data::List { items, delimiter, mailbox },
            });
        }
        self.ok(tag, None, "Done.");
    }

    pub(super) fn status(&mut self, tag: Tag<'static>, name: Name<'static>, wanted: &[StatusDataItemName]) {
        let Some(scope) = self.scope(&name) else { return self.no_such_mailbox(tag) };
        let items: Vec<StatusDataItem> = {
            let core = self.service.core();
            wanted.iter().filter_map(|item| status_item(&core.state().mailbox, &scope, item)).collect()
        };
        self.server.enqueue_data(Data::Status { mailbox: name, items: items.into() });
        self.ok(tag, None, "Done.");
    }
}

fn status_item(mailbox: &Mailbox, scope: &Scope, item: &StatusDataItemName) -> Option<StatusDataItem> {
    let count = |wanted: &dyn Fn(&Message) -> bool| {
        u32::try_from(mailbox.messages_of(scope).filter(|message| wanted(message)).count()).unwrap_or(u32::MAX)
    };
    Some(match item {
        StatusDataItemName::Messages => StatusDataItem::Messages(count(&|_| true)),
        StatusDataItemName::Recent => StatusDataItem::Recent(0),
        StatusDataItemName::UidNext => StatusDataItem::UidNext(mailbox.uid_next(scope).try_into().ok()?),
        StatusDataItemName::UidValidity => StatusDataItem::UidValidity(mailbox.uid_validity.try_into().ok()?),
        StatusDataItemName::Unseen => StatusDataItem::Unseen(count(&|message| !message.flags.contains(SEEN))),
        _ => return None,
    })
}

fn written(name: &Name<'_>) -> String {
    match name {
        Name::Inbox => "INBOX".to_owned(),
        Name::Other(other) => String::from_utf8_lossy(other.as_ref()).into_owned(),
    }
}

fn pattern_of(pattern: &ListMailbox<'_>) -> String {
    let bytes = match pattern {
        ListMailbox::Token(token) => token.as_ref(),
        ListMailbox::String(text) => text.as_ref(),
    };
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether `pattern` stands for `name`, which has no levels, so that `%` is what `*` is.
fn matches(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split(['*', '%']);
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, between)) = pieces.split_last() else { return rest.is_empty() };
    for piece in between {
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_names() {
        for (pattern, stands) in
            [("*", true), ("%", true), ("Junk", true), ("J*k", true), ("*n%k", true), ("J*x*k", false), ("", false)]
        {
            assert_eq!(matches(pattern, "Junk"), stands, "{pattern}");
        }
        assert!(!matches("Junk/%", "Junk") && !matches("Jun", "Junk"));
    }
}
