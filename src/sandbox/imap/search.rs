//! SEARCH: which messages match a key.

use chrono::NaiveDate;
use imap_next::imap_types::core::AString;
use imap_next::imap_types::search::SearchKey;
use mail_parser::MessageParser;

use super::flags::{DELETED, SEEN};
use super::view::{Place, date_of};
use crate::sandbox::mail::header::{body, unfolded, values};
use crate::sandbox::state::Message;

/// Whether `message`, at `place`, matches. `None`: the key is not supported.
pub fn matches(key: &SearchKey<'_>, message: &Message, place: &Place) -> Option<bool> {
    let has = |flag: &str| message.flags.contains(flag);
    let day = date_of(message).date_naive();
    let size = u32::try_from(message.raw.len()).unwrap_or(u32::MAX);
    Some(match key {
        SearchKey::And(keys) => return all(keys.as_ref(), message, place),
        SearchKey::Or(a, b) => matches(a, message, place)? | matches(b, message, place)?,
        SearchKey::Not(key) => !matches(key, message, place)?,
        SearchKey::All => true,
        SearchKey::Seen => has(SEEN),
        SearchKey::Unseen => !has(SEEN),
        SearchKey::Deleted => has(DELETED),
        SearchKey::Undeleted => !has(DELETED),
        SearchKey::Answered => has("\\Answered"),
        SearchKey::Unanswered => !has("\\Answered"),
        SearchKey::Flagged => has("\\Flagged"),
        SearchKey::Unflagged => !has("\\Flagged"),
        SearchKey::Draft => has("\\Draft"),
        SearchKey::Undraft => !has("\\Draft"),
        // \Recent is not kept: no message is recent for anybody.
        SearchKey::New | SearchKey::Recent => false,
        SearchKey::Old => true,
        SearchKey::Keyword(word) => has(word.as_ref()),
        SearchKey::Unkeyword(word) => !has(word.as_ref()),
        SearchKey::Since(date) => day >= *date.as_ref(),
        SearchKey::Before(date) => day < *date.as_ref(),
        SearchKey::On(date) => day == *date.as_ref(),
        SearchKey::SentSince(date) => sent(message) >= *date.as_ref(),
        SearchKey::SentBefore(date) => sent(message) < *date.as_ref(),
        SearchKey::SentOn(date) => sent(message) == *date.as_ref(),
        SearchKey::Larger(limit) => size > *limit,
        SearchKey::Smaller(limit) => size < *limit,
        SearchKey::Uid(set) => place.uid_in(set),
        SearchKey::SequenceSet(set) => place.number_in(set),
        other => return text_matches(other, message),
    })
}

pub fn all(keys: &[SearchKey<'_>], message: &Message, place: &Place) -> Option<bool> {
    keys.iter().try_fold(true, |so_far, key| Some(so_far & matches(key, message, place)?))
}

/// The day of the Date field; without one, the day it came.
fn sent(message: &Message) -> NaiveDate {
    let field = unfolded(&message.raw, "date").unwrap_or_default();
    let sent = mail_parser::DateTime::parse_rfc822(&field);
    let day = sent.and_then(|sent| NaiveDate::from_ymd_opt(sent.year.into(), sent.month.into(), sent.day.into()));
    day.unwrap_or_else(|| date_of(message).date_naive())
}

fn text_matches(key: &SearchKey<'_>, message: &Message) -> Option<bool> {
    let in_header = |name: &str, wanted: &AString<'_>| values(&message.raw, name).contains(&lower(wanted));
    let within =
        |bytes: &[u8], wanted: &AString<'_>| String::from_utf8_lossy(bytes).to_lowercase().contains(&lower(wanted));
    Some(match key {
        SearchKey::From(text) => in_header("from", text),
        SearchKey::To(text) => in_header("to", text),
        SearchKey::Cc(text) => in_header("cc", text),
        SearchKey::Bcc(text) => in_header("bcc", text),
        SearchKey::Subject(text) => in_header("subject", text) || subject(message).contains(&lower(text)),
        SearchKey::Header(name, text) => in_header(&lower(name), text),
        SearchKey::Body(text) => within(body(&message.raw), text),
        SearchKey::Text(text) => within(&message.raw, text),
        _ => return None,
    })
}

/// The subject as its reader sees it, in lower case.
fn subject(message: &Message) -> String {
    let parsed = MessageParser::default().parse_headers(&message.raw[..]);
    parsed.and_then(|parsed| parsed.subject().map(str::to_lowercase)).unwrap_or_default()
}

pub fn lower(text: &AString<'_>) -> String {
    String::from_utf8_lossy(text.as_ref()).to_lowercase()
}
