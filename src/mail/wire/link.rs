//! What a connection is like.

use std::net::SocketAddr;

use imap_proto::Capability;

use super::connect::failed;
use super::session::{REPLY_BYTES, Session};
use crate::mail::error::MailError;

/// How a session came about.
#[derive(Debug, Clone, Copy)]
pub(in crate::mail) struct Link {
    pub address: Option<SocketAddr>,
    /// `None` without TLS.
    pub tls: Option<&'static str>,
    /// The SASL mechanism, or LOGIN.
    pub login: &'static str,
}

/// The extensions that make a difference to us.
pub(in crate::mail) const MATTERS: [&str; 5] = ["IDLE", "UIDPLUS", "SPECIAL-USE", "NAMESPACE", "ID"];

impl Session {
    /// Which of [`MATTERS`] the server has.
    pub fn capabilities(&mut self) -> Result<[bool; MATTERS.len()], MailError> {
        self.begin(REPLY_BYTES);
        let can = self.session.capabilities().map_err(|error| failed("tell its capabilities", error))?;
        let has = |name: &str| {
            can.iter().any(|one| matches!(one, Capability::Atom(known) if known.eq_ignore_ascii_case(name)))
        };
        Ok(MATTERS.map(has))
    }
}
