//! The account of the caller.

use serde_json::json;

use super::Exchange;
use crate::sandbox::http::{Answer, Refusal};

/// `GET /me`
pub fn me(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?;
    let profile = json!({
        "id": account.id,
        "name": account.name,
        "username": account.username,
        "email": account.email,
        "verified": account.verified_at.is_some(),
        "about_me": null,
        "wallet_balance": 0,
        "wallet": { "balance": 0, "currency": "USD" },
        "preferences": { "nsfw_content": false, "wallet_notification_enabled": false },
        "created_at": account.created_at.to_string(),
    });
    Ok(x.answer(200, profile))
}
