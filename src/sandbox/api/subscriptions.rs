//! Plans and subscriptions.

use serde_json::{Value, json};

use super::Exchange;
use super::money::usable_card;
use super::money::{Charged, charge, confirm, declined, default_card, dollars, fulfil, open_checkout, payment_page};
use super::plans::{MIN_TOPUP, PLANS, Plan};
use crate::sandbox::http::{Answer, Check, Refusal};
use crate::sandbox::state::{Card, Entry, Payment, PaymentStatus, Purpose, Subscription, SubscriptionStatus};

/// `GET /subscriptions/plans`
pub fn plans(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let plans: Vec<Value> = PLANS.iter().map(Plan::shown).collect();
    let pay_as_you_go = json!({
        "available": true, "minimum_topup_usd": dollars(MIN_TOPUP),
        "auto_payments": { "supported": true, "minimum_charge_usd": 5.0, "minimum_threshold_usd": 1.0 },
    });
    let data = json!({ "count": plans.len(), "subscription_plans": plans, "pay_as_you_go": pay_as_you_go });
    Ok(x.answer(200, data))
}

pub fn shown(subscription: &Subscription) -> Value {
    let plan = Plan::find(subscription.plan);
    json!({
        "id": subscription.id, "plan_id": subscription.plan, "name": plan.map(|plan| plan.name),
        "feature": plan.map(|plan| plan.category), "status": status_of(subscription),
        "stripe_subscription_id": subscription.stripe_id,
        "current_period_start": subscription.period_start.to_string(),
        "current_period_end": subscription.period_end.to_string(),
    })
}

fn status_of(subscription: &Subscription) -> &'static str {
    match subscription.status {
        SubscriptionStatus::Active => "active",
        SubscriptionStatus::Paused => "paused",
        SubscriptionStatus::PastDue => "past_due",
    }
}

/// `GET /subscriptions`, in three lists.
pub fn list(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?.id;
    let is_enterprise =
        |subscription: &Subscription| Plan::find(subscription.plan).is_some_and(|plan| plan.category == "enterprise");
    let (enterprise, normal): (Vec<_>, Vec<_>) =
        x.state.books.subscriptions_of(account).partition(|s| is_enterprise(s));
    let all = |list: Vec<&Subscription>| list.into_iter().map(shown).collect::<Vec<_>>();
    Ok(x.answer(200, json!({ "addon": [], "enterprise": all(enterprise), "normal": all(normal) })))
}

fn plan(check: &mut Check<'_>, field: &str) -> Option<&'static Plan> {
    check.require(field);
    let id = check.integer(field, 0..=u64::MAX)?;
    let plan = Plan::find(id);
    if plan.is_none() {
        check.refuse(field, format!("The selected {} is invalid.", field.replace('_', " ")));
    }
    plan
}

/// `POST /subscriptions`: at once with a payment method, which is saved for later periods, else on a page for a person. Who
/// asks twice has two.
pub fn create(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut check = x.check();
    let plan = plan(&mut check, "plan_id");
    let card = check.optional_text("payment_method_id", 0, 255);
    ["success_url", "cancel_url"].into_iter().for_each(|field| drop(check.link(field)));
    check.done()?;
    let plan = plan.ok_or_else(Refusal::not_found)?;
    let purpose = Purpose::Subscribe { plan: plan.id };
    let Some(card) = card else {
        let checkout = open_checkout(x, plan.price, purpose)?;
        let data = json!({
            "message": "Open the checkout to subscribe.", "checkout_url": payment_page(x, &checkout.id),
            "session_id": checkout.id, "expires_at": checkout.expires_at.to_string(),
        });
        return Ok(x.answer(200, data));
    };
    let card = usable_card(x, card)?;
    match charge(x, card, plan.price, purpose)? {
        Charged::Paid(payment) => {
            let default = card.default || !x.state.books.cards_of(payment.account).any(|other| other.default);
            let saved = Card { account: Some(payment.account), saved: true, default, ..card.clone() };
            x.emit_entry(Entry::Card(saved));
            let subscription = fulfil(x, &payment).ok_or_else(Refusal::not_found)?;
            Ok(x.answer(201, told(&subscription, "Subscribed.")))
        }
        other => Ok(unpaid(x, &other)),
    }
}

fn told(subscription: &Subscription, message: &str) -> Value {
    json!({
        "message": message, "subscription": shown(subscription), "status": status_of(subscription),
        "stripe_subscription_id": subscription.stripe_id,
    })
}

/// A card whose holder has to agree is declined here (conflict C-7; funding answers 202).
fn unpaid(x: &mut Exchange<'_>, charged: &Charged) -> Answer {
    match charged {
        Charged::Declined(payment, code) => declined(x, payment, code),
        Charged::Paid(payment) | Charged::Asked(payment) => {
            x.emit_entry(Entry::Payment(Payment { status: PaymentStatus::Failed, ..payment.clone() }));
            declined(x, payment, "authentication_required")
        }
    }
}

/// `POST /subscriptions/confirm-checkout`
pub fn confirm_checkout(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let (payment, begun) = confirm(x, |purpose| matches!(purpose, Purpose::Subscribe { .. }))?;
    let earlier = x.state.books.subscriptions.values().find(|subscription| subscription.payment == payment.id);
    let subscription = begun.or_else(|| earlier.cloned());
    Ok(match subscription {
        Some(subscription) => x.answer(200, told(&subscription, "Subscribed.")),
        None => x.message("Subscribed."),
    })
}

fn named<'a>(x: &Exchange<'a>) -> Result<&'a Subscription, Refusal> {
    let account = x.account()?.id;
    let found = x.path_id.parse().ok().and_then(|id: u64| x.state.books.subscriptions.get(&id));
    found.filter(|subscription| subscription.account == account).ok_or_else(Refusal::not_found)
}

/// `GET /subscriptions/{id}/status`
pub fn status(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let subscription = named(x)?;
    Ok(x.answer(200, shown(subscription)))
}

/// Takes `amount` from the default card for `subscription`, which goes on with `plan` from now; it is past due otherwise.
fn renew(x: &mut Exchange<'_>, subscription: &Subscription, plan: u64, amount: u64) -> Result<Answer, Refusal> {
    let card = default_card(x)?;
    match charge(x, card, amount, Purpose::Renew { subscription: subscription.id, plan })? {
        Charged::Paid(payment) => {
            let renewed = fulfil(x, &payment).ok_or_else(Refusal::not_found)?;
            Ok(x.answer(200, told(&renewed, "The subscription was renewed.")))
        }
        other => {
            let due = Subscription { status: SubscriptionStatus::PastDue, ..subscription.clone() };
            x.emit_entry(Entry::Subscription(due));
            Ok(unpaid(x, &other))
        }
    }
}

/// `PUT /subscriptions/{id}`: a dearer plan costs the difference, at once.
pub fn update(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let subscription = named(x)?;
    let mut check = x.check();
    let wanted = plan(&mut check, "new_plan_id");
    check.done()?;
    let wanted = wanted.ok_or_else(Refusal::not_found)?;
    let paid = Plan::find(subscription.plan).map_or(0, |plan| plan.price);
    if wanted.price > paid {
        return renew(x, subscription, wanted.id, wanted.price - paid);
    }
    changed(x, Subscription { plan: wanted.id, ..subscription.clone() }, "The plan was changed.")
}

fn changed(x: &mut Exchange<'_>, subscription: Subscription, message: &str) -> Result<Answer, Refusal> {
    let data = told(&subscription, message);
    x.emit_entry(Entry::Subscription(subscription));
    Ok(x.answer(200, data))
}

/// Moves the subscription from one state into another.
fn move_on(x: &mut Exchange<'_>, from: SubscriptionStatus, to: SubscriptionStatus) -> Result<Answer, Refusal> {
    let subscription = named(x)?;
    if subscription.status != from {
        return Err(Refusal::field("id", "The subscription is not in a state in which that can be done."));
    }
    changed(x, Subscription { status: to, ..subscription.clone() }, "The subscription was changed.")
}

/// `POST /subscriptions/{id}/pause`
pub fn pause(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    move_on(x, SubscriptionStatus::Active, SubscriptionStatus::Paused)
}

/// `POST /subscriptions/{id}/resume`
pub fn resume(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    move_on(x, SubscriptionStatus::Paused, SubscriptionStatus::Active)
}

/// `POST /subscriptions/{id}/reset-cycle`: a period begins now, and is paid for.
pub fn reset_cycle(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let subscription = named(x)?;
    let price = Plan::find(subscription.plan).map_or(0, |plan| plan.price);
    renew(x, subscription, subscription.plan, price)
}

/// `POST /subscriptions/{id}/fix-payment`: pays what is due.
pub fn fix_payment(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let subscription = named(x)?;
    let mut check = x.check();
    check.require("plan_category");
    check.one_of("plan_category", &["imagen", "enterprise"]);
    check.done()?;
    if subscription.status != SubscriptionStatus::PastDue {
        return Err(Refusal::field("id", "No payment of this subscription is due."));
    }
    let price = Plan::find(subscription.plan).map_or(0, |plan| plan.price);
    renew(x, subscription, subscription.plan, price)
}
