//! What a token may do.

use serde_json::json;

use super::Exchange;
use crate::sandbox::http::{Answer, Refusal};
use crate::sandbox::state::AccessToken;

pub const ALL: &str = "*";
const NAMED: [&str; 17] = [
    "profile:read",
    "profile:write",
    "tokens:read",
    "tokens:write",
    "api-keys:read",
    "api-keys:write",
    "usage:read",
    "models:read",
    "files:write",
    "billing:read",
    "billing:write",
    "wallet:read",
    "wallet:write",
    "subscriptions:read",
    "subscriptions:write",
    "teams:read",
    "teams:write",
];

pub fn is_known(scope: &str) -> bool {
    scope == ALL || NAMED.contains(&scope)
}

pub fn all() -> Vec<&'static str> {
    std::iter::once(ALL).chain(NAMED).collect()
}

/// `GET /auth/scopes`
pub fn list(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    Ok(x.answer(200, json!(all())))
}

/// Whether `token` may do what `scope` names.
pub fn grants(token: &AccessToken, scope: &str) -> bool {
    token.scopes.iter().any(|held| held == ALL || held == scope)
}

/// Refuses a token that lacks `required`.
pub fn require(token: &AccessToken, required: &str) -> Result<(), Refusal> {
    if grants(token, required) { Ok(()) } else { Err(insufficient(token, required)) }
}

pub fn insufficient(token: &AccessToken, required: &str) -> Refusal {
    Refusal::Coded {
        status: 403,
        code: "insufficient_scope",
        message: "The access token does not have the required scope.",
        details: json!({ "required_scope": required, "granted_scopes": token.scopes }),
    }
}
