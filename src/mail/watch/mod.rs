//! One connection a mailbox, on a thread of its own, for any number of waiters.
//!
//! [`Roster`] is what waiters and the thread share, [`Folder`] what the thread knows of a folder, [`Watcher`] the thread.
//! Which message is whose is decided over values, in `choice`; `judge` hands it what was fetched.

mod bodies;
mod choice;
mod claims;
mod doubts;
mod folder;
mod judge;
mod junk;
mod known;
mod limits;
mod logins;
mod mark;
mod place;
mod progress;
mod reconnect;
mod roster;
mod spacing;
mod tally;
mod wanted;
mod watcher;

#[cfg(test)]
mod tests;

pub(super) use claims::Claims;
pub(super) use junk::named as junk_among;
pub use limits::Limits;
pub(super) use logins::Logins;
pub(super) use place::Place;
pub(super) use roster::{Enrolled, Roster};
pub(super) use tally::{Own, Tally};
pub(super) use wanted::{JunkWanted, Wanted};
pub(super) use watcher::Watcher;
