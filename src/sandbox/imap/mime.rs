//! A message taken apart for the client: ENVELOPE, BODYSTRUCTURE and the numbered parts.

use imap_next::imap_types::body::{
    BasicFields, Body, BodyStructure, Disposition, MultiPartExtensionData, SinglePartExtensionData, SpecificFields,
};
use imap_next::imap_types::core::{IString, NString, Vec1};
use imap_next::imap_types::envelope::{Address, Envelope};
use imap_next::imap_types::fetch::Part;
use mail_parser::{ContentType, HeaderName, Message, MessagePart, MimeHeaders as _, PartType};

use crate::sandbox::mail::encoded_words;
use crate::sandbox::mail::header::unfolded;

/// What lies deeper is told as one piece.
const MAX_DEPTH: usize = 24;

type Parameters = Vec<(IString<'static>, IString<'static>)>;

/// A part, and the message whose bytes it points into.
pub struct Found<'m> {
    message: &'m Message<'m>,
    part: &'m MessagePart<'m>,
}

impl<'m> Found<'m> {
    fn root(message: &'m Message<'m>) -> Option<Self> {
        Some(Self { message, part: message.parts.first()? })
    }

    /// What the numbers of `path` lead to (RFC 3501, 6.4.5).
    pub fn at(message: &'m Message<'m>, path: &Part) -> Option<Self> {
        let mut found = Self::root(message)?;
        let mut is_root = true;
        for number in path.0.as_ref() {
            if !is_root {
                match &found.part.body {
                    PartType::Message(inner) => found = Self::root(inner)?,
                    PartType::Multipart(_) => {}
                    _ => return None,
                }
            }
            match &found.part.body {
                PartType::Multipart(parts) => {
                    let id = parts.get(usize::try_from(number.get()).ok()?.checked_sub(1)?)?;
                    found.part = found.message.part(*id)?;
                }
                _ if number.get() == 1 => {}
                _ => return None,
            }
            is_root = false;
        }
        Some(found)
    }

    /// The message that the part is, if it is one.
    pub fn inner(&self) -> Option<Found<'m>> {
        match &self.part.body {
            PartType::Message(inner) => Self::root(inner),
            _ => None,
        }
    }

    fn bytes(&self, from: u32, to: u32) -> &'m [u8] {
        let raw = self.message.raw_message.as_ref();
        let to = (to as usize).min(raw.len());
        raw.get((from as usize).min(to)..to).unwrap_or_default()
    }

    pub fn header(&self) -> &'m [u8] {
        self.bytes(self.part.offset_header, self.part.offset_body)
    }

    pub fn body(&self) -> &'m [u8] {
        self.bytes(self.part.offset_body, self.part.offset_end)
    }

    fn lines(&self) -> u32 {
        u32::try_from(self.body().iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX)
    }
}

pub fn envelope(message: &Message<'_>) -> Option<Envelope<'static>> {
    let header = Found::root(message)?.header();
    let text = |name: &str| unfolded(header, name).map_or(NString(None), |value| nil_or(&value));
    let people = |name: HeaderName<'_>| addresses(message.header(name).and_then(|value| value.as_address()));
    let from = people(HeaderName::From);
    let or_from = |people: Vec<Address<'static>>| if people.is_empty() { from.clone() } else { people };
    Some(Envelope {
        date: text("date"),
        subject: text("subject"),
        sender: or_from(people(HeaderName::Sender)),
        reply_to: or_from(people(HeaderName::ReplyTo)),
        to: people(HeaderName::To),
        cc: people(HeaderName::Cc),
        bcc: people(HeaderName::Bcc),
        in_reply_to: text("in-reply-to"),
        message_id: text("message-id"),
        from,
    })
}

/// Groups are told as those who are in them.
fn addresses(header: Option<&mail_parser::Address<'_>>) -> Vec<Address<'static>> {
    let one = |address: &mail_parser::Addr<'_>| {
        let (mailbox, host) = match address.address().unwrap_or_default().rsplit_once('@') {
            Some((mailbox, host)) => (nil_or(mailbox), nil_or(host)),
            None => (nil_or(address.address().unwrap_or_default()), nil_or("")),
        };
        let name = address.name().map_or(NString(None), |name| nil_or(&encoded_words(name).replace("\r\n", "")));
        Address { name, adl: NString(None), mailbox, host }
    };
    header.into_iter().flat_map(|header| header.iter()).map(one).collect()
}

/// The structure of a message; `extended` is what tells BODYSTRUCTURE from BODY.
pub fn structure(message: &Message<'_>, extended: bool) -> Option<BodyStructure<'static>> {
    structure_of(&Found::root(message)?, extended, 0)
}

fn structure_of(found: &Found<'_>, extended: bool, depth: usize) -> Option<BodyStructure<'static>> {
    let kind = found.part.content_type();
    if let PartType::Multipart(parts) = &found.part.body
        && depth < MAX_DEPTH
    {
        let inside = |id: &u32| {
            let part = found.message.part(*id)?;
            structure_of(&Found { message: found.message, part }, extended, depth + 1)
        };
        if let Ok(bodies) = Vec1::try_from(parts.iter().filter_map(inside).collect::<Vec<_>>()) {
            let subtype = string(kind.and_then(ContentType::subtype).unwrap_or("mixed"))?;
            let parameter_list = parameters(kind);
            let extension_data =
                extended.then(|| MultiPartExtensionData { parameter_list, tail: Some(disposition(found.part)) });
            return Some(BodyStructure::Multi { bodies, subtype, extension_data });
        }
    }
    let extension_data =
        extended.then(|| SinglePartExtensionData { md5: NString(None), tail: Some(disposition(found.part)) });
    Some(BodyStructure::Single { body: single(found, kind, extended, depth)?, extension_data })
}

fn single(found: &Found<'_>, kind: Option<&ContentType<'_>>, extended: bool, depth: usize) -> Option<Body<'static>> {
    let (main, sub) = kind.map_or(("text", "plain"), |kind| (kind.ctype(), kind.subtype().unwrap_or("plain")));
    let number_of_lines = found.lines();
    let inner = match &found.part.body {
        PartType::Message(inner) if depth < MAX_DEPTH => Some(inner),
        _ => None,
    };
    let specific = match inner {
        Some(inner) => SpecificFields::Message {
            envelope: Box::new(envelope(inner)?),
            body_structure: Box::new(structure_of(&Found::root(inner)?, extended, depth + 1)?),
            number_of_lines,
        },
        None if main.eq_ignore_ascii_case("text") => SpecificFields::Text { subtype: string(sub)?, number_of_lines },
        None => SpecificFields::Basic { r#type: string(main)?, subtype: string(sub)? },
    };
    let id = found.part.content_id().map_or(NString(None), |id| nil_or(&format!("<{id}>")));
    let basic = BasicFields {
        parameter_list: parameters(kind),
        id,
        description: found.part.content_description().map_or(NString(None), nil_or),
        content_transfer_encoding: string(found.part.content_transfer_encoding().unwrap_or("7bit"))?,
        size: u32::try_from(found.body().len()).ok()?,
    };
    Some(Body { basic, specific })
}

fn parameters(kind: Option<&ContentType<'_>>) -> Parameters {
    let pair = |(name, value): (&str, &str)| Some((string(name)?, string(value)?));
    let all = kind.and_then(ContentType::attributes).unwrap_or_default();
    all.iter().filter_map(|attribute| pair((&attribute.name, &attribute.value))).collect()
}

fn disposition(part: &MessagePart<'_>) -> Disposition<'static> {
    let told = part.content_disposition();
    Disposition { disposition: told.and_then(|told| Some((string(told.ctype())?, parameters(Some(told))))), tail: None }
}

/// What the protocol cannot say, for the zero bytes in it, is left out.
fn string(text: &str) -> Option<IString<'static>> {
    IString::try_from(text.replace('\0', "")).ok()
}

fn nil_or(text: &str) -> NString<'static> {
    NString(string(text))
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use mail_parser::MessageParser;
    use proptest::prelude::*;

    use super::*;

    /// Pieces of which messages are made, right and wrong.
    fn piece() -> impl Strategy<Value = Vec<u8>> {
        let known = prop::sample::select(vec![
            "Content-Type: multipart/mixed; boundary=a\r\n\r\n",
            "Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n",
            "Content-Type: message/rfc822\r\n\r\n",
            "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n",
            "Content-Type: text/html; charset=\"\0\r\n\r\n",
            "Content-Disposition: attachment; filename*=utf-8''%ff\r\n",
            "From: \"a\\\" <@b@c>, g: x@y;\r\nTo: <\u{e9}>\r\nSubject: =?x?B?\r\n y\r\n",
            "--a\r\n",
            "--a--\r\n",
            "\r\n--b\r\n",
            "--b--",
            "\r\n\r\n",
            "\n",
        ]);
        prop_oneof![4 => known.prop_map(|text| text.as_bytes().to_vec()), 1 => prop::collection::vec(any::<u8>(), 0..20)]
    }

    #[test]
    fn a_boundary_that_ends_several_messages_at_once_is_no_reason_to_stop() {
        let nested = "Content-Type: message/rfc822\r\n\r\n";
        let raw = format!(
            "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n{nested}{nested}{}--a--\r\n",
            "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        );
        let message = MessageParser::default().parse(raw.as_bytes()).unwrap();
        assert!(structure(&message, true).is_some());
    }

    proptest! {
        #[test]
        fn whatever_a_message_is_made_of_it_can_be_told(pieces in prop::collection::vec(piece(), 0..24), path in prop::collection::vec(1u32..4, 1..5)) {
            let raw = pieces.concat();
            if let Some(message) = MessageParser::default().parse(&raw) {
                envelope(&message);
                structure(&message, true);
                let path: Vec<NonZeroU32> = path.into_iter().filter_map(NonZeroU32::new).collect();
                if let Some(found) = Found::at(&message, &Part(Vec1::try_from(path).unwrap())) {
                    prop_assert!(found.header().len() <= raw.len() && found.body().len() <= raw.len());
                }
            }
        }
    }

    #[test]
    fn a_message_inside_of_messages_is_told_down_to_a_depth() {
        let raw = "Content-Type: message/rfc822\r\n\r\n".repeat(3_000) + "Subject: a\r\n\r\nx";
        let message = MessageParser::default().parse(raw.as_bytes()).unwrap();
        let mut told = structure(&message, true).unwrap();
        let mut depth = 0;
        while let BodyStructure::Single {
            body: Body { specific: SpecificFields::Message { body_structure, .. }, .. },
            ..
        } = told
        {
            (told, depth) = (*body_structure, depth + 1);
        }
        assert!((1..=MAX_DEPTH).contains(&depth), "{depth}");
    }
}
