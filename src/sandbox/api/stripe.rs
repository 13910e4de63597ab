//! Stripe's own routes, as far as a card needs them. A number is looked at and forgotten: brand and last four digits stay.

use chrono::Datelike as _;
use serde_json::{Value, json};

use super::Exchange;
use super::cards::{Behaviour, by_last4, by_number, is_card_number};
use super::money::client_secret;
use crate::sandbox::http::{Answer, Refusal};
use crate::sandbox::state::{Card, Entry, Setup};

fn card_error(code: &str, decline_code: Option<&str>, param: Option<&str>, message: &str) -> Refusal {
    let mut error = json!({ "type": "card_error", "code": code, "message": message });
    if let Some(decline_code) = decline_code {
        error["decline_code"] = json!(decline_code);
    }
    if let Some(param) = param {
        error["param"] = json!(param);
    }
    Refusal::Stripe { status: 402, error }
}

fn bad_request(code: Option<&str>, param: &str, message: &str) -> Refusal {
    let mut error = json!({ "type": "invalid_request_error", "message": message, "param": param });
    if let Some(code) = code {
        error["code"] = json!(code);
    }
    Refusal::Stripe { status: 400, error }
}

fn field<'a>(x: &Exchange<'a>, name: &str) -> &'a str {
    x.input.get(name).and_then(Value::as_str).map(str::trim).unwrap_or_default()
}

/// Reads a card from the fields that begin with `prefix`: `card` or `payment_method_data[card]`.
fn card(x: &mut Exchange<'_>, kind: &str, prefix: &str) -> Result<Card, Refusal> {
    if field(x, kind) != "card" {
        return Err(bad_request(Some("parameter_missing"), kind, "Missing required param: type."));
    }
    let part = |name: &str| format!("{prefix}[{name}]");
    let number = field(x, &part("number")).replace([' ', '-'], "");
    if number.is_empty() {
        return Err(bad_request(Some("parameter_missing"), &part("number"), "Missing required param: card[number]."));
    }
    if !is_card_number(&number) {
        return Err(card_error("incorrect_number", None, Some("number"), "Your card number is incorrect."));
    }
    let (exp_month, exp_year) = date(x, field(x, &part("exp_month")), field(x, &part("exp_year")))?;
    let cvc = field(x, &part("cvc"));
    let is_code = (3..=4).contains(&cvc.len()) && cvc.bytes().all(|byte| byte.is_ascii_digit());
    if !(cvc.is_empty() || is_code) {
        return Err(card_error("invalid_cvc", None, Some("cvc"), "Your card's security code is invalid."));
    }
    let test = by_number(&number).ok_or_else(|| {
        let message = "Your card was declined. Your request was in test mode, but used a non test card.";
        card_error("card_declined", Some("test_mode_live_card"), None, message)
    })?;
    let id = format!("pm_{}", x.draw("payment method", 24));
    let last4 = number.get(number.len() - 4..).unwrap_or_default().to_owned();
    let (brand, account, created_at) = (test.brand.to_owned(), None, x.now);
    let (saved, default, removed) = (false, false, false);
    Ok(Card { id, account, brand, last4, exp_month, exp_year, saved, default, removed, created_at })
}

/// Month and year until which a card is good, if it still is.
fn date(x: &Exchange<'_>, month: &str, year: &str) -> Result<(u64, u64), Refusal> {
    let wrong = |what: &str, message| {
        card_error(&format!("invalid_expiry_{what}"), None, Some(&format!("exp_{what}")), message)
    };
    let month = month.parse().ok().filter(|month| (1..=12).contains(month));
    let month: u64 = month.ok_or_else(|| wrong("month", "Your card's expiration month is invalid."))?;
    let today = chrono::DateTime::from_timestamp_millis(x.now.as_millis()).unwrap_or_default();
    let now = (u64::from(today.year().unsigned_abs()), u64::from(today.month()));
    let whole = |year: u64| if year < 100 { year + 2_000 } else { year };
    let good = |year: &u64| (*year, month) >= now && *year <= now.0 + 50;
    let year = year.parse().ok().map(whole).filter(good);
    Ok((month, year.ok_or_else(|| wrong("year", "Your card's expiration year is invalid."))?))
}

/// `POST /v1/payment_methods`
pub fn create_payment_method(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let card = card(x, "type", "card")?;
    let about =
        json!({ "brand": card.brand, "last4": card.last4, "exp_month": card.exp_month, "exp_year": card.exp_year });
    let answer = json!({
        "id": card.id, "object": "payment_method", "type": "card", "card": about, "customer": null,
        "created": card.created_at.as_millis() / 1_000, "livemode": false,
    });
    x.emit_entry(Entry::Card(card));
    Ok(Answer::json(200, answer))
}

/// `POST /v1/setup_intents/{id}/confirm`: with the intent's client secret, and a card or the id of one.
pub fn confirm_setup_intent(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let missing = || Refusal::Stripe {
        status: 404,
        error: json!({
            "type": "invalid_request_error", "code": "resource_missing", "param": "intent",
            "message": "No such setupintent.",
        }),
    };
    let setup = x.state.books.setups.get(x.path_id).ok_or_else(missing)?;
    let secret = client_secret(x.site.seed, &setup.id);
    match field(x, "client_secret") {
        "" => {
            let message = "A publishable key needs the client_secret of the intent.";
            return Err(bad_request(Some("parameter_missing"), "client_secret", message));
        }
        given if given != secret => {
            let message = "The client_secret provided does not match the client_secret of the intent.";
            return Err(bad_request(Some("setup_intent_authentication_failure"), "client_secret", message));
        }
        _ => {}
    }
    if let Some(card) = &setup.card {
        return Ok(Answer::json(200, shown(setup, "succeeded", Some(card), &secret)));
    }
    let card = match field(x, "payment_method") {
        "" => card(x, "payment_method_data[type]", "payment_method_data[card]")?,
        id => {
            let own = |card: &&Card| card.account.is_none_or(|owner| owner == setup.account) && !card.removed;
            x.state.books.cards.get(id).filter(own).ok_or_else(missing)?.clone()
        }
    };
    let declines = by_last4(&card.last4).filter(|card| !card.saves).map(|card| card.charged);
    if let Some(Behaviour::Declines(code)) = declines {
        return Err(card_error("card_declined", Some(code), None, "Your card was declined."));
    }
    let id = card.id.clone();
    x.emit_entry(Entry::Card(Card { account: Some(setup.account), ..card }));
    x.emit_entry(Entry::Setup(Setup { card: Some(id.clone()), ..setup.clone() }));
    Ok(Answer::json(200, shown(setup, "succeeded", Some(&id), &secret)))
}

fn shown(setup: &Setup, status: &str, card: Option<&String>, secret: &str) -> Value {
    json!({
        "id": setup.id, "object": "setup_intent", "status": status, "payment_method": card,
        "client_secret": secret, "livemode": false,
    })
}
