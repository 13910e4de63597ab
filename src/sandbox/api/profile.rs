//! The account of the caller.

use serde_json::{Value, json};

use super::Exchange;
use super::auth::new_password;
use super::money::{dollars, wallet};
use crate::sandbox::http::{Answer, Refusal};
use crate::sandbox::password::PasswordHash;
use crate::sandbox::state::{Account, Event, State};

const NETWORKS: [&str; 5] = ["facebook", "github", "twitter", "instagram", "discord"];
/// In cents.
const MAX_THRESHOLD: u64 = 1_000_000;

fn shown(state: &State, account: &Account) -> Value {
    let profile = &account.profile;
    let threshold = profile.wallet_notification_threshold_cents;
    let link = |network: &str| profile.socials.get(network).map_or(Value::Null, |link| json!(link));
    json!({
        "id": account.id,
        "name": account.name,
        "username": account.username,
        "email": account.email,
        "verified": account.verified_at.is_some(),
        "about_me": profile.about_me,
        "wallet_balance": dollars(state.books.balance(account.id)),
        "wallet": wallet(state, account.id),
        "socials": NETWORKS.map(|network| (network.to_owned(), link(network))).into_iter().collect::<Value>(),
        "preferences": {
            "nsfw_content": profile.nsfw_content,
            "wallet_notification_enabled": profile.wallet_notification_enabled,
            "wallet_notification_threshold": threshold.map(dollars),
        },
        "created_at": account.created_at.to_string(),
    })
}

fn changed(x: &mut Exchange<'_>, account: Account) -> Result<Answer, Refusal> {
    let data = shown(x.state, &account);
    x.emit(Event::AccountChanged { account });
    Ok(x.answer(200, data))
}

/// `GET /me`
pub fn me(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?;
    Ok(x.answer(200, shown(x.state, account)))
}

/// `PATCH /me`: what is not named stays as it is.
pub fn update(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut account = x.account()?.clone();
    let mut check = x.check();
    if let Some(name) = check.optional_text("name", 0, 255) {
        account.name = name.to_owned();
    }
    if let Some(username) = check.optional_text("username", 3, 50) {
        if x.state.accounts.values().any(|other| other.id != account.id && other.username == username) {
            check.refuse("username", "The username has already been taken.".into());
        }
        account.username = username.to_owned();
    }
    if x.input.contains_key("about_me") {
        account.profile.about_me = check.optional_text("about_me", 0, 1_000).map(str::to_owned);
    }
    check.done()?;
    changed(x, account)
}

/// `PATCH /me/password`: access tokens stay good.
pub fn update_password(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?;
    let mut check = x.check();
    let current = check.text("current_password", 0, 255);
    let password = new_password(&mut check, true);
    if !current.is_empty() && !account.password.matches(current) {
        check.refuse("current_password", "The password is incorrect.".into());
    }
    check.done()?;
    let password = PasswordHash::new(password, x.draw("salt", 22));
    x.emit(Event::AccountChanged { account: Account { password, ..account.clone() } });
    Ok(x.message("Password updated."))
}

/// `PATCH /me/socials`: an empty value takes a link away.
pub fn update_socials(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut account = x.account()?.clone();
    let mut check = x.check();
    for network in NETWORKS.into_iter().filter(|network| x.input.contains_key(*network)) {
        match check.optional_text(network, 0, 255) {
            Some(link) => drop(account.profile.socials.insert(network.to_owned(), link.to_owned())),
            None => drop(account.profile.socials.remove(network)),
        }
    }
    check.done()?;
    changed(x, account)
}

/// `PATCH /me/preferences`
pub fn update_preferences(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut account = x.account()?.clone();
    let mut check = x.check();
    let profile = &mut account.profile;
    profile.nsfw_content = check.boolean("nsfw_content").unwrap_or(profile.nsfw_content);
    let notify = check.boolean("wallet_notification_enabled");
    profile.wallet_notification_enabled = notify.unwrap_or(profile.wallet_notification_enabled);
    if let Some(cents) = check.cents("wallet_notification_threshold", 0..=MAX_THRESHOLD) {
        profile.wallet_notification_threshold_cents = Some(cents);
    }
    check.done()?;
    changed(x, account)
}
