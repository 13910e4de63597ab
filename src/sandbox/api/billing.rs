//! Payment methods, ways to pay, and what was billed.

use serde_json::{Map, Value, json};

use super::Exchange;
use super::cards::{Behaviour, by_last4};
use super::money::{card_refused, client_secret, dollars, open_checkout, payment_page, usable_card, wallet};
use super::plans::{MIN_TOPUP, Plan};
use super::wallet::MAX_AMOUNT;
use crate::sandbox::http::{Answer, Refusal};
use crate::sandbox::state::{Card, Entry, Payment, PaymentStatus, Purpose, Setup};

const INFO: [&str; 10] = [
    "name",
    "email",
    "tax_id",
    "tax_id_type",
    "address_line1",
    "address_line2",
    "address_city",
    "address_state",
    "address_postal_code",
    "address_country",
];

fn shown(card: &Card) -> Value {
    json!({
        "id": card.id, "brand": card.brand, "last4": card.last4, "exp_month": card.exp_month,
        "exp_year": card.exp_year, "is_default": card.default,
    })
}

fn saved<'a>(x: &Exchange<'a>) -> Result<&'a Card, Refusal> {
    let found = x.state.books.cards_of(x.account()?.id).find(|card| card.id == x.path_id);
    found.ok_or_else(Refusal::not_found)
}

/// `GET /billing/overview`
pub fn overview(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?.id;
    let books = &x.state.books;
    let cards: Vec<Value> = books.cards_of(account).map(shown).collect();
    let subscriptions: Vec<Value> = books.subscriptions_of(account).map(super::subscriptions::shown).collect();
    let data = json!({
        "wallet_balance": dollars(books.balance(account)), "wallet": wallet(x.state, account),
        "payment_methods": cards, "subscriptions": subscriptions, "invoice_count": invoices_of(x)?.len(),
    });
    Ok(x.answer(200, data))
}

/// `GET /billing/stripe-config`, without the envelope (conflict C-8).
pub fn stripe_config(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let instructions = "Create a payment method at Stripe with this key, then give its id to the billing routes.";
    Ok(Answer::json(200, json!({ "publishable_key": x.site.publishable_key, "instructions": instructions })))
}

/// `POST /billing/setup-intent`
pub fn setup_intent(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let (account, id) = (x.account()?.id, format!("seti_{}", x.draw("setup", 24)));
    x.emit_entry(Entry::Setup(Setup { id: id.clone(), account, card: None }));
    let data = json!({
        "client_secret": client_secret(x.site.seed, &id), "setup_intent_id": id, "status": "requires_payment_method",
        "instructions": "Confirm the setup intent at Stripe with a card.",
    });
    Ok(x.answer(200, data))
}

/// `POST /billing/payment-link`, without the envelope: a page on which a person pays.
pub fn payment_link(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut check = x.check();
    check.require("purpose");
    let purpose = check.one_of("purpose", &["fund", "subscribe"]);
    check.require(if purpose == "fund" { "amount" } else { "plan_id" });
    let amount = check.cents("amount", MIN_TOPUP..=MAX_AMOUNT);
    let plan = check.integer("plan_id", 0..=u64::MAX).and_then(Plan::find);
    if purpose == "subscribe" && x.input.contains_key("plan_id") && plan.is_none() {
        check.refuse("plan_id", "The selected plan id is invalid.".into());
    }
    check.done()?;
    let (amount, bought) = match plan.filter(|_| purpose == "subscribe") {
        Some(plan) => (plan.price, Purpose::Subscribe { plan: plan.id }),
        None => (amount.unwrap_or(MIN_TOPUP), Purpose::Fund),
    };
    let checkout = open_checkout(x, amount, bought)?;
    Ok(Answer::json(
        200,
        json!({
            "payment_url": payment_page(x, &checkout.id), "session_id": checkout.id, "purpose": purpose,
            "amount": dollars(amount), "expires_at": checkout.expires_at.to_string(),
            "instructions": "Give the link to a person; when they have paid, confirm the checkout with the session id.",
        }),
    ))
}

/// `GET /billing/payment-methods`
pub fn list(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let cards: Vec<Value> = x.state.books.cards_of(x.account()?.id).map(shown).collect();
    Ok(x.answer(200, cards.into()))
}

/// `POST /billing/payment-methods`: saves a card. One that was saved already stays so.
pub fn add(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?.id;
    let mut check = x.check();
    let id = check.text("payment_method_id", 0, 255);
    let default = check.boolean("make_default").unwrap_or(true);
    check.done()?;
    let card = usable_card(x, id)?;
    if let Some(Behaviour::Declines(code)) = by_last4(&card.last4).filter(|card| !card.saves).map(|card| card.charged) {
        return Err(card_refused(code));
    }
    let card = Card { account: Some(account), saved: true, default: default || card.default, ..card.clone() };
    let data = shown(&card);
    enter(x, card)?;
    Ok(x.answer(200, data))
}

/// Enters `card`; if it is the default, no other is.
fn enter(x: &mut Exchange<'_>, card: Card) -> Result<(), Refusal> {
    let account = x.account()?.id;
    if card.default {
        let others = x.state.books.cards_of(account).filter(|other| other.default && other.id != card.id);
        let others: Vec<Card> = others.map(|other| Card { default: false, ..other.clone() }).collect();
        others.into_iter().for_each(|other| x.emit_entry(Entry::Card(other)));
    }
    x.emit_entry(Entry::Card(card));
    Ok(())
}

/// `PUT /billing/payment-methods/{id}/default`
pub fn set_default(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let card = Card { default: true, ..saved(x)?.clone() };
    enter(x, card)?;
    Ok(x.message("Default payment method updated."))
}

/// `DELETE /billing/payment-methods/{id}`
pub fn remove(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let card = Card { removed: true, default: false, ..saved(x)?.clone() };
    x.emit_entry(Entry::Card(card));
    Ok(x.message("Payment method removed."))
}

/// `GET /billing/info`
pub fn info(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let purse = x.state.books.purse(x.account()?.id);
    let fields: Map<String, Value> =
        INFO.iter().map(|field| ((*field).to_owned(), json!(purse.info.get(*field)))).collect();
    Ok(x.answer(200, fields.into()))
}

/// `PUT /billing/info`: what is not named stays; an empty value takes a field away.
pub fn update_info(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?.id;
    let mut purse = x.state.books.purse(account);
    let mut check = x.check();
    for field in INFO.into_iter().filter(|field| x.input.contains_key(*field)) {
        match check.optional_text(field, 0, 255) {
            Some(text) => drop(purse.info.insert(field.to_owned(), text.to_owned())),
            None => drop(purse.info.remove(field)),
        }
    }
    if purse.info.contains_key("email") && x.input.contains_key("email") {
        check.email("email");
    }
    if purse.info.contains_key("tax_id") && !purse.info.contains_key("tax_id_type") {
        check.refuse("tax_id_type", "The tax id type field is required when tax id is present.".into());
    }
    check.done()?;
    let fields: Map<String, Value> =
        INFO.iter().map(|field| ((*field).to_owned(), json!(purse.info.get(*field)))).collect();
    x.emit_entry(Entry::Purse { account, purse });
    Ok(x.answer(200, fields.into()))
}

/// What was paid, newest first.
fn invoices_of<'a>(x: &Exchange<'a>) -> Result<Vec<&'a Payment>, Refusal> {
    let account = x.account()?.id;
    let paid = |payment: &&Payment| payment.account == account && payment.status == PaymentStatus::Succeeded;
    let mut found: Vec<&Payment> = x.state.books.payments.values().filter(paid).collect();
    found.sort_by_key(|payment| std::cmp::Reverse(payment.created_at));
    Ok(found)
}

fn invoice_of<'a>(x: &Exchange<'a>) -> Result<&'a Payment, Refusal> {
    invoices_of(x)?.into_iter().find(|payment| payment.invoice == x.path_id).ok_or_else(Refusal::not_found)
}

fn invoice(payment: &Payment) -> Value {
    json!({
        "id": payment.invoice, "amount": dollars(payment.amount), "currency": "USD", "status": "paid",
        "payment_intent_id": payment.id, "created_at": payment.created_at.to_string(),
    })
}

/// `GET /billing/invoices`
pub fn invoices(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let items: Vec<Value> = invoices_of(x)?.into_iter().map(invoice).collect();
    Ok(x.answer(200, items.into()))
}

/// `GET /billing/invoices/{id}`
pub fn get_invoice(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let payment = invoice_of(x)?;
    Ok(x.answer(200, invoice(payment)))
}

/// `GET /billing/invoices/{id}/pdf`: where the file is.
pub fn invoice_pdf(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let payment = invoice_of(x)?;
    Ok(x.answer(200, json!({ "url": format!("{}/invoices/{}.pdf", x.site.base_url, payment.invoice) })))
}
