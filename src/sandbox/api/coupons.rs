//! Coupons: money given, or added to money paid.

use serde_json::{Value, json};

use super::Exchange;
use super::money::{charge, credit, dollars, usable_card, wallet};
use super::plans::MIN_TOPUP;
use super::wallet::{MAX_AMOUNT, funded};
use crate::sandbox::http::{Answer, Check, Refusal};
use crate::sandbox::state::{Entry, Purpose};

enum Gift {
    /// In cents.
    Credit(u64),
    /// Percent of what is paid.
    Bonus(u64),
    Expired,
}

const COUPONS: [(&str, Gift); 3] =
    [("WELCOME5", Gift::Credit(500)), ("BONUS10", Gift::Bonus(10)), ("EXPIRED", Gift::Expired)];

/// The coupon that is named, if the account may use it.
fn named<'a>(x: &Exchange<'_>, check: &mut Check<'a>) -> Option<(&'a str, &'static Gift)> {
    let code = check.text("coupon_code", 0, 100);
    if code.is_empty() {
        return None;
    }
    let account = x.caller.map_or(0, |caller| caller.account.id);
    let found = COUPONS.iter().find(|(name, _)| *name == code);
    let trouble = match found {
        None => Some("The coupon code is invalid."),
        Some((_, Gift::Expired)) => Some("The coupon has expired."),
        Some(_) if x.state.books.purse(account).coupons.contains(code) => Some("The coupon has already been redeemed."),
        Some(_) => None,
    };
    match trouble {
        Some(trouble) => check.refuse("coupon_code", trouble.to_owned()),
        None => return found.map(|(_, gift)| (code, gift)),
    }
    None
}

/// `GET /wallet/coupons/validate` (conflict C-6: a POST is a 405).
pub fn validate(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut check = x.check();
    let found = named(x, &mut check);
    let amount = check.cents("purchase_amount", 0..=MAX_AMOUNT);
    check.done()?;
    let (code, gift) = found.ok_or_else(Refusal::not_found)?;
    let (kind, value, bonus) = match gift {
        Gift::Credit(cents) => ("credit", dollars(*cents), dollars(*cents)),
        Gift::Bonus(percent) => {
            ("bonus", json!(percent), amount.map_or(Value::Null, |amount| dollars(amount * percent / 100)))
        }
        Gift::Expired => ("expired", Value::Null, Value::Null),
    };
    Ok(x.answer(
        200,
        json!({ "valid": true, "coupon_code": code, "type": kind, "value": value, "bonus_amount": bonus }),
    ))
}

/// `POST /wallet/coupons/redeem`: once for each account; a bonus needs a payment.
pub fn redeem(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?.id;
    let mut check = x.check();
    let found = named(x, &mut check);
    let card = check.optional_text("payment_method_id", 0, 255);
    if let Some((_, Gift::Bonus(_))) = found {
        ["payment_method_id", "purchase_amount"].into_iter().for_each(|field| check.require(field));
    }
    let amount = check.cents("purchase_amount", MIN_TOPUP..=MAX_AMOUNT).unwrap_or(0);
    check.done()?;
    let (code, gift) = found.ok_or_else(Refusal::not_found)?;
    let answer = match (gift, card) {
        (Gift::Bonus(percent), Some(card)) => {
            let card = usable_card(x, card)?;
            let charged = charge(x, card, amount, Purpose::Bonus { extra: amount * percent / 100 })?;
            funded(x, charged)?
        }
        (Gift::Credit(cents), _) => {
            credit(x, account, *cents, "coupon", code, "coupon");
            let balance = x.state.books.balance(account) + cents;
            let mut after = wallet(x.state, account);
            after["balance"] = dollars(balance);
            x.answer(200, json!({ "message": "The coupon was redeemed.", "amount": dollars(*cents), "wallet": after }))
        }
        _ => return Err(Refusal::not_found()),
    };
    if answer.status < 300 {
        let mut purse = x.state.books.purse(account);
        purse.coupons.insert(code.to_owned());
        x.emit_entry(Entry::Purse { account, purse });
    }
    Ok(answer)
}
