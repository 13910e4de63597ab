//! What an account makes: keys, members of its team, images.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::sandbox::state::stored::moment;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApiKey {
    pub id: u64,
    pub account: u64,
    pub name: String,
    pub notes: Option<String>,
    pub fingerprint: String,
    /// The key as lists show it.
    pub masked: String,
    #[serde(with = "moment")]
    pub created_at: Timestamp,
    pub deleted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberStatus {
    Pending,
    Accepted,
    Removed,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Member {
    pub id: u64,
    /// The account whose team it is.
    pub account: u64,
    /// UUID of the invite.
    pub invite: String,
    pub email: String,
    pub role: String,
    pub permissions: Vec<String>,
    pub status: MemberStatus,
    #[serde(with = "moment")]
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Image {
    pub id: u64,
    pub account: u64,
    pub model: String,
    /// Stem of the file names.
    pub file: String,
    pub samples: u64,
    pub width: u64,
    pub height: u64,
    /// Fetches that have seen it `processing`.
    pub polls: u32,
    pub finished: bool,
    /// Whether it was asked for as base64.
    #[serde(default)]
    pub base64: bool,
    /// Whether it was asked for at version 7 of the API.
    #[serde(default)]
    pub v7: bool,
    #[serde(with = "moment")]
    pub created_at: Timestamp,
}
