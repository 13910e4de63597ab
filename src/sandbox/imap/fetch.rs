//! FETCH: the items of a message.

use std::cell::LazyCell;

use imap_next::imap_types::ToStatic;
use imap_next::imap_types::core::{AString, IString, NString};
use imap_next::imap_types::datetime::DateTime;
use imap_next::imap_types::fetch::{MacroOrMessageDataItemNames, MessageDataItem, MessageDataItemName, Part, Section};
use mail_parser::Message as Parsed;

use super::flags::fetched;
use super::mime::{Found, envelope, structure};
use super::search::lower;
use super::view::date_of;
use crate::sandbox::mail::header::{body, fields, header};
use crate::sandbox::state::Message;

/// The items a FETCH asks for, macros expanded; UID FETCH always gives the UID.
pub fn asked(items: MacroOrMessageDataItemNames<'_>, uid: bool) -> Vec<MessageDataItemName<'static>> {
    let mut names: Vec<MessageDataItemName<'static>> = match items {
        MacroOrMessageDataItemNames::Macro(shorthand) => {
            shorthand.expand().iter().map(|name| name.to_static()).collect()
        }
        MacroOrMessageDataItemNames::MessageDataItemNames(names) => names.iter().map(|n| n.to_static()).collect(),
    };
    if uid && !names.contains(&MessageDataItemName::Uid) {
        names.insert(0, MessageDataItemName::Uid);
    }
    names
}

/// Whether fetching `name` marks a message as seen.
pub fn marks_seen(name: &MessageDataItemName<'_>) -> bool {
    use MessageDataItemName::{BodyExt, Rfc822, Rfc822Text};
    matches!(name, BodyExt { peek: false, .. } | Rfc822 | Rfc822Text)
}

/// Whether `name` asks for bytes of the message.
pub fn has_content(name: &MessageDataItemName<'_>) -> bool {
    use MessageDataItemName::{BodyExt, Rfc822, Rfc822Header, Rfc822Text};
    matches!(name, BodyExt { .. } | Rfc822 | Rfc822Header | Rfc822Text)
}

/// One item; `None` if it is not supported. `parsed` is the message taken apart, once somebody needs it.
pub fn item<'m, F>(
    message: &Message,
    parsed: &'m LazyCell<Option<Parsed<'m>>, F>,
    name: &MessageDataItemName<'static>,
) -> Option<MessageDataItem<'static>>
where
    F: FnOnce() -> Option<Parsed<'m>>,
{
    let raw = &message.raw;
    Some(match name {
        MessageDataItemName::Uid => MessageDataItem::Uid(message.uid.try_into().ok()?),
        MessageDataItemName::Flags => MessageDataItem::Flags(fetched(&message.flags)),
        MessageDataItemName::InternalDate => MessageDataItem::InternalDate(DateTime::try_from(date_of(message)).ok()?),
        MessageDataItemName::Rfc822Size => MessageDataItem::Rfc822Size(u32::try_from(raw.len()).ok()?),
        MessageDataItemName::Rfc822 => MessageDataItem::Rfc822(literal(raw)?),
        MessageDataItemName::Rfc822Header => MessageDataItem::Rfc822Header(literal(header(raw))?),
        MessageDataItemName::Rfc822Text => MessageDataItem::Rfc822Text(literal(body(raw))?),
        MessageDataItemName::Envelope => MessageDataItem::Envelope(envelope(parsed.as_ref()?)?),
        MessageDataItemName::Body => MessageDataItem::Body(structure(parsed.as_ref()?, false)?),
        MessageDataItemName::BodyStructure => MessageDataItem::BodyStructure(structure(parsed.as_ref()?, true)?),
        MessageDataItemName::BodyExt { section, partial, .. } => {
            let whole = match section_of_whole(raw, section.as_ref()) {
                Some(whole) => Some(whole),
                None => section_of_part(parsed.as_ref()?, section.as_ref()?),
            };
            let Some(whole) = whole else {
                // There is no such part: NIL.
                let (section, origin) = (section.clone(), partial.map(|(start, _)| start));
                return Some(MessageDataItem::BodyExt { section, origin, data: NString(None) });
            };
            let (start, length) = partial.map_or((0, whole.len()), |(start, n)| (start as usize, n.get() as usize));
            let start = start.min(whole.len());
            let end = start.saturating_add(length).min(whole.len());
            let data = literal(whole.get(start..end)?)?;
            MessageDataItem::BodyExt { section: section.clone(), origin: partial.map(|(start, _)| start), data }
        }
        _ => return None,
    })
}

fn section_of_whole(raw: &[u8], section: Option<&Section<'_>>) -> Option<Vec<u8>> {
    Some(match section {
        None => raw.to_vec(),
        Some(Section::Header(None)) => header(raw).to_vec(),
        Some(Section::Text(None)) => body(raw).to_vec(),
        Some(Section::HeaderFields(None, wanted)) => {
            let wanted: Vec<String> = wanted.as_ref().iter().map(lower).collect();
            fields(raw, |name| wanted.iter().any(|w| w == name))
        }
        Some(Section::HeaderFieldsNot(None, unwanted)) => {
            let unwanted: Vec<String> = unwanted.as_ref().iter().map(lower).collect();
            fields(raw, |name| !unwanted.iter().any(|w| w == name))
        }
        _ => return None,
    })
}

fn section_of_part(parsed: &Parsed<'_>, section: &Section<'_>) -> Option<Vec<u8>> {
    let names = |wanted: &[AString<'_>]| wanted.iter().map(lower).collect::<Vec<String>>();
    let inner = |path: &Part| Found::at(parsed, path)?.inner();
    Some(match section {
        Section::Part(path) => Found::at(parsed, path)?.body().to_vec(),
        Section::Mime(path) => Found::at(parsed, path)?.header().to_vec(),
        Section::Header(Some(path)) => inner(path)?.header().to_vec(),
        Section::Text(Some(path)) => inner(path)?.body().to_vec(),
        Section::HeaderFields(Some(path), wanted) => {
            let wanted = names(wanted.as_ref());
            fields(inner(path)?.header(), |name| wanted.iter().any(|w| w == name))
        }
        Section::HeaderFieldsNot(Some(path), unwanted) => {
            let unwanted = names(unwanted.as_ref());
            fields(inner(path)?.header(), |name| !unwanted.iter().any(|w| w == name))
        }
        _ => return None,
    })
}

fn literal(bytes: &[u8]) -> Option<NString<'static>> {
    IString::try_from(bytes.to_vec()).ok().map(|text| NString(Some(text)))
}
