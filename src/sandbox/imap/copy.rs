//! COPY and MOVE, from one folder to the other.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use imap_next::imap_types::core::{Tag, Vec1};
use imap_next::imap_types::extensions::uidplus::{UidElement, UidSet};
use imap_next::imap_types::mailbox::Mailbox as Name;
use imap_next::imap_types::response::{Code, Status};
use imap_next::imap_types::sequence::SequenceSet;

use super::command::{FULL, NOT_KEPT};
use super::selected::READ_ONLY;
use super::session::Session;
use crate::sandbox::mail::Post;
use crate::sandbox::state::{Event, Message, Scope};

impl Session {
    pub(super) fn copy(&mut self, tag: Tag<'static>, set: &SequenceSet, name: &Name<'_>, uid: bool) {
        let Some(scope) = self.scope(name) else { return self.no_such_mailbox(tag) };
        match self.put(set, uid, &scope, false) {
            Ok(code) => {
                self.tell_news();
                self.ok(tag, code, "Copied.");
            }
            Err(refusal) => self.no(tag, refusal),
        }
    }

    /// As COPY and EXPUNGE in one (RFC 6851): where the messages are now is told before they are said to be gone.
    pub(super) fn move_away(&mut self, tag: Tag<'static>, set: &SequenceSet, name: &Name<'_>, uid: bool) {
        if self.is_read_only() {
            return self.no(tag, READ_ONLY);
        }
        let Some(scope) = self.scope(name) else { return self.no_such_mailbox(tag) };
        match self.put(set, uid, &scope, true) {
            Ok(code) => {
                if let Ok(status) = Status::ok(None, code, "Moved.") {
                    self.server.enqueue_status(status);
                }
                self.tell_news();
                self.ok(tag, None, "Done.");
            }
            Err(refusal) => self.no(tag, refusal),
        }
    }

    /// Puts copies into the folder of `to`, all or none; each stays its own account's.
    fn put(
        &self,
        set: &SequenceSet,
        uid: bool,
        to: &Scope,
        moving: bool,
    ) -> Result<Option<Code<'static>>, &'static str> {
        let chosen: Vec<Message> = self.chosen(set, uid).into_iter().map(|(_, message)| message).collect();
        let now = self.service.clock.now();
        let mut core = self.service.core();
        let sizes = chosen.iter().map(|message| message.raw.len());
        if !core.state().mailbox.has_room_for(chosen.len(), sizes.sum()) {
            return Err(FULL);
        }
        let from: BTreeSet<u32> = chosen.iter().map(|message| message.uid).collect();
        let mut post = Post::new(core.state(), now);
        let mut copy = |message: Message| {
            let scope = Scope { account: message.account, folder: to.folder };
            post.store_as_is(scope, message.raw, message.at, message.flags)
        };
        let mut events: Vec<Event> = chosen.into_iter().map(&mut copy).collect();
        if moving && !from.is_empty() {
            events.push(Event::Expunged { uids: from.clone() });
        }
        let first = core.state().mailbox.last_uid.saturating_add(1);
        core.commit(events).map_err(|_| NOT_KEPT)?;
        let copies = first..=core.state().mailbox.last_uid;
        let code = |validity: u32| {
            let (source, destination) = (uid_set(from)?, uid_set(copies)?);
            Some(Code::CopyUid { uid_validity: validity.try_into().ok()?, source, destination })
        };
        Ok(code(core.state().mailbox.uid_validity))
    }
}

/// UIDs that ascend, as ranges; `None` if there are none.
fn uid_set(uids: impl IntoIterator<Item = u32>) -> Option<UidSet> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for uid in uids {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(uid) => *last = uid,
            _ => ranges.push((uid, uid)),
        }
    }
    let element = |(first, last): (u32, u32)| {
        let (first, last) = (NonZeroU32::new(first)?, NonZeroU32::new(last)?);
        Some(if first == last { UidElement::Single(first) } else { UidElement::Range(first, last) })
    };
    Some(UidSet(Vec1::try_from(ranges.into_iter().map(element).collect::<Option<Vec<_>>>()?).ok()?))
}
