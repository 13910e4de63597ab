//! `onramp mail test`: what a mailbox's server can do.

use std::time::Duration;

use serde_json::{Value, json};

use super::grid::{Cell, Grid};
use super::look::{Look, Tone};
use super::text::inert;

#[derive(Debug, Clone)]
pub struct Tested {
    /// Without its password.
    pub mailbox: String,
    pub outcome: Result<Worked, Refused>,
}

/// Why it does not work.
#[derive(Debug, Clone)]
pub struct Refused {
    pub code: &'static str,
    pub message: String,
    pub advice: &'static str,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Worked {
    pub address: Option<String>,
    /// `None` without TLS.
    pub tls: Option<&'static str>,
    pub login: &'static str,
    pub capabilities: Vec<(&'static str, bool)>,
    pub folder: String,
    pub messages: u32,
    pub uid_validity: u32,
    pub junk: Option<String>,
    pub round_trip: Duration,
    pub arrival: Option<Heard>,
}

/// What became of a message that was put there.
#[derive(Debug, Clone)]
pub struct Heard {
    /// `IDLE` or `NOOP`; `None` if it was never seen.
    pub by: Option<&'static str>,
    /// How long IDLE took to tell.
    pub after: Option<Duration>,
    pub left: Left,
    /// By what it is found, if it is there still.
    pub subject: &'static str,
    pub id: String,
}

/// Whether the message is there still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    Removed,
    /// Not by us.
    Gone,
    /// The server cannot remove one message alone.
    Kept,
    Unclear,
}

impl Left {
    /// As JSON has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Gone => "gone",
            Self::Kept => "kept",
            Self::Unclear => "unclear",
        }
    }
}

/// A line for each thing that was found.
pub fn table(tested: &Tested, look: &Look) -> String {
    let mut grid = Grid::new(0, 1);
    let mut line = |name: &str, text: String| {
        grid.row_with(vec![Cell::new(name, Tone::Faint)], Tone::Plain, inert(&text));
    };
    line("mailbox", tested.mailbox.clone());
    match &tested.outcome {
        Ok(worked) => worked.lines().into_iter().for_each(|(name, text)| line(name, text)),
        Err(refused) => {
            line("failed", format!("{}: {}", refused.code, refused.message));
            line("advice", refused.advice.to_owned());
        }
    }
    grid.render(look).trim_end().to_owned()
}

impl Worked {
    fn lines(&self) -> Vec<(&'static str, String)> {
        let address = self.address.as_deref().unwrap_or("unknown");
        let named = |has: bool| {
            let names: Vec<&str> =
                self.capabilities.iter().filter(|(_, can)| *can == has).map(|(name, _)| *name).collect();
            if names.is_empty() { "nothing of note".to_owned() } else { names.join(", ") }
        };
        let folder = format!("{}, {} messages, UIDVALIDITY {}", self.folder, self.messages, self.uid_validity);
        let mut lines = vec![
            ("server", format!("{address}, {}", self.tls.unwrap_or("no TLS (this machine)"))),
            ("login", self.login.to_owned()),
            ("can", named(true)),
            ("cannot", named(false)),
            ("folder", folder),
            ("junk", self.junk.clone().unwrap_or_else(|| "the server names no folder for it".to_owned())),
            ("round trip", millis(self.round_trip)),
        ];
        lines.extend(self.arrival.as_ref().map(|heard| ("arrival", heard.describe())));
        lines
    }
}

impl Heard {
    fn describe(&self) -> String {
        let told = match (self.by, self.after) {
            (Some("IDLE"), Some(after)) => format!("told by IDLE after {}", millis(after)),
            (Some(_), _) => "not told by IDLE, found by NOOP: such a server is asked every few seconds".to_owned(),
            (None, _) => "not seen at all within 10 s".to_owned(),
        };
        let find = || format!("look for subject \"{}\", Message-ID {}", self.subject, self.id);
        let left = match self.left {
            Left::Removed => "removed again".to_owned(),
            Left::Gone => "gone before it was removed: somebody else removed or moved it".to_owned(),
            Left::Kept => format!("still there: the server cannot remove one message alone; {}", find()),
            Left::Unclear => {
                format!("may be there still: the server does not show that it is this one, or gone; {}", find())
            }
        };
        format!("{told}; {left}")
    }
}

fn millis(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

/// The same as one JSON document.
pub fn json(tested: &Tested) -> Value {
    let mut document = json!({ "ok": tested.outcome.is_ok(), "mailbox": tested.mailbox });
    let found = match &tested.outcome {
        Err(refused) => {
            json!({ "error": { "code": refused.code, "message": refused.message, "advice": refused.advice } })
        }
        Ok(worked) => {
            let can: Value = worked.capabilities.iter().map(|(name, can)| ((*name).to_owned(), json!(can))).collect();
            let arrival = worked.arrival.as_ref().map(|heard| {
                let after = heard.after.map(|after| after.as_millis() as u64);
                let removed = heard.left == Left::Removed;
                json!({
                    "told_by": heard.by, "after_ms": after, "removed": removed, "message": heard.left.as_str(),
                    "message_id": heard.id,
                })
            });
            json!({
                "address": worked.address, "tls": worked.tls, "login": worked.login, "capabilities": can,
                "folder": worked.folder, "messages": worked.messages, "uid_validity": worked.uid_validity,
                "junk": worked.junk, "round_trip_ms": worked.round_trip.as_millis() as u64, "arrival": arrival,
            })
        }
    };
    if let (Some(document), Value::Object(found)) = (document.as_object_mut(), found) {
        document.extend(found);
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tested(arrival: Option<Heard>) -> Tested {
        let worked = Worked {
            address: Some("192.0.2.1:993".into()),
            tls: Some("TLS 1.3"),
            login: "XOAUTH2",
            capabilities: vec![("IDLE", true), ("UIDPLUS", true), ("ID", false)],
            folder: "INBOX".into(),
            messages: 3,
            uid_validity: 7,
            junk: Some("Junk\u{1b}[2J".into()),
            round_trip: Duration::from_millis(12),
            arrival,
        };
        Tested { mailbox: "imaps://me@mail.test:993/INBOX".into(), outcome: Ok(worked) }
    }

    fn heard(by: Option<&'static str>, left: Left) -> Heard {
        Heard { by, after: None, left, subject: "a test", id: "<word@onramp.invalid>".into() }
    }

    #[test]
    fn a_message_that_may_be_there_is_named() {
        for (left, says, named) in [
            (Left::Gone, "gone before it was removed", false),
            (Left::Kept, "still there", true),
            (Left::Unclear, "may be there still", true),
        ] {
            let tested = tested(Some(heard(Some("NOOP"), left)));
            let page = table(&tested, &Look::plain(300));
            assert!(page.contains(says), "{page}");
            assert_eq!(page.contains("subject \"a test\", Message-ID <word@onramp.invalid>"), named, "{page}");
            assert_eq!(json(&tested)["arrival"]["message"], left.as_str());
        }
    }

    #[test]
    fn each_thing_has_its_line() {
        let told = Heard { after: Some(Duration::from_millis(512)), ..heard(Some("IDLE"), Left::Removed) };
        assert_eq!(
            table(&tested(Some(told)), &Look::plain(100)),
            "mailbox     imaps://me@mail.test:993/INBOX\nserver      192.0.2.1:993, TLS 1.3\nlogin       XOAUTH2\n\
             can         IDLE, UIDPLUS\ncannot      ID\nfolder      INBOX, 3 messages, UIDVALIDITY 7\n\
             junk        Junk\\u{1b}[2J\nround trip  12 ms\narrival     told by IDLE after 512 ms; removed again"
        );
    }

    #[test]
    fn a_message_that_stays_is_told_of() {
        for (by, says) in [(Some("NOOP"), "found by NOOP"), (None, "not seen at all")] {
            let page = table(&tested(Some(heard(by, Left::Kept))), &Look::plain(200));
            assert!(page.contains(says) && page.contains("still there"), "{page}");
        }
    }

    #[test]
    fn what_does_not_work_is_told_with_its_advice() {
        let refused = Refused { code: "mail.login", message: "no".into(), advice: "try" };
        let tested = Tested { mailbox: "imaps://me@h".into(), outcome: Err(refused) };
        let page = table(&tested, &Look::plain(80));
        assert_eq!(page, "mailbox  imaps://me@h\nfailed   mail.login: no\nadvice   try");
        assert_eq!(json(&tested)["error"]["code"], "mail.login");
    }
}
