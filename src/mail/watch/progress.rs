//! How far those who wait have looked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::place::Place;
use super::tally::Tally;
use super::wanted::Wanted;

/// One who waits for a message, as the thread sees it for one round.
pub(super) struct Turn {
    pub id: u64,
    pub wanted: Arc<Wanted>,
    pub began: Instant,
    pub progress: Progress,
}

/// How far a waiter has looked.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress {
    pub inbox: Reach,
    pub junk: Reach,
    /// When the folder for junk was last looked for.
    pub junk_looked: Option<Instant>,
    /// How often messages had been given back when the thread began to look.
    pub releases: u64,
}

/// How far a waiter has looked in one folder. Begins anew when the folder is rebuilt.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach {
    /// Zero before the first look.
    pub uid_validity: u32,
    /// Where it begins, once that is known.
    pub first: Option<u32>,
    /// Every message up to this UID was judged.
    pub judged: u32,
    pub tally: Tally,
}

impl Progress {
    pub fn reach(&mut self, place: Place) -> &mut Reach {
        match place {
            Place::Inbox => &mut self.inbox,
            Place::Junk => &mut self.junk,
        }
    }

    /// What was passed over is looked at again.
    pub fn look_again(&mut self) {
        (self.inbox.judged, self.junk.judged) = (0, 0);
    }
}

impl Reach {
    /// The UID at which the messages begin that were not judged.
    pub fn unseen(&self) -> u32 {
        self.first.unwrap_or(1).max(self.judged.saturating_add(1))
    }

    /// Begins at `first`.
    pub fn begin(uid_validity: u32, first: u32) -> Self {
        Self { uid_validity, first: Some(first), ..Self::default() }
    }
}

impl Turn {
    /// When the folder for junk is to be looked into; `None` if it is not.
    pub fn junk_due(&self, interval: Duration) -> Option<Instant> {
        let due = self.wanted.junk.as_ref()?.due;
        Some(self.progress.junk_looked.map_or(due, |looked| due.max(looked + interval)))
    }
}
