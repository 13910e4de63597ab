//! LIST as RFC 5258 extends it, which the protocol layer does not read: options before and after the name.

use imap_next::imap_types::command::{Command, CommandBody};
use imap_next::imap_types::core::Tag;
use imap_next::imap_types::mailbox::ListMailbox;
use imap_next::server::Event as Received;
use imap_next::{Interrupt, State as _};

use super::session::{Session, greeted};

/// What the protocol layer refuses and is not longer than this is looked at.
const MAX_LINE: usize = 1_024;

impl Session {
    /// Obeys `line` if it is such a LIST; says whether it was.
    pub(super) fn obey_extended(&mut self, line: &[u8]) -> bool {
        let Some((command, special_use)) = plain_list(line) else { return false };
        let CommandBody::List { reference, mailbox_wildcard } = &command.body else { return false };
        match self.user {
            None => self.no(command.tag, "Log in first."),
            // The one folder of a special use.
            Some(_) if special_use => match ListMailbox::try_from("Junk") {
                Ok(junk) => self.list(command.tag, reference, &junk, false),
                Err(_) => return false,
            },
            Some(_) => self.list(command.tag, reference, mailbox_wildcard, false),
        }
        true
    }
}

/// The tag of a line that is no command, to answer it.
pub fn tag_of(line: &[u8]) -> Option<Tag<'static>> {
    let text = str::from_utf8(line.get(..line.len().min(MAX_LINE))?).ok()?;
    Tag::try_from(text.split(' ').next()?.trim_end().to_owned()).ok()
}

/// The LIST without its options, and whether it asks for folders of a special use alone.
fn plain_list(line: &[u8]) -> Option<(Command<'static>, bool)> {
    let text = str::from_utf8(line).ok().filter(|text| text.len() <= MAX_LINE)?.trim_end();
    let (tag, rest) = text.split_once(' ')?;
    let (verb, mut rest) = rest.split_once(' ').filter(|(verb, _)| verb.eq_ignore_ascii_case("LIST"))?;
    let mut special_use = false;
    if let Some(options) = rest.strip_prefix('(') {
        let (options, after) = options.split_once(") ")?;
        (special_use, rest) = (options.eq_ignore_ascii_case("SPECIAL-USE"), after);
    }
    if let Some(at) = rest.to_ascii_uppercase().rfind(" RETURN (") {
        rest = rest.get(..at)?;
    }
    let mut reader = greeted()?;
    reader.enqueue_input(format!("{tag} {verb} {rest}\r\n").as_bytes());
    match reader.next() {
        Ok(Received::CommandReceived { command }) => Some((command, special_use)),
        Ok(_) | Err(Interrupt::Io(_) | Interrupt::Error(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_of_a_list_are_taken_off() {
        for (line, special_use) in [
            ("a LIST (SPECIAL-USE) \"\" \"*\"\r\n", true),
            ("a list (SUBSCRIBED) \"\" * RETURN (SPECIAL-USE)\r\n", false),
            ("a LIST \"\" \"*\" RETURN (SPECIAL-USE STATUS (MESSAGES))\r\n", false),
        ] {
            let (command, special) = plain_list(line.as_bytes()).unwrap();
            assert_eq!((command.tag.as_ref(), special), ("a", special_use), "{line}");
        }
        for line in ["a LIST", "a LIST (", "a LIST (x) \"\" {3}\r\n", "a LISTEN (x) \"\" *", "", "a \u{e9}"] {
            assert!(plain_list(line.as_bytes()).is_none(), "{line}");
        }
        assert_eq!(tag_of(b"b7 NONSENSE\r\n").unwrap().as_ref(), "b7");
        assert!(tag_of(b"\r\n").is_none() && tag_of(b"\xff\xff x").is_none());
    }
}
