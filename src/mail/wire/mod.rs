//! IMAP on the wire: the only place that knows the `imap` crate.
//!
//! The crate by itself trusts the server: it reads what it is sent, as long as it is sent. Here every command has an absolute
//! deadline and a byte budget, kept below TLS ([`socket`]), and every reply a bounded shape ([`shape`]). IDLE is ended from
//! our side of the transport ([`guard`]), so that a timer, another thread or news can end it, and a refusal is an answer.
//! The crate's `debug` switch prints passwords and stays off.

mod append;
mod connect;
mod fetch;
mod guard;
mod header;
mod link;
mod listing;
mod login;
mod quoting;
mod session;
mod shape;
mod socket;
mod starttls;
mod waker;

pub use append::Fate;
pub(super) use connect::Connector;
pub(super) use fetch::{Arrivals, BATCH, RawSummary};
pub(super) use link::MATTERS;
pub(super) use listing::Listed;
pub(super) use session::{Idled, Session, Standing};
pub(super) use waker::{Sleeper, Waker, waker};
