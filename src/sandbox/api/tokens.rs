//! Access tokens: issued, listed, revoked.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Exchange, scopes};
use crate::clock::Timestamp;
use crate::sandbox::http::{Answer, Check, Refusal};
use crate::sandbox::seed::fingerprint;
use crate::sandbox::state::{AccessToken, Account, Event, State};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The lifetimes that can be asked for; the first is the default.
const EXPIRIES: [&str; 4] = ["1_month", "1_week", "3_months", "never"];

/// How a client wants its token.
pub struct TokenWish {
    pub device: String,
    pub expiry: &'static str,
    pub scopes: Vec<String>,
    /// The member that switches to the account of its team.
    pub member: Option<u64>,
}

impl TokenWish {
    /// Reads `device_name`, `token_expiry` and `scopes`.
    pub fn read(check: &mut Check<'_>, device: &str) -> Self {
        let device = check.optional_text("device_name", 0, 255).unwrap_or(device).to_owned();
        let expiry = check.one_of("token_expiry", &EXPIRIES);
        let scopes = check.texts("scopes", scopes::is_known).unwrap_or_else(|| vec![scopes::ALL.to_owned()]);
        Self { device, expiry, scopes, member: None }
    }

    /// The token that verify-email gives.
    pub fn standard() -> Self {
        let (device, scopes) = ("agent-control-plane".into(), vec![scopes::ALL.to_owned()]);
        Self { device, expiry: EXPIRIES[0], scopes, member: None }
    }

    fn lifetime(&self) -> Option<Duration> {
        match self.expiry {
            "1_week" => Some(7 * DAY),
            "1_month" => Some(30 * DAY),
            "3_months" => Some(90 * DAY),
            _ => None,
        }
    }
}

/// Issues a token for account `account` and describes it. The token reads `ID|SECRET`, as Sanctum's.
pub fn issue(x: &mut Exchange<'_>, account: u64, wish: TokenWish) -> Value {
    let (id, secret) = (x.next_id(), x.draw("access token", 40));
    let expires_at = wish.lifetime().map(|lifetime| x.now.plus(lifetime));
    let token = AccessToken {
        id,
        account,
        name: wish.device,
        expiry: wish.expiry.into(),
        fingerprint: fingerprint(&secret),
        scopes: wish.scopes,
        created_at: x.now,
        expires_at,
        revoked: false,
        member: wish.member,
    };
    x.emit(Event::TokenIssued { token });
    json!({
        "access_token": format!("{id}|{secret}"),
        "token_type": "Bearer",
        "token_expiry": wish.expiry,
        "expires_at": expires_at.map(|at| at.to_string()),
    })
}

/// The same, as login and verify-email tell it.
pub fn welcome(x: &mut Exchange<'_>, account: &Account, verified: bool, wish: TokenWish) -> Value {
    let scopes = wish.scopes.clone();
    let mut data = issue(x, account.id, wish);
    data["scopes"] = json!(scopes);
    data["user"] = user(account, verified);
    data["api_key"] = Value::Null;
    data
}

pub fn user(account: &Account, verified: bool) -> Value {
    json!({
        "id": account.id, "name": account.name, "email": account.email, "username": account.username,
        "verified": verified,
    })
}

/// The token that `bearer` shows, if it is good at `now`.
pub fn find<'a>(state: &'a State, bearer: &str, now: Timestamp) -> Option<&'a AccessToken> {
    let (id, secret) = bearer.split_once('|')?;
    let token = state.tokens.get(&id.parse().ok()?)?;
    let alive = !token.revoked && token.expires_at.is_none_or(|expires| expires > now);
    (alive && token.fingerprint == fingerprint(secret)).then_some(token)
}

/// The tokens that the caller sees: a member sees its own, the account itself those of its members too.
pub fn own<'a>(x: &Exchange<'a>) -> Result<impl Iterator<Item = &'a AccessToken> + use<'a>, Refusal> {
    let (account, now) = (x.account()?.id, x.now);
    let member = x.token()?.member;
    let seen = move |token: &&AccessToken| token.account == account && (member.is_none() || token.member == member);
    let alive = move |token: &&AccessToken| !token.revoked && token.expires_at.is_none_or(|expires| expires > now);
    Ok(x.state.tokens.values().filter(seen).filter(alive))
}

/// `GET /auth/tokens`
pub fn list(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let item = |t: &AccessToken| json!({ "id": t.id, "name": t.name, "last_used_at": null, "created_at": t.created_at.to_string() });
    let items: Vec<Value> = own(x)?.map(item).collect();
    Ok(x.answer(200, items.into()))
}

/// `DELETE /auth/tokens/{id}`
pub fn revoke(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let id = own(x)?.map(|token| token.id).find(|id| id.to_string() == x.path_id).ok_or_else(Refusal::not_found)?;
    x.emit(Event::TokensRevoked { tokens: vec![id] });
    Ok(x.message("Token revoked."))
}

/// `POST /auth/tokens/revoke-others`
pub fn revoke_others(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mine = x.token()?.id;
    let tokens = own(x)?.map(|token| token.id).filter(|id| *id != mine).collect();
    x.emit(Event::TokensRevoked { tokens });
    Ok(x.message("Other tokens revoked."))
}
