//! The wallet: what is in it, and how money comes in.

use serde_json::{Value, json};

use super::Exchange;
use super::money::{Charged, charge, confirm, declined, default_card, dollars, fulfil, open_checkout, payment_page};
use super::money::{client_secret, told, usable_card, wallet};
use super::plans::MIN_TOPUP;
use crate::sandbox::http::{Answer, Refusal};
use crate::sandbox::state::{AutoFunding, Direction, Entry, Payment, PaymentStatus, Purpose, Transaction};

/// The most that is paid at once, in cents.
pub const MAX_AMOUNT: u64 = 1_000_000;

/// `GET /wallet/balance`
pub fn balance(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?.id;
    Ok(x.answer(200, wallet(x.state, account)))
}

/// `GET /wallet/transactions`: newest first.
pub fn transactions(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?.id;
    let mut check = x.check();
    let wanted = check.one_of("type", &["all", "credit", "debit"]);
    let limit = check.integer("limit", 1..=200).unwrap_or(50) as usize;
    let offset = check.integer("offset", 0..=1_000_000).unwrap_or(0) as usize;
    check.done()?;
    let of = |transaction: &&Transaction| wanted == "all" || name(transaction.direction) == wanted;
    let books = &x.state.books;
    let found: Vec<&Transaction> = books.transactions_of(account).iter().rev().filter(of).collect();
    let items: Vec<Value> = found.iter().skip(offset).take(limit).map(|transaction| shown(transaction)).collect();
    let mut about = wallet(x.state, account);
    about["total_credited"] = dollars(books.total(account, Direction::Credit));
    about["amount_used"] = dollars(books.total(account, Direction::Debit));
    let data = json!({ "count": items.len(), "items": items, "total": found.len(), "wallet": about });
    Ok(x.answer(200, data))
}

fn name(direction: Direction) -> &'static str {
    match direction {
        Direction::Credit => "credit",
        Direction::Debit => "debit",
    }
}

fn shown(transaction: &Transaction) -> Value {
    json!({
        "id": transaction.id, "source": transaction.source, "transaction_id": transaction.reference,
        "type": name(transaction.direction), "amount": dollars(transaction.amount), "status": "succeeded",
        "usecase": transaction.usecase, "created_at": transaction.created_at.to_string(),
    })
}

/// `POST /wallet/fund`: at once with a payment method, else on a page for a person.
pub fn fund(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut check = x.check();
    check.require("amount");
    let amount = check.cents("amount", MIN_TOPUP..=MAX_AMOUNT).unwrap_or(0);
    let card = check.optional_text("payment_method_id", 0, 255);
    check.done()?;
    let Some(card) = card else {
        let checkout = open_checkout(x, amount, Purpose::Fund)?;
        let data = json!({
            "message": "Open the checkout to pay.", "checkout_url": payment_page(x, &checkout.id),
            "session_id": checkout.id, "amount": dollars(amount), "expires_at": checkout.expires_at.to_string(),
        });
        return Ok(x.answer(200, data));
    };
    let card = usable_card(x, card)?;
    let charged = charge(x, card, amount, Purpose::Fund)?;
    funded(x, charged)
}

/// The answer to a payment into the wallet.
pub fn funded(x: &mut Exchange<'_>, charged: Charged) -> Result<Answer, Refusal> {
    Ok(match charged {
        Charged::Declined(payment, code) => declined(x, &payment, code),
        Charged::Asked(payment) => asked(x, &payment),
        Charged::Paid(payment) => {
            let account = payment.account;
            let before = x.state.books.balance(account);
            fulfil(x, &payment);
            let added = payment.amount + if let Purpose::Bonus { extra } = payment.purpose { extra } else { 0 };
            let after = json!({ "balance": dollars(before + added), "currency": "USD" });
            let message = "The wallet was funded.";
            x.answer(200, json!({ "message": message, "payment": told(&payment), "wallet": after }))
        }
    })
}

/// 202: the card's holder has to agree (3-D Secure), which a person does on the payment's page.
fn asked(x: &Exchange<'_>, payment: &Payment) -> Answer {
    let mut about = told(payment);
    about["status"] = json!("requires_action");
    about["client_secret"] = json!(client_secret(x.site.seed, &payment.id));
    x.answer(202, json!({ "message": "The payment needs to be authenticated.", "payment": about }))
}

/// `POST /wallet/confirm-checkout`
pub fn confirm_checkout(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let (payment, _) = confirm(x, |purpose| purpose == Purpose::Fund)?;
    let data = json!({ "message": "The wallet was funded.", "status": "succeeded", "payment": told(&payment) });
    Ok(x.answer(200, data))
}

/// `PUT /wallet/auto-funding`: it is kept, and nothing is ever charged by itself.
pub fn set_auto_funding(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?.id;
    let mut check = x.check();
    ["auto_charge_amount", "charge_threshold"].into_iter().for_each(|field| check.require(field));
    let charge = check.cents("auto_charge_amount", 500..=MAX_AMOUNT).unwrap_or(0);
    let threshold = check.cents("charge_threshold", 100..=MAX_AMOUNT).unwrap_or(0);
    check.done()?;
    let mut purse = x.state.books.purse(account);
    purse.auto_funding = Some(AutoFunding { charge, threshold });
    x.emit_entry(Entry::Purse { account, purse });
    let amounts = json!({ "auto_charge_amount": dollars(charge), "charge_threshold": dollars(threshold) });
    Ok(x.answer(200, json!({ "message": "Auto funding is on.", "auto_funding": amounts })))
}

/// `DELETE /wallet/auto-funding`
pub fn disable_auto_funding(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?.id;
    let mut purse = x.state.books.purse(account);
    purse.auto_funding = None;
    x.emit_entry(Entry::Purse { account, purse });
    Ok(x.message("Auto funding is off."))
}

/// `POST /wallet/withdraw`: for resellers, of whom the sandbox has none.
pub fn withdraw(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut check = x.check();
    check.require("amount");
    check.cents("amount", 1..=MAX_AMOUNT);
    check.done()?;
    Err(Refusal::coded(403, "access_denied", "Only resellers can withdraw."))
}

/// `POST /subscriptions/charge-amount`. Of the two meanings that documents give it, this is the one that costs: the default
/// card is charged.
pub fn charge_amount(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut check = x.check();
    check.require("amount");
    let amount = check.cents("amount", 500..=MAX_AMOUNT).unwrap_or(0);
    check.done()?;
    let card = default_card(x)?;
    Ok(match charge(x, card, amount, Purpose::Charge)? {
        Charged::Declined(payment, code) => declined(x, &payment, code),
        Charged::Asked(payment) => asked(x, &payment),
        Charged::Paid(payment) => x.answer(200, json!({ "message": "Charged.", "payment": told(&payment) })),
    })
}

/// `GET /payments/{id}/status`
pub fn payment_status(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?.id;
    let payment = x.state.books.payments.get(x.path_id).filter(|payment| payment.account == account);
    let payment = payment.ok_or_else(Refusal::not_found)?;
    Ok(x.answer(200, told(payment)))
}

/// What a person's consent makes of a payment that waits for it.
pub fn agreed(payment: &Payment) -> Payment {
    Payment { status: PaymentStatus::Succeeded, ..payment.clone() }
}
