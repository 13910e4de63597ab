//! What a waiter wants, made ready for many comparisons.

use std::time::{Duration, Instant};

use super::place::Place;
use crate::clock::Timestamp;
use crate::mail::filter::Filter;
use crate::mail::query::Query;

/// The clocks of server and client may differ by this much where only time tells old messages from new ones.
const CLOCK_ALLOWANCE: Duration = Duration::from_secs(120);
/// A message that says it was written this long before the wait's beginning was sent for another reason, and came late.
const WRITING_ALLOWANCE: Duration = Duration::from_secs(600);

pub(in crate::mail) struct Wanted {
    pub query: Query,
    pub filter: Filter,
    /// Of a wait that may look there.
    pub junk: Option<JunkWanted>,
}

/// When a wait looks into the folder for junk, and since when messages count there.
#[derive(Debug, Clone, Copy)]
pub(in crate::mail) struct JunkWanted {
    pub due: Instant,
    pub since: Timestamp,
}

impl JunkWanted {
    /// For a wait that began at `now`. A cursor's position is one in the inbox, but its time is as good here.
    pub fn new(query: &Query, now: Timestamp, due: Instant) -> Option<Self> {
        query.junk.then_some(Self { due, since: began(query).unwrap_or(now) })
    }
}

impl Wanted {
    pub fn new(query: Query, junk: Option<JunkWanted>) -> Self {
        Self { filter: Filter::new(&query), junk, query }
    }

    /// The arrival before which messages do not count, where UIDs cannot tell: without a cursor, with one of a folder that was
    /// rebuilt since, and among junk.
    pub(super) fn earliest(&self, place: Place, uid_validity: u32) -> Option<Timestamp> {
        if self.first_uid(place, uid_validity).is_some() {
            return None;
        }
        let time = match (place, &self.query.after) {
            // A position was noted, but not there.
            (Place::Junk, Some(_)) => return self.junk.map(|junk| whole_second(junk.since)),
            (Place::Junk, None) => self.junk.map(|junk| junk.since),
            (Place::Inbox, Some(cursor)) => cursor.server_time.or(self.query.since).or(Some(Timestamp::default())),
            (Place::Inbox, None) => self.query.since,
        };
        time.map(|time| Timestamp::from_millis(time.as_millis().saturating_sub(CLOCK_ALLOWANCE.as_millis() as i64)))
    }

    /// The UID at which the messages begin that came later than the position that was noted, as long as the folder is the same.
    pub(super) fn first_uid(&self, place: Place, uid_validity: u32) -> Option<u32> {
        let cursor = self.query.after.as_ref()?;
        let (validity, first) = match place {
            Place::Inbox => (cursor.uid_validity, cursor.uid_next),
            Place::Junk => cursor.junk.map(|junk| (junk.uid_validity, junk.uid_next))?,
        };
        (validity == uid_validity).then_some(first)
    }

    /// Whether a message was written long before what is waited for was asked for.
    pub(super) fn is_stale(&self, written_at: Option<Timestamp>) -> bool {
        match (began(&self.query), written_at) {
            (Some(began), Some(written)) => began.since(written) > WRITING_ALLOWANCE,
            _ => false,
        }
    }
}

/// When what is waited for was asked for, if that is known.
fn began(query: &Query) -> Option<Timestamp> {
    query.after.as_ref().and_then(|cursor| cursor.server_time).or(query.since)
}

/// Servers tell arrivals to the second.
fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_millis(time.as_millis() - time.as_millis().rem_euclid(1000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Cursor, Extract, JunkCursor};

    #[test]
    fn a_message_that_was_written_long_before_the_wait_is_stale() {
        let began = Timestamp::from_millis(3_600_000);
        let after = Some(Cursor { uid_validity: 1, uid_next: 1, server_time: Some(began), junk: None });
        let wanted = Wanted::new(Query { after, ..Query::new("a@b.test", Extract::Code) }, None);
        let written = |minutes: i64| Some(Timestamp::from_millis(3_600_000 - minutes * 60_000));
        assert!(wanted.is_stale(written(60)));
        assert!(!wanted.is_stale(written(9)), "clocks differ");
        assert!(!wanted.is_stale(written(-60)));
        assert!(!wanted.is_stale(None));
    }

    #[test]
    fn among_junk_only_the_time_since_the_wait_began_counts() {
        let (now, due) = (Timestamp::from_millis(7_200_000), Instant::now());
        let marked = Some(Timestamp::from_millis(3_600_000));
        let query =
            |after: Option<Cursor>, since| Query { after, since, junk: true, ..Query::new("a@b.test", Extract::Code) };
        let cursor = Cursor { uid_validity: 1, uid_next: 9, server_time: marked, junk: None };
        for (query, began) in [
            (query(None, None), Some(now)),
            (query(None, marked), marked),
            (query(Some(cursor.clone()), None), marked),
            (query(Some(Cursor { server_time: None, ..cursor }), None), Some(now)),
            (Query { junk: false, ..query(None, marked) }, None),
        ] {
            let wanted = Wanted::new(query.clone(), JunkWanted::new(&query, now, due));
            // Beside a position that was noted, clocks are taken at their word: an old code is worse than none.
            let allowance = if wanted.query.after.is_some() { 0 } else { 120_000 };
            let allowed = began.map(|began| Timestamp::from_millis(began.as_millis() - allowance));
            assert_eq!(wanted.earliest(Place::Junk, 1), allowed);
        }
        let junk = Some(JunkCursor { uid_validity: 5, uid_next: 3 });
        let noted = query(Some(Cursor { uid_validity: 1, uid_next: 9, server_time: marked, junk }), None);
        let wanted = Wanted::new(noted.clone(), JunkWanted::new(&noted, now, due));
        assert_eq!((wanted.earliest(Place::Junk, 5), wanted.first_uid(Place::Junk, 5)), (None, Some(3)));
        assert_eq!((wanted.earliest(Place::Junk, 6), wanted.first_uid(Place::Junk, 6)), (marked, None), "rebuilt");
    }
}
