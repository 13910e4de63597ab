//! What a token does with itself: ends, is replaced, or is exchanged for one of a team's account.

use serde_json::json;

use super::tokens::{self, TokenWish, issue};
use super::{Exchange, scopes};
use crate::sandbox::http::{Answer, Refusal};
use crate::sandbox::state::{Account, Event, MemberStatus};

/// `POST /auth/logout`
pub fn logout(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let tokens = vec![x.token()?.id];
    x.emit(Event::TokensRevoked { tokens });
    Ok(x.message("Logged out."))
}

/// `POST /auth/logout-all`
pub fn logout_all(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let tokens = tokens::own(x)?.map(|token| token.id).collect();
    x.emit(Event::TokensRevoked { tokens });
    Ok(x.message("Logged out everywhere."))
}

/// `POST /auth/refresh`: a token with the same scopes for the one shown, which ends.
pub fn refresh(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let old = x.token()?;
    let mut check = x.check();
    let wish = TokenWish::read(&mut check, &old.name);
    check.done()?;
    x.emit(Event::TokensRevoked { tokens: vec![old.id] });
    let wish = TokenWish { scopes: old.scopes.clone(), member: old.member, ..wish };
    let mut data = issue(x, old.account, wish);
    data["message"] = json!("Token refreshed.");
    Ok(x.answer(200, data))
}

/// `POST /auth/switch-account`: a token for the account of a team that the caller has joined, or back for the caller's own.
pub fn switch_account(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let held = x.token()?;
    let mut check = x.check();
    let username = check.text("account_username", 0, 255);
    let wish = TokenWish::read(&mut check, &held.name);
    check.done()?;
    let (account, member) = destination(x, username)?;
    let scopes = if x.input.contains_key("scopes") { wish.scopes } else { held.scopes.clone() };
    if let Some(missing) = scopes.iter().find(|scope| !scopes::grants(held, scope)) {
        return Err(scopes::insufficient(held, missing));
    }
    let told = scopes.clone();
    let mut data = issue(x, account, TokenWish { scopes, member, device: wish.device, expiry: wish.expiry });
    data["scopes"] = json!(told);
    Ok(x.answer(200, data))
}

/// Whose account is called `username`, and as which member the caller may use it. The refusal does not tell whether there
/// is such an account.
fn destination(x: &Exchange<'_>, username: &str) -> Result<(u64, Option<u64>), Refusal> {
    let caller = person(x)?;
    if caller.username == username {
        return Ok((caller.id, None));
    }
    let joined = x.state.members.values().filter(|m| m.status == MemberStatus::Accepted && m.email == caller.email);
    let named = |account: u64| x.state.accounts.get(&account).is_some_and(|account| account.username == username);
    let found = joined.into_iter().find(|member| named(member.account));
    let refused = || Refusal::coded(403, "access_denied", "You are not a member of this account.");
    found.map(|member| (member.account, Some(member.id))).ok_or_else(refused)
}

/// The person behind the token, who may be a member of the team whose account it is for.
fn person<'a>(x: &Exchange<'a>) -> Result<&'a Account, Refusal> {
    match x.token()?.member.and_then(|member| x.state.members.get(&member)) {
        Some(member) => x.state.account_by_email(&member.email).ok_or(Refusal::UNAUTHENTICATED),
        None => x.account(),
    }
}
