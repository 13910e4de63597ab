//! One connection a mailbox, on a thread of its own, for any number of waiters.
//!
//! [`Roster`] is what waiters and the thread share, [`Folder`] what the thread knows of the folder, [`Watcher`] the thread;
//! `judge` decides which message is whose.

mod folder;
mod judge;
mod limits;
mod logins;
mod reconnect;
mod roster;
mod tally;
mod watcher;

pub use limits::Limits;
pub(super) use logins::Logins;
pub(super) use roster::{Claims, Enrolled, Roster, Ticket};
pub(super) use watcher::Watcher;
