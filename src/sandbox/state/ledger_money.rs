//! The ledger's lists of money. Amounts are in cents.

use serde_json::{Value, json};

use super::records::{Card, Checkout, Payment, Purpose, Subscription, Transaction};
use super::whole::State;

pub(super) fn payment_methods(state: &State) -> Vec<Value> {
    let card = |c: &Card| {
        json!({
            "id": c.id, "account": email(state, c.account), "name": format!("{} {}", c.brand, c.last4), "saved": c.saved,
            "default": c.default, "created_at": c.created_at.to_string(), "deleted": c.removed,
        })
    };
    state.books.cards.values().map(card).collect()
}

fn email(state: &State, account: Option<u64>) -> &str {
    account.map_or("", |account| state.email_of(account))
}

fn name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Fund => "fund",
        Purpose::Bonus { .. } => "bonus",
        Purpose::Subscribe { .. } => "subscribe",
        Purpose::Renew { .. } => "renew",
        Purpose::Charge => "charge",
    }
}

pub(super) fn payments(state: &State) -> Vec<Value> {
    let payment = |p: &Payment| {
        json!({
            "id": p.id, "account": state.email_of(p.account), "name": name(p.purpose), "amount": p.amount,
            "status": p.status, "created_at": p.created_at.to_string(),
        })
    };
    state.books.payments.values().map(payment).collect()
}

pub(super) fn checkouts(state: &State) -> Vec<Value> {
    let checkout = |c: &Checkout| {
        json!({
            "id": c.id, "account": state.email_of(c.account), "name": name(c.purpose), "amount": c.amount,
            "payment": c.payment, "fulfilled": c.fulfilled,
        })
    };
    state.books.checkouts.values().map(checkout).collect()
}

pub(super) fn transactions(state: &State) -> Vec<Value> {
    let transaction = |t: &Transaction| {
        json!({
            "id": t.id, "account": state.email_of(t.account), "name": t.usecase, "type": t.direction, "amount": t.amount,
            "reference": t.reference, "created_at": t.created_at.to_string(),
        })
    };
    state.books.transactions.values().flatten().map(transaction).collect()
}

pub(super) fn subscriptions(state: &State) -> Vec<Value> {
    let subscription = |s: &Subscription| {
        json!({
            "id": s.id, "account": state.email_of(s.account), "name": s.stripe_id, "plan": s.plan, "status": s.status,
            "payment": s.payment,
        })
    };
    state.books.subscriptions.values().map(subscription).collect()
}
