//! Mail on its way, and what the ledger lists beside the records.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::sandbox::state::stored::{bytes, moment};

/// A mail that is not delivered yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outgoing {
    pub id: u64,
    pub from: String,
    pub to: String,
    #[serde(with = "moment")]
    pub due: Timestamp,
    #[serde(with = "bytes")]
    pub raw: Arc<[u8]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailFate {
    Sent,
    Late,
    Lost,
}

/// A mail as the ledger lists it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailNote {
    #[serde(with = "moment")]
    pub at: Timestamp,
    pub account: String,
    pub to: String,
    pub kind: String,
    pub fate: MailFate,
}

/// A request as the ledger lists it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestNote {
    #[serde(with = "moment")]
    pub at: Timestamp,
    pub method: String,
    /// The route's template, never the path: that may hold a code.
    pub route: String,
    /// What the client was answered; `None` when the connection was dropped.
    pub status: Option<u16>,
    pub account: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
    /// Tool and action, if it came by MCP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
}
