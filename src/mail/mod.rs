//! Mail that arrives: where an inbox stands ([`Mail::mark`]) and the message that comes after ([`Mail::wait`]).
//!
//! - [`Mailbox`] is the parsed URL, [`Tokens`] gives the token that it may lack, [`Cursor`] is a position in its folder, [`Query`]
//!   says which message is meant and what to take from it ([`Extract`]), [`Found`] is what was taken.
//! - `watch` keeps one connection a mailbox, on a thread of its own, for any number of waiters.
//! - `wire` is the only place that knows the `imap` crate: transport with deadlines and budgets, login, commands.
//! - `filter` compares header fields; what a wait saw that ended without a message is an [`Unmet`].
//! - `message` reads headers and bodies, `extract` finds code or link in them. Both are pure; [`Extract::explain`] is all of it
//!   for a message that lies there as bytes.
//!
//! Mailboxes are opened read-only (EXAMINE, BODY.PEEK): nothing is marked, moved or deleted. [`Mail::inspect`] puts a message of its
//! own there and takes it out again, if it is told to. All text from mail is inert.

mod address;
mod cursor;
mod error;
mod extract;
mod filter;
mod inspect;
mod mailbox;
mod message;
mod query;
mod service;
mod tokens;
mod unmet;
mod watch;
mod wire;

#[cfg(test)]
mod tests;

pub use cursor::{Cursor, JunkCursor};
pub use error::{MailError, MailErrorKind};
pub use extract::{
    Candidate, CodeRegex, CodeSelector, CodeShape, Explanation, Extract, InvalidExtract, LinkPattern, Pattern, Sign,
    Taken,
};
pub use inspect::{Arrival, Inspection, SUBJECT, Told};
pub use mailbox::{Auth, Mailbox, MailboxError, PROVIDERS, Provider, Security};
pub use query::{Found, Query, is_field_name, known_authserv_id};
pub use service::Mail;
pub use tokens::{Tokens, no_token_source};
pub use unmet::{Passed, Unmet};
pub use watch::Limits;
pub use wire::Fate;
