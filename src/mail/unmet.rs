//! What a wait saw that ended without a message: counts, and a row for each message to its own recipient.

use std::time::Duration;

use super::cursor::Cursor;
use super::error::{MailError, MailErrorKind, quoted};
use super::extract::without_codes;
use super::filter::Refusal;
use super::mailbox::Mailbox;
use super::query::Query;
use super::watch::{Own, Place, Tally};
use crate::clock::Timestamp;
use crate::diagnostic::escape;

/// Rows that are shown.
const MOST: usize = 10;
/// Characters of a sender or a subject that are.
const WIDEST: usize = 100;

/// What was looked for, where, and what was there instead. All text in it is inert, and codes in it are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    pub mailbox: String,
    /// `to ada@x.test, from y.test, …`, as they were given.
    pub filters: String,
    /// Each folder that was looked into, and how many messages were seen in it.
    pub folders: Vec<(String, u32)>,
    /// How many of them were to others, of whom nothing is told.
    pub to_others: u32,
    /// The newest to this recipient, the newest first.
    pub passed: Vec<Passed>,
    /// How many more there were to this recipient.
    pub more: u32,
    pub advice: &'static str,
}

/// A message to the recipient that was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    pub received_at: Timestamp,
    /// How old it was when the wait was over.
    pub age: Duration,
    pub from: String,
    pub subject: String,
    pub why: &'static str,
    pub folder: String,
}

impl Unmet {
    /// The messages as rows of a table, what the columns are called first. Empty if there are none.
    pub fn rows(&self) -> Vec<[String; 6]> {
        let row = |passed: &Passed| {
            let Passed { received_at, age: old, from, subject, why, folder } = passed;
            [age(*old), from.clone(), subject.clone(), (*why).to_owned(), folder.clone(), received_at.to_string()]
        };
        let head = ["age", "from", "subject", "why not", "folder", "received"].map(str::to_owned);
        let head = Some(head).filter(|_| !self.passed.is_empty());
        head.into_iter().chain(self.passed.iter().map(row)).collect()
    }
}

/// How a wait ended that found nothing.
pub(super) struct Ended<'a> {
    pub mailbox: &'a Mailbox,
    pub query: &'a Query,
    pub within: Duration,
    pub now: Timestamp,
    /// Empty if it never came to a look.
    pub seen: Vec<(Place, Tally)>,
    pub junk_folder: Option<String>,
    pub outage: Option<MailError>,
}

/// The error of such a wait.
pub(super) fn explain(ended: &Ended<'_>) -> MailError {
    let Ended { mailbox, query, within, outage, .. } = ended;
    let mailbox = escape(&mailbox.to_string());
    if ended.seen.is_empty() {
        let slow = || MailError::new(MailErrorKind::Network, "the server is too slow");
        let reason = outage.clone().unwrap_or_else(slow);
        return MailError::new(reason.kind, format!("{mailbox} could not be looked into: {}", reason.message));
    }
    let filters = filters(query);
    let seen: Vec<String> = ended.seen.iter().map(|(place, tally)| ended.told(*place, tally)).collect();
    let lost = outage.as_ref().map(|error| format!("; the connection is lost at present: {}", error.message));
    let advice = advice(ended);
    let passed = ended.passed();
    let more = ended.own().saturating_sub(passed.len() as u32);
    let cut = if more > 0 {
        format!("; the newest {} are listed, and {more} more are not", passed.len())
    } else {
        String::new()
    };
    let text = format!(
        "no {} within {} in {mailbox} ({filters}): {}{cut}{}; {advice}",
        query.extract.gives(),
        round(*within),
        seen.join("; "),
        lost.unwrap_or_default()
    );
    let folders = ended.seen.iter().map(|(place, tally)| (ended.folder(*place), tally.seen())).collect();
    let to_others = |(_, tally): &(Place, Tally)| tally.counts().get(&Refusal::Recipient).copied().unwrap_or_default();
    let to_others = ended.seen.iter().map(to_others).sum();
    let unmet = Unmet { mailbox, filters, folders, to_others, passed, more, advice };
    MailError { unmet: Some(Box::new(unmet)), ..MailError::new(MailErrorKind::Timeout, text) }
}

impl Ended<'_> {
    fn folder(&self, place: Place) -> String {
        match (place, &self.junk_folder) {
            (Place::Inbox, _) => escape(&self.mailbox.folder),
            (Place::Junk, Some(name)) => escape(name),
            (Place::Junk, None) => "junk".to_owned(),
        }
    }

    /// `2 seen, none fits: 1 to another recipient, 1 too old`.
    fn told(&self, place: Place, tally: &Tally) -> String {
        let folder = self.folder(place);
        let lead = if place == Place::Junk { format!("in {folder} ") } else { String::new() };
        if tally.seen() == 0 {
            return format!("{lead}no message arrived");
        }
        let reasons: Vec<String> =
            tally.counts().iter().map(|(why, count)| format!("{count} {}", describe(*why))).collect();
        format!("{lead}{} seen, none fits: {}", tally.seen(), reasons.join(", "))
    }

    /// How many messages were to this recipient.
    fn own(&self) -> u32 {
        let counts = self.seen.iter().flat_map(|(_, tally)| tally.counts());
        let own = counts.filter(|(why, _)| !matches!(why, Refusal::Recipient | Refusal::Unreadable));
        own.map(|(_, count)| *count).sum()
    }

    fn passed(&self) -> Vec<Passed> {
        let row = |place: Place, own: Own<'_>| Passed {
            received_at: own.received_at,
            age: self.now.since(own.received_at),
            from: shown(&own.from.join(", ")),
            subject: shown(own.subject),
            why: describe(own.refusal),
            folder: self.folder(place),
        };
        let of_each = self.seen.iter().flat_map(|(place, tally)| tally.own().map(|own| row(*place, own)));
        let mut rows: Vec<Passed> = of_each.collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.received_at));
        rows.truncate(MOST);
        rows
    }
}

/// Text of a message on one line, without codes, as much as is shown of it.
pub(super) fn shown(text: &str) -> String {
    let line = without_codes(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    escape(&line.chars().take(WIDEST).collect::<String>())
}

/// As people say it: of two seconds, 1.994 s are left when a wait begins.
pub(super) fn round(time: Duration) -> String {
    let unit = if time < Duration::from_secs(1) { 1 } else { 100 };
    let rounded = (time.as_secs_f64() * 1000.0 / f64::from(unit)).round() * f64::from(unit);
    format!("{:?}", Duration::from_millis(rounded as u64))
}

/// `45s`, `12m`, `3h`, `2d`.
fn age(age: Duration) -> String {
    match age.as_secs() {
        seconds @ 0..120 => format!("{seconds}s"),
        seconds @ 120..7200 => format!("{}m", seconds / 60),
        seconds @ 7200..172_800 => format!("{}h", seconds / 3600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

fn filters(query: &Query) -> String {
    let mut filters = vec![format!("to {}", escape(&query.to))];
    if !query.from.is_empty() {
        filters.push(format!("from {}", escape(&query.from.join(" or "))));
    }
    filters.extend(query.subject.as_ref().map(|part| format!("subject has {}", quoted(part))));
    filters.extend(query.header.iter().map(|(name, part)| format!("{} has {}", escape(name), quoted(part))));
    filters.extend(query.dkim_pass_by.as_ref().map(|server| format!("dkim=pass by {}", escape(server))));
    match (&query.after, query.since) {
        (Some(cursor), _) => filters.push(after(cursor)),
        (None, Some(since)) => filters.push(format!("since {since}")),
        (None, None) => {}
    }
    if !query.used.is_empty() {
        filters.push(format!("{} used before", query.used.len()));
    }
    filters.join(", ")
}

/// Whoever waits did not write the cursor: a time says more than its numbers.
fn after(cursor: &Cursor) -> String {
    match cursor.server_time {
        Some(time) => format!("after {time}"),
        None => format!("after UID {}", cursor.uid_next.saturating_sub(1)),
    }
}

const fn describe(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Recipient => "to another recipient",
        Refusal::Sender => "from another sender",
        Refusal::Subject => "with another subject",
        Refusal::Header => "without the header field",
        Refusal::Unsigned => "not signed by the sender's domain",
        Refusal::TooOld => "too old",
        Refusal::Used => "used before",
        Refusal::Claimed => "taken by another waiter",
        Refusal::TooLarge => "too large",
        Refusal::Gone => "deleted meanwhile",
        Refusal::Unreadable => "not readable: the server does not show it as it should",
        Refusal::NothingInside => "without the code or link",
    }
}

/// What to try, judged by the reason that comes nearest to a fit.
fn advice(ended: &Ended<'_>) -> &'static str {
    let query = ended.query;
    let has = |refusal| ended.seen.iter().any(|(_, tally)| tally.counts().contains_key(&refusal));
    if has(Refusal::NothingInside) {
        "a fitting message came, but without what `extract` asks for: compare the pattern with the message"
    } else if has(Refusal::Used) || has(Refusal::Claimed) {
        "the messages there have served already: ask the service for a new one"
    } else if has(Refusal::TooLarge) {
        "the fitting message is larger than what is read"
    } else if has(Refusal::Unsigned) {
        "a message came that the server did not find signed by its sender's domain: check `authserv-id`, or whether it is genuine"
    } else if has(Refusal::Subject) || has(Refusal::Sender) || has(Refusal::Header) {
        "messages to this recipient came: loosen what is asked of sender, subject or header"
    } else if has(Refusal::TooOld) {
        "the messages to this recipient are older than the wait: ask the service to send again, or say a longer `since`"
    } else if has(Refusal::Unreadable) {
        "a message could not be read, and may be the one: look at it in a mail program, and ask the service for a new one"
    } else if has(Refusal::Recipient) {
        "mail arrives here, but for others: check `to`, and whether this mailbox receives that address"
    } else if query.after.is_none() && query.since.is_none() {
        "the folder is empty: check its name, and whether this mailbox receives that address"
    } else if query.junk {
        "nothing new arrived since: ask the service to send again, wait longer, or say `since` for mail that came before"
    } else {
        "nothing new arrived since: ask the service to send again, wait longer, let the folder for junk be looked into (`junk`), or say `since` for mail that came before"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_to_what_people_read() {
        for (micros, shown) in
            [(1_994_000, "2s"), (1_949_999, "1.9s"), (99_700, "100ms"), (0, "0ns"), (180_000_000, "180s")]
        {
            assert_eq!(round(Duration::from_micros(micros)), shown);
        }
    }
}
