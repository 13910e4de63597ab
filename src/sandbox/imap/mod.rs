//! The inbox over IMAP4rev1 (RFC 3501), with IDLE and UIDPLUS. `imap-next` reads and writes the protocol; what the
//! commands mean is here.

mod command;
mod fetch;
mod flags;
mod header;
mod search;
mod selected;
mod session;
mod view;

pub use session::listen;
