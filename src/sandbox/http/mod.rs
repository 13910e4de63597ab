//! The HTTP side: connections, the way of a request, answers.

mod answer;
mod check;
mod connection;
mod control;
mod front;
mod guard;
mod incoming;
mod mcp;
mod once;
mod values;
mod work;

pub use answer::{Answer, Body, PNG_AS_BASE64, Refusal};
pub use check::{Check, is_email};
pub use connection::{Hangups, Listening, Peer};
pub use front::router;
