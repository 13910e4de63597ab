//! What the control plane answers with, read liberally: what a source does not promise is optional.

use serde_json::Value;

use super::ApiError;
use crate::clock::Timestamp;
use crate::secret::Secret;

fn text(data: &Value, name: &str) -> Option<String> {
    data.get(name)?.as_str().map(str::to_owned)
}

fn secret(data: &Value, name: &str) -> Option<Secret<String>> {
    text(data, name).filter(|value| !value.is_empty()).map(Secret::new)
}

/// Ids are integers in most places and strings in some; they are only ever handed back.
fn id(data: &Value) -> Option<String> {
    match data.get("id")? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// The answer to signup. Sources disagree whether a token comes with it; nothing may depend on one.
#[derive(Debug, Clone)]
pub struct Signup {
    pub access_token: Option<Secret<String>>,
}

impl Signup {
    pub(super) fn read(data: &Value) -> Self {
        Self { access_token: secret(data, "access_token") }
    }
}

/// The answer to login and verify.
#[derive(Debug, Clone)]
pub struct Session {
    pub access_token: Secret<String>,
    /// ISO 8601; absent for a token that does not expire.
    pub expires_at: Option<String>,
    /// The account that the token belongs to, where the answer says so.
    pub email: Option<String>,
    /// The account's default key, or nothing.
    pub api_key: Option<Secret<String>>,
}

impl Session {
    pub(super) fn read(data: &Value) -> Result<Self, ApiError> {
        let access_token = secret(data, "access_token").or_else(|| secret(data, "token"));
        Ok(Self {
            access_token: access_token.ok_or_else(|| ApiError::garbled(200, "has no access_token"))?,
            expires_at: text(data, "expires_at"),
            email: data.get("user").and_then(|user| text(user, "email")),
            api_key: secret(data, "api_key"),
        })
    }
}

/// `GET /me`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub email: String,
    pub name: Option<String>,
}

impl Profile {
    pub(super) fn read(data: &Value) -> Result<Self, ApiError> {
        let email = text(data, "email").or_else(|| data.get("user").and_then(|user| text(user, "email")));
        Ok(Self { email: email.ok_or_else(|| ApiError::garbled(200, "has no email"))?, name: text(data, "name") })
    }
}

/// One API key. `key` is whole in the answer to its creation and must not be relied on anywhere else.
#[derive(Debug, Clone)]
pub struct ApiKey {
    pub id: String,
    pub name: String,
    pub key: Option<Secret<String>>,
    pub notes: Option<String>,
}

impl ApiKey {
    pub(super) fn read(data: &Value) -> Result<Self, ApiError> {
        Ok(Self {
            id: id(data).ok_or_else(|| ApiError::garbled(200, "has an API key without an id"))?,
            name: text(data, "name").unwrap_or_default(),
            key: secret(data, "key"),
            notes: text(data, "notes"),
        })
    }
}

/// A team member or a pending invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub id: Option<String>,
    pub email: String,
    /// Such as `pending`.
    pub status: Option<String>,
    /// When the invitation was made, by the service's clock.
    pub created_at: Option<Timestamp>,
}

impl Member {
    pub(super) fn read(data: &Value) -> Option<Self> {
        let email = text(data, "email").or_else(|| data.get("user").and_then(|user| text(user, "email")))?;
        let status = text(data, "status").or_else(|| text(data, "invite_status"));
        let created_at = text(data, "created_at").and_then(|at| Timestamp::parse(&at));
        Some(Self { id: id(data), email, status, created_at })
    }
}
