//! By whom the service counts.

use std::sync::Arc;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::modelslab::catalogue::Credential;

/// What is counted together. The address that the service sees is one and the same for this process.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::modelslab) struct Key {
    pub origin: Arc<str>,
    pub class: &'static str,
    pub subject: Subject,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::modelslab) enum Subject {
    /// A code alone does not say whose it is: all of them count together.
    Unknown,
    Email(String),
    /// A token's digest. The service counts by user, so that two tokens of one user are told apart here and not there.
    Holder([u8; 32]),
}

impl Subject {
    pub fn of(shows: Credential, credential: Option<&str>, arguments: &Map<String, Value>) -> Self {
        match (shows, credential) {
            (Credential::Bearer | Credential::Key, Some(secret)) => {
                Self::Holder(Sha256::digest(secret.as_bytes()).into())
            }
            _ => match arguments.get("email").and_then(Value::as_str) {
                Some(email) => Self::Email(email.trim().to_lowercase()),
                None => Self::Unknown,
            },
        }
    }
}
