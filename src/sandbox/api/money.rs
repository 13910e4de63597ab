//! Paying: a card is charged, and what was paid for is given, once.

use std::time::Duration;

use serde_json::{Value, json};

use super::Exchange;
use super::cards::{Behaviour, charging};
use super::plans::Plan;
use crate::sandbox::http::{Answer, Refusal};
use crate::sandbox::seed::Seed;
use crate::sandbox::state::{
    Card, Checkout, Direction, Entry, Payment, PaymentStatus, Purpose, State, Subscription, SubscriptionStatus,
    Transaction,
};

const CHECKOUT_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// Cents as the service writes amounts: a number of dollars.
pub fn dollars(cents: u64) -> Value {
    json!(cents as f64 / 100.0)
}

pub fn wallet(state: &State, account: u64) -> Value {
    json!({ "balance": dollars(state.books.balance(account)), "currency": "USD" })
}

/// What Stripe gives with an intent, so that only who was told it can go on with it. It is derived, and kept nowhere.
pub fn client_secret(seed: Seed, intent: &str) -> String {
    format!("{intent}_secret_{}", seed.alphanumeric(&format!("client secret of {intent}"), 0, 24))
}

/// A card that the caller may pay with: its own, or one that is nobody's yet.
pub fn usable_card<'a>(x: &Exchange<'a>, id: &str) -> Result<&'a Card, Refusal> {
    let account = x.account()?.id;
    let usable = |card: &&Card| !card.removed && card.account.is_none_or(|owner| owner == account);
    let found = x.state.books.cards.get(id).filter(usable);
    found.ok_or_else(|| Refusal::field("payment_method_id", "No such payment method."))
}

/// The card that later payments are taken from.
pub fn default_card<'a>(x: &Exchange<'a>) -> Result<&'a Card, Refusal> {
    let found = x.state.books.cards_of(x.account()?.id).find(|card| card.default);
    found.ok_or_else(|| Refusal::field("payment_method_id", "There is no default payment method."))
}

/// What came of charging a card.
pub enum Charged {
    Paid(Payment),
    /// The card's holder has to agree first.
    Asked(Payment),
    Declined(Payment, &'static str),
}

/// Charges `card`; whatever comes of it is a payment in the books.
pub fn charge(x: &mut Exchange<'_>, card: &Card, amount: u64, purpose: Purpose) -> Result<Charged, Refusal> {
    let account = x.account()?.id;
    if card.account.is_none() {
        x.emit_entry(Entry::Card(Card { account: Some(account), ..card.clone() }));
    }
    let behaviour = charging(&card.last4);
    let status = match behaviour {
        Behaviour::Pays => PaymentStatus::Succeeded,
        Behaviour::Asks => PaymentStatus::RequiresAction,
        Behaviour::Declines(_) => PaymentStatus::Failed,
    };
    let payment = pay(x, account, amount, purpose, status);
    Ok(match behaviour {
        Behaviour::Pays => Charged::Paid(payment),
        Behaviour::Asks => Charged::Asked(payment),
        Behaviour::Declines(code) => Charged::Declined(payment, code),
    })
}

/// Enters a payment.
pub fn pay(x: &mut Exchange<'_>, account: u64, amount: u64, purpose: Purpose, status: PaymentStatus) -> Payment {
    let id = format!("pi_{}", x.draw("payment", 24));
    let invoice = format!("in_{}", x.draw("invoice", 24));
    let payment = Payment { id, invoice, account, amount, purpose, status, created_at: x.now };
    x.emit_entry(Entry::Payment(payment.clone()));
    payment
}

/// The answer to a payment that was declined. It is no [`Refusal`]: the failed payment stays in the books.
pub fn declined(x: &Exchange<'_>, payment: &Payment, code: &str) -> Answer {
    let details = json!({ "decline_code": code, "payment_intent_id": payment.id });
    let message = "The payment was declined.";
    Refusal::Coded { status: 402, code: "payment_declined", message, details }.answer(&x.request_id)
}

/// A card that was refused before a payment was made.
pub fn card_refused(code: &str) -> Refusal {
    let details = json!({ "decline_code": code });
    Refusal::Coded { status: 402, code: "payment_declined", message: "The card was declined.", details }
}

/// How a payment is told.
pub fn told(payment: &Payment) -> Value {
    let status = match payment.status {
        PaymentStatus::Succeeded => "succeeded",
        PaymentStatus::RequiresAction => "pending",
        PaymentStatus::Failed => "failed",
    };
    json!({
        "status": status, "payment_intent_id": payment.id, "amount": dollars(payment.amount), "currency": "USD",
    })
}

/// Gives what `payment` paid for; the subscription, if it was one.
pub fn fulfil(x: &mut Exchange<'_>, payment: &Payment) -> Option<Subscription> {
    match payment.purpose {
        Purpose::Fund => credit(x, payment.account, payment.amount, "stripe", &payment.id, "wallet_funding"),
        Purpose::Bonus { extra } => {
            credit(x, payment.account, payment.amount, "stripe", &payment.id, "wallet_funding");
            credit(x, payment.account, extra, "coupon", &payment.id, "coupon_bonus");
        }
        Purpose::Charge => {}
        Purpose::Subscribe { plan } => {
            let (id, stripe_id) = (x.next_id(), format!("sub_{}", x.draw("subscription", 24)));
            let (account, payment, status) = (payment.account, payment.id.clone(), SubscriptionStatus::Active);
            let (period_start, period_end) = (x.now, x.now);
            let begun = Subscription { id, stripe_id, account, plan, status, payment, period_start, period_end };
            return renewed(x, begun);
        }
        Purpose::Renew { subscription, plan } => {
            let old = x.state.books.subscriptions.get(&subscription)?;
            return renewed(x, Subscription { plan, status: SubscriptionStatus::Active, ..old.clone() });
        }
    }
    None
}

/// A period of `subscription` begins now.
fn renewed(x: &mut Exchange<'_>, subscription: Subscription) -> Option<Subscription> {
    let period_end = x.now.plus(Plan::find(subscription.plan)?.length());
    let subscription = Subscription { period_start: x.now, period_end, ..subscription };
    x.emit_entry(Entry::Subscription(subscription.clone()));
    Some(subscription)
}

pub fn credit(x: &mut Exchange<'_>, account: u64, amount: u64, source: &str, reference: &str, usecase: &str) {
    let transaction = Transaction {
        id: x.next_id(),
        account,
        direction: Direction::Credit,
        amount,
        source: source.to_owned(),
        reference: reference.to_owned(),
        usecase: usecase.to_owned(),
        created_at: x.now,
    };
    x.emit_entry(Entry::Transaction(transaction));
}

/// Opens a page on which a person pays.
pub fn open_checkout(x: &mut Exchange<'_>, amount: u64, purpose: Purpose) -> Result<Checkout, Refusal> {
    let (account, id) = (x.account()?.id, format!("cs_test_{}", x.draw("checkout", 40)));
    let expires_at = x.now.plus(CHECKOUT_LIFE);
    let checkout = Checkout { id, account, amount, purpose, payment: None, fulfilled: false, expires_at };
    x.emit_entry(Entry::Checkout(checkout.clone()));
    Ok(checkout)
}

/// Where a person pays.
pub fn payment_page(x: &Exchange<'_>, id: &str) -> String {
    format!("{}/pay/{id}", x.site.base_url)
}

/// What the `confirm-checkout` routes do: a checkout that was paid is fulfilled, once; gives its payment,
/// and the subscription that began just now.
pub fn confirm(
    x: &mut Exchange<'_>,
    is_wanted: fn(Purpose) -> bool,
) -> Result<(Payment, Option<Subscription>), Refusal> {
    let account = x.account()?.id;
    let mut check = x.check();
    let id = check.text("session_id", 0, 255);
    check.done()?;
    let own = |checkout: &&Checkout| checkout.account == account && is_wanted(checkout.purpose);
    let checkout = x.state.books.checkouts.get(id).filter(own).ok_or_else(Refusal::not_found)?;
    let payment = checkout.payment.as_ref().and_then(|payment| x.state.books.payments.get(payment));
    let Some(payment) = payment else {
        return Err(match checkout.expires_at > x.now {
            true => Refusal::coded(422, "payment_not_completed", "The checkout has not been paid yet."),
            false => Refusal::coded(422, "checkout_expired", "The checkout expired before it was paid."),
        });
    };
    if checkout.fulfilled {
        return Ok((payment.clone(), None));
    }
    x.emit_entry(Entry::Checkout(Checkout { fulfilled: true, ..checkout.clone() }));
    let begun = fulfil(x, payment);
    Ok((payment.clone(), begun))
}
