//! The mail over IMAP4rev1 (RFC 3501), with IDLE, UIDPLUS, MOVE and a few more. `imap-next` reads and writes the protocol;
//! what the commands mean is here.

mod capability;
mod command;
mod copy;
mod extended;
mod fetch;
mod flags;
mod folders;
mod login;
mod mime;
mod search;
mod selected;
mod session;
mod view;

pub use session::listen;
