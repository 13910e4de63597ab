//! A message of our own, put into a folder and taken out again: the only commands that change anything.

use imap::types::Flag;
use imap_proto::UidSetMember;

use super::connect::failed;
use super::quoting::within_quotes;
use super::session::{REPLY_BYTES, Session};
use super::shape::with_line_ends;
use crate::mail::error::{MailError, MailErrorKind, quoted};

/// What is read of a Message-ID at the most; ours is far shorter.
const ID_BYTES: u32 = 1024;

/// What became of a message of our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Removed,
    /// Somebody else removed or moved it.
    Gone,
    /// It is there still: the server cannot remove one message alone.
    Kept,
    /// The server does not tell which one it is, or that it is gone.
    Unclear,
}

impl Session {
    /// Calls `tell` when the server takes part in the next IDLE.
    pub fn when_idling(&self, tell: impl FnOnce() + 'static) {
        self.idle.when_begun(tell);
    }

    /// The UIDs of the messages with this Message-ID in the open folder.
    pub fn uids_of(&mut self, id: &str) -> Result<Vec<u32>, MailError> {
        self.search(&format!("HEADER Message-ID \"{id}\""))
    }

    /// Puts `message` into `folder`, marked as read. Gives its UID if the server tells it (UIDPLUS).
    pub fn append(&mut self, folder: &str, message: &[u8]) -> Result<Option<u32>, MailError> {
        let folder = within_quotes(folder)?;
        self.begin(REPLY_BYTES);
        let appended = self.session.append(&folder, message).flag(Flag::Seen).finish();
        let appended = appended.map_err(|error| match error {
            imap::Error::Append => {
                MailError::new(MailErrorKind::Config, "the server takes no message into this folder (APPEND)")
            }
            imap::Error::No(no) => MailError::new(
                MailErrorKind::Config,
                format!("the server takes no message into this folder: {}", quoted(&no.information)),
            ),
            other => failed("take a message", other),
        })?;
        Ok(appended.uids.as_deref().and_then(only))
    }

    /// Removes the one message with this Message-ID from `folder`, and no other: not what a search names, nor what the server
    /// says that it took, unless it shows our Message-ID. Without a `uid`, those from `first` on are searched. Needs UIDPLUS:
    /// a plain EXPUNGE would take along what others marked.
    pub fn remove(&mut self, folder: &str, id: &str, uid: Option<u32>, first: u32) -> Result<Fate, MailError> {
        self.order(format!("SELECT \"{}\"", within_quotes(folder)?))?;
        let uid = match uid {
            Some(uid) => uid,
            None => match self.uids_of(id)?[..] {
                [uid] if uid >= first => uid,
                [] => return Ok(Fate::Gone),
                _ => return Ok(Fate::Unclear),
            },
        };
        match self.has_id(uid, id)? {
            None => return Ok(Fate::Gone),
            Some(false) => return Ok(Fate::Unclear),
            Some(true) => {}
        }
        self.order(format!("UID STORE {uid} +FLAGS.SILENT (\\Deleted)"))?;
        self.order(format!("UID EXPUNGE {uid}"))?;
        Ok(if self.has_id(uid, id)?.is_none() { Fate::Removed } else { Fate::Unclear })
    }

    fn order(&mut self, command: String) -> Result<(), MailError> {
        self.begin(REPLY_BYTES);
        self.session.run(command).map(drop).map_err(|error| failed("remove a message", error))
    }

    /// Whether the message of this UID has this Message-ID; `None` if there is no such message.
    fn has_id(&mut self, uid: u32, id: &str) -> Result<Option<bool>, MailError> {
        self.begin(REPLY_BYTES);
        let items = format!("(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]<0.{ID_BYTES}>)");
        let fetched = self.session.uid_fetch(uid.to_string(), items);
        let fetched = fetched.map_err(|error| failed("show the message to be removed", error))?;
        let shown: Vec<_> = fetched.iter().filter(|message| message.uid == Some(uid)).collect();
        // News of its flags come without a header.
        let mut headers = shown.iter().filter_map(|message| message.header()).peekable();
        let is_ours = headers.peek().is_some() && headers.all(|header| names(&with_line_ends(header), id));
        Ok((!shown.is_empty()).then_some(is_ours))
    }
}

/// The UID, if it is one alone.
fn only(uids: &[UidSetMember]) -> Option<u32> {
    match uids {
        [UidSetMember::Uid(uid)] => Some(*uid),
        [UidSetMember::UidRange(range)] if range.start() == range.end() => Some(*range.start()),
        _ => None,
    }
}

/// Whether a header is `Message-ID: ID` and nothing else, however it is folded.
fn names(header: &[u8], id: &str) -> bool {
    let header = String::from_utf8_lossy(header);
    let named = header.split_once(':').filter(|(name, _)| name.trim().eq_ignore_ascii_case("message-id"));
    named.is_some_and(|(_, value)| value.split_whitespace().eq([id]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_message_id_is_ours() {
        for ours in ["Message-ID: <a@x>\r\n\r\n", "MESSAGE-Id:\r\n <a@x>\r\n"] {
            assert!(names(ours.as_bytes(), "<a@x>"), "{ours}");
        }
        for other in ["", "\r\n", "Message-ID: <aa@x>\r\n", "X: <a@x>", "Message-ID: <a@x>\r\nMessage-ID: <b@x>\r\n"] {
            assert!(!names(other.as_bytes(), "<a@x>"), "{other}");
        }
    }

    #[test]
    fn a_set_of_uids_is_no_single_one() {
        assert_eq!(only(&[UidSetMember::Uid(7)]), Some(7));
        assert_eq!(only(&[UidSetMember::UidRange(7..=7)]), Some(7));
        assert_eq!(only(&[UidSetMember::UidRange(7..=9)]), None);
        assert_eq!(only(&[UidSetMember::Uid(7), UidSetMember::Uid(8)]), None);
    }
}
