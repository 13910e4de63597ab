//! What the commands do that work on the messages of the open inbox.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use imap_next::imap_types::command::CommandBody;
use imap_next::imap_types::core::{Charset, Tag, Vec1};
use imap_next::imap_types::fetch::{MacroOrMessageDataItemNames, MessageDataItem, MessageDataItemName};
use imap_next::imap_types::flag::{StoreResponse, StoreType};
use imap_next::imap_types::response::Data;
use imap_next::imap_types::search::SearchKey;
use imap_next::imap_types::sequence::SequenceSet;

use mail_parser::MessageParser;

use super::command::NOT_KEPT;
use super::flags::{self, DELETED, SEEN};
use super::session::Session;
use super::view::Place;
use super::{fetch, search};
use crate::sandbox::state::{Event, Mailbox, Message};

pub(super) const READ_ONLY: &str = "The mailbox is open read-only.";
const CANNOT: &str = "[CANNOT] An item is not supported.";
const MAX_ITEMS: usize = 64;
/// As much as the whole inbox twice.
const MAX_ANSWER: usize = 2 * Mailbox::MAX_BYTES;

impl Session {
    pub(super) fn obey_in_mailbox(&mut self, tag: Tag<'static>, body: CommandBody<'static>) {
        match body {
            CommandBody::Search { criteria, uid, charset } => self.search(tag, charset, &criteria, uid),
            CommandBody::Fetch { sequence_set, macro_or_item_names, uid, .. } => {
                self.fetch(tag, &sequence_set, macro_or_item_names, uid);
            }
            CommandBody::Store { sequence_set, kind, response, flags, uid, .. } => {
                let silent = response == StoreResponse::Silent;
                self.store(tag, &sequence_set, (&kind, &flags::names(&flags)), silent, uid);
            }
            CommandBody::Expunge => self.expunge(tag, None),
            CommandBody::ExpungeUid { sequence_set } => self.expunge(tag, Some(&sequence_set)),
            CommandBody::Copy { sequence_set, mailbox, uid } => self.copy(tag, &sequence_set, &mailbox, uid),
            CommandBody::Move { sequence_set, mailbox, uid } => self.move_away(tag, &sequence_set, &mailbox, uid),
            CommandBody::Close => self.close(tag),
            CommandBody::Unselect => {
                self.selected = None;
                self.ok(tag, None, "Unselected.");
            }
            _ => self.bad(tag, "This server does not do that."),
        }
    }

    fn search(&mut self, tag: Tag<'static>, charset: Option<Charset<'_>>, keys: &Vec1<SearchKey<'_>>, uid: bool) {
        let known = charset.is_none_or(|name| {
            let name: &str = name.as_ref();
            name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("us-ascii")
        });
        let found: Option<Vec<_>> = {
            let core = self.service.core();
            let places = self.selected.iter().flat_map(|selected| selected.view.places(&core.state().mailbox));
            let matched = places.map(|(place, message)| {
                let number = if uid { place.uid } else { place.number };
                search::all(keys.as_ref(), message, &place).map(|hit| (hit, number))
            });
            matched.collect()
        };
        match found.filter(|_| known) {
            Some(found) => {
                let hits = found.into_iter().filter(|(hit, _)| *hit).filter_map(|(_, number)| number.try_into().ok());
                self.server.enqueue_data(Data::Search(hits.collect()));
                self.ok(tag, None, "Done.");
            }
            None => self.no(tag, "[CANNOT] This search is not supported."),
        }
    }

    /// The messages of `set`, as they are now.
    pub(super) fn chosen(&self, set: &SequenceSet, uid: bool) -> Vec<(Place, Message)> {
        let core = self.service.core();
        let places = self.selected.iter().flat_map(|selected| selected.view.places(&core.state().mailbox));
        let inside = |place: &Place| if uid { place.uid_in(set) } else { place.number_in(set) };
        places.filter(|(place, _)| inside(place)).map(|(place, message)| (place, message.clone())).collect()
    }

    pub(super) fn is_read_only(&self) -> bool {
        self.selected.as_ref().is_none_or(|selected| selected.read_only)
    }

    fn fetch(&mut self, tag: Tag<'static>, set: &SequenceSet, items: MacroOrMessageDataItemNames<'_>, uid: bool) {
        let mut names = fetch::asked(items, uid);
        if names.len() > MAX_ITEMS {
            return self.no(tag, "[LIMIT] That are too many items.");
        }
        let marks = names.iter().any(fetch::marks_seen) && !self.is_read_only();
        let mut chosen = self.chosen(set, uid);
        let pieces = names.iter().filter(|name| fetch::has_content(name)).count();
        let bytes: usize = chosen.iter().map(|(_, message)| message.raw.len()).sum();
        if bytes.saturating_mul(pieces) > MAX_ANSWER {
            return self.no(tag, "[LIMIT] That is too much at once.");
        }
        if marks {
            let unseen = chosen.iter_mut().map(|(_, message)| message).filter(|message| !message.flags.contains(SEEN));
            let mut changed = Vec::new();
            for message in unseen {
                message.flags.insert(SEEN.to_owned());
                changed.push(Event::FlagsChanged { uid: message.uid, flags: message.flags.clone() });
            }
            if !changed.is_empty() && !names.contains(&MessageDataItemName::Flags) {
                names.push(MessageDataItemName::Flags);
            }
            if self.service.core().commit(changed).is_err() {
                return self.no(tag, NOT_KEPT);
            }
        }
        for (place, message) in &chosen {
            let parsed = LazyCell::new(|| MessageParser::default().parse(&message.raw[..]));
            let items: Option<Vec<MessageDataItem<'static>>> =
                names.iter().map(|name| fetch::item(message, &parsed, name)).collect();
            let Some(items) = items else { return self.no(tag, CANNOT) };
            self.tell_items(place, items);
        }
        self.ok(tag, None, "Done.");
    }

    fn tell_items(&mut self, place: &Place, items: Vec<MessageDataItem<'static>>) {
        if let (Ok(seq), Ok(items)) = (place.number.try_into(), Vec1::try_from(items)) {
            self.server.enqueue_data(Data::Fetch { seq, items });
        }
    }

    fn store(
        &mut self,
        tag: Tag<'static>,
        set: &SequenceSet,
        (kind, given): (&StoreType, &BTreeSet<String>),
        silent: bool,
        uid: bool,
    ) {
        if self.is_read_only() {
            return self.no(tag, READ_ONLY);
        }
        let mut chosen = self.chosen(set, uid);
        chosen.iter_mut().for_each(|(_, message)| message.flags = flags::stored(&message.flags, kind, given));
        let changed =
            |(_, message): &(Place, Message)| Event::FlagsChanged { uid: message.uid, flags: message.flags.clone() };
        let kept = self.service.core().commit(chosen.iter().map(changed).collect());
        if kept.is_err() {
            return self.no(tag, NOT_KEPT);
        }
        for (place, message) in chosen.iter().filter(|_| !silent) {
            let flags = MessageDataItem::Flags(flags::fetched(&message.flags));
            let uid = uid.then(|| place.uid.try_into().ok().map(MessageDataItem::Uid)).flatten();
            self.tell_items(place, [flags].into_iter().chain(uid).collect());
        }
        self.ok(tag, None, "Done.");
    }

    fn expunge(&mut self, tag: Tag<'static>, only: Option<&SequenceSet>) {
        if self.is_read_only() {
            return self.no(tag, READ_ONLY);
        }
        if self.remove_deleted(only) {
            self.tell_news();
            self.ok(tag, None, "Expunged.");
        } else {
            self.no(tag, NOT_KEPT);
        }
    }

    fn remove_deleted(&self, only: Option<&SequenceSet>) -> bool {
        let mut core = self.service.core();
        let places = self.selected.iter().flat_map(|selected| selected.view.places(&core.state().mailbox));
        let doomed = places.filter(|(_, message)| message.flags.contains(DELETED));
        let uids: BTreeSet<u32> =
            doomed.filter(|(place, _)| only.is_none_or(|set| place.uid_in(set))).map(|(place, _)| place.uid).collect();
        uids.is_empty() || core.commit(vec![Event::Expunged { uids }]).is_ok()
    }

    fn close(&mut self, tag: Tag<'static>) {
        if !self.is_read_only() && !self.remove_deleted(None) {
            return self.no(tag, NOT_KEPT);
        }
        self.selected = None;
        self.ok(tag, None, "Closed.");
    }
}
