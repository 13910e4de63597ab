//! The folder for junk, looked into beside the inbox over the same connection.

use std::time::Instant;

use super::folder::Folder;
use super::place::Place;
use super::watcher::Watcher;
use crate::mail::cursor::JunkCursor;
use crate::mail::error::{MailError, MailErrorKind};
use crate::mail::wire::{Listed, Session};

/// What servers without SPECIAL-USE call it.
const USUAL: [&str; 11] = [
    "Junk",
    "Spam",
    "[Gmail]/Spam",
    "[Google Mail]/Spam",
    "Junk E-mail",
    "Junk Email",
    "Bulk Mail",
    "INBOX.Junk",
    "INBOX.Spam",
    "INBOX/Junk",
    "INBOX/Spam",
];

/// What the thread knows of it.
#[derive(Default)]
pub(super) struct Junk {
    /// The server was asked for its name, and did not answer: one that cannot stand the question is not asked again.
    asked: bool,
    name: Option<String>,
    folder: Option<Folder>,
}

impl Watcher {
    /// Looks there for those who are due. If so, the inbox is not the open folder any more.
    pub(super) fn look_into_junk(&self, session: &mut Session, junk: &mut Junk) -> Result<bool, MailError> {
        let now = Instant::now();
        let mut due = self.roster.turns();
        due.retain(|turn| turn.junk_due(self.limits.junk).is_some_and(|at| at <= now));
        due.iter_mut().for_each(|turn| turn.progress.junk_looked = Some(now));
        if due.is_empty() {
            return Ok(false);
        }
        due.iter().for_each(|turn| self.roster.set_progress(turn.id, turn.progress.clone()));
        if let Some(folder) = self.open_junk(session, junk)? {
            self.look_through(session, folder, Place::Junk, false, &mut due)?;
        }
        due.iter().for_each(|turn| self.roster.looked(turn.id));
        Ok(true)
    }

    /// Where it stands, without opening it.
    pub(super) fn mark_junk(&self, session: &mut Session, junk: &mut Junk) -> Result<Option<JunkCursor>, MailError> {
        let Some(name) = self.junk_name(session, junk)? else { return Ok(None) };
        let cursor = |(uid_validity, uid_next)| JunkCursor { uid_validity, uid_next };
        Ok(session.status(name)?.map(cursor))
    }

    fn junk_name<'a>(&self, session: &mut Session, junk: &'a mut Junk) -> Result<Option<&'a str>, MailError> {
        if junk.name.is_none() && !std::mem::replace(&mut junk.asked, true) {
            let inbox = self.mailbox.folder_on_the_wire();
            junk.name = named(&session.list()?).filter(|name| *name != inbox);
            // It may come to be with the first message in it.
            junk.asked = false;
        }
        Ok(junk.name.as_deref())
    }

    fn open_junk<'a>(&self, session: &mut Session, junk: &'a mut Junk) -> Result<Option<&'a mut Folder>, MailError> {
        let Some(name) = self.junk_name(session, junk)? else { return Ok(None) };
        let name = &name.to_owned();
        match session.examine(name) {
            Ok(standing) => {
                if !junk.folder.as_ref().is_some_and(|folder| folder.is(standing)) {
                    junk.folder = Some(Folder::new(standing));
                    self.roster.set_junk_folder(name);
                }
                Ok(junk.folder.as_mut())
            }
            // The wait does not depend on it.
            Err(error) if error.kind == MailErrorKind::Config => {
                junk.name = None;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// The folder that says of itself what it is for (RFC 6154), else one with a usual name.
pub(in crate::mail) fn named(folders: &[Listed]) -> Option<String> {
    let usual = |name: &&str| folders.iter().find(|folder| folder.name.eq_ignore_ascii_case(name));
    let folder = folders.iter().find(|folder| folder.is_junk).or_else(|| USUAL.iter().find_map(usual))?;
    Some(folder.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_says_goes_before_usual_names() {
        let listed = |name: &str, is_junk| Listed { name: name.to_owned(), is_junk };
        for (folders, name) in [
            (vec![listed("INBOX", false), listed("Spam", false), listed("Pourriel", true)], Some("Pourriel")),
            (vec![listed("INBOX.Spam", false), listed("junk e-mail", false)], Some("junk e-mail")),
            (vec![listed("INBOX", false), listed("Spam/2024", false), listed("My Junk", false)], None),
        ] {
            assert_eq!(named(&folders).as_deref(), name);
        }
    }
}
