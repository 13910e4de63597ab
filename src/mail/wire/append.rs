//! A message of our own, put into a folder and taken out again: the only commands that change anything.

use imap::types::Flag;

use super::connect::failed;
use super::session::{REPLY_BYTES, Session};
use crate::mail::error::{MailError, MailErrorKind, quoted};

impl Session {
    /// Calls `tell` when the server takes part in the next IDLE.
    pub fn when_idling(&self, tell: impl FnOnce() + 'static) {
        self.idle.when_begun(tell);
    }

    /// The UIDs of the messages with this Message-ID in the open folder.
    pub fn uids_of(&mut self, id: &str) -> Result<Vec<u32>, MailError> {
        self.search(&format!("HEADER Message-ID \"{id}\""))
    }

    /// Puts `message` into `folder`, marked as read.
    pub fn append(&mut self, folder: &str, message: &[u8]) -> Result<(), MailError> {
        self.begin(REPLY_BYTES);
        let appended = self.session.append(&escaped(folder), message).flag(Flag::Seen).finish();
        appended.map(drop).map_err(|error| match error {
            imap::Error::Append => {
                MailError::new(MailErrorKind::Config, "the server takes no message into this folder (APPEND)")
            }
            imap::Error::No(no) => MailError::new(
                MailErrorKind::Config,
                format!("the server takes no message into this folder: {}", quoted(&no.information)),
            ),
            other => failed("take a message", other),
        })
    }

    /// Removes the one message with this Message-ID from `folder`, and no other. Says whether it did. Needs UIDPLUS: a plain
    /// EXPUNGE would take along what others marked.
    pub fn remove(&mut self, folder: &str, id: &str) -> Result<bool, MailError> {
        let run = |session: &mut Self, command: String| {
            session.begin(REPLY_BYTES);
            session.session.run(command).map(drop).map_err(|error| failed("remove a message", error))
        };
        run(self, format!("SELECT \"{}\"", escaped(folder)))?;
        let [uid] = self.uids_of(id)?[..] else { return Ok(false) };
        run(self, format!("UID STORE {uid} +FLAGS.SILENT (\\Deleted)"))?;
        run(self, format!("UID EXPUNGE {uid}"))?;
        Ok(self.uids_of(id)?.is_empty())
    }
}

fn escaped(folder: &str) -> String {
    folder.replace('\\', "\\\\").replace('"', "\\\"")
}
