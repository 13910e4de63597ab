//! Accounts, and what lets somebody into one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::sandbox::password::PasswordHash;
use crate::sandbox::state::stored::{moment, optional_moment};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    pub id: u64,
    pub email: String,
    pub name: String,
    pub username: String,
    pub password: PasswordHash,
    #[serde(with = "moment")]
    pub created_at: Timestamp,
    #[serde(with = "optional_moment")]
    pub verified_at: Option<Timestamp>,
    /// Fingerprint of the code that verified it.
    pub verified_by: Option<String>,
    #[serde(default)]
    pub profile: Profile,
}

/// What an account says of itself, and how it wants things.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Profile {
    pub about_me: Option<String>,
    /// By network.
    pub socials: BTreeMap<String, String>,
    pub nsfw_content: bool,
    pub wallet_notification_enabled: bool,
    pub wallet_notification_threshold_cents: Option<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessToken {
    pub id: u64,
    pub account: u64,
    /// The device it was issued to.
    pub name: String,
    pub expiry: String,
    pub fingerprint: String,
    pub scopes: Vec<String>,
    #[serde(with = "moment")]
    pub created_at: Timestamp,
    /// `None` for a token that never expires.
    #[serde(with = "optional_moment")]
    pub expires_at: Option<Timestamp>,
    pub revoked: bool,
    /// The member that uses it, if it was got by switching to the account of a team.
    #[serde(default)]
    pub member: Option<u64>,
}

/// A secret that was mailed to an account: to verify it, or to reset its password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Code {
    pub account: u64,
    pub fingerprint: String,
    #[serde(with = "moment")]
    pub expires_at: Timestamp,
}
