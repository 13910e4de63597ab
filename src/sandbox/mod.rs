//! The embedded service: ModelsLab's control plane, its generation route and an inbox, over real HTTP, IMAP and SMTP.
//!
//! It binds loopback only. Every effect is a list of `state` events, written to the journal before the answer leaves,
//! so an answer that was seen is still true after a kill. How a request goes through the house:
//!
//! `http::listener` (a connection that can be dropped on purpose) → `http::front` (faults, throttle, dispatch) →
//! `api` (one file per resource, each handler a function of the state) → `state::Core::commit` → `mail::courier`.
//!
//! Users' documentation: `docs/sandbox.md`.

mod accept;
mod api;
mod error;
mod faults;
mod forget;
mod http;
mod imap;
mod mail;
mod options;
mod password;
mod ports;
mod seed;
mod server;
mod service;
mod smtp;
mod state;
mod throttle;
mod tls;

#[cfg(test)]
mod tests;

pub use error::SandboxError;
pub use faults::{Effect, FaultKind, FaultRule, Faults, FaultsError, RetryAfter};
pub use forget::forget;
pub use options::{DeliverTo, MailStyle, Options, UnknownOption};
pub use server::{Ready, Sandbox};
pub use throttle::RateLimits;
