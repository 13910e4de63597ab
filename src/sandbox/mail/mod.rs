//! The mail the service sends: how it is written, and how it gets to the inbox or to another server.

mod compose;
mod courier;
mod encoding;
mod forward;
pub mod header;
mod language;
mod languages;
mod letter;
mod lmtp;
mod page;
mod post;

pub use courier::carry;
pub use encoding::encoded_words;
pub use letter::{Letter, LetterKind};
pub use post::{Mailer, Post};
