//! Where the folder stands, for those who asked for a mark.

use std::time::Duration;

use tokio::sync::oneshot;

use super::junk::Junk;
use super::roster::MarkReply;
use super::watcher::Watcher;
use crate::clock::Timestamp;
use crate::mail::cursor::Cursor;
use crate::mail::error::{MailError, MailErrorKind};
use crate::mail::wire::{Session, Standing};

/// A message dated further ahead of our clock than this says nothing about the server's clock.
const CLOCK_AHEAD: Duration = Duration::from_secs(3600);

/// What is known of the server's dates.
#[derive(Debug, Default)]
pub(super) struct Dates {
    /// The connection broke over that of the newest message: the marks that wait do without.
    broken: bool,
}

impl Watcher {
    /// Looks how the folder stands and tells those who asked for a mark.
    pub(super) fn examine(
        &self,
        session: &mut Session,
        marks: Vec<oneshot::Sender<MarkReply>>,
        junk: &mut Junk,
        dates: &mut Dates,
    ) -> Result<Standing, MailError> {
        let looked = session.examine(&self.mailbox.folder_on_the_wire());
        if marks.is_empty() {
            return looked;
        }
        match looked.and_then(|standing| Ok((standing, self.cursor(session, standing, junk, dates)?))) {
            Ok((standing, cursor)) => {
                for mark in marks {
                    let _ = mark.send(Ok(cursor.clone()));
                }
                *dates = Dates::default();
                Ok(standing)
            }
            Err(error) => {
                self.roster.put_marks_back(marks);
                Err(error)
            }
        }
    }

    fn cursor(
        &self,
        session: &mut Session,
        standing: Standing,
        junk: &mut Junk,
        dates: &mut Dates,
    ) -> Result<Cursor, MailError> {
        let ours = self.clock.now();
        let newest = if standing.exists == 0 { None } else { dates.newest(session)? };
        let ahead = newest.filter(|arrived| *arrived <= ours.plus(CLOCK_AHEAD));
        let server_time = Some(ahead.map_or(ours, |arrived| arrived.max(ours)));
        let junk = self.mark_junk(session, junk)?;
        Ok(Cursor { uid_validity: standing.uid_validity, uid_next: standing.uid_next, server_time, junk })
    }
}

impl Dates {
    /// When the newest message arrived, if the server can say so: no mark depends on it.
    fn newest(&mut self, session: &mut Session) -> Result<Option<Timestamp>, MailError> {
        if self.broken {
            return Ok(None);
        }
        let newest = session.newest_arrival();
        self.broken = newest.as_ref().is_err_and(|error| error.kind == MailErrorKind::Protocol);
        newest
    }
}
