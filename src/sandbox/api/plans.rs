//! The plans that can be subscribed to.

use std::time::Duration;

use serde_json::{Value, json};

use super::money::dollars;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The least that a wallet is funded with, in cents (conflict C-5).
pub const MIN_TOPUP: u64 = 1_000;
/// Requests that may wait at a time without a subscription.
const PAY_AS_YOU_GO_QUEUE: u64 = 5;
pub const PAY_AS_YOU_GO: &str = "Pay as you go";

pub struct Plan {
    pub id: u64,
    pub name: &'static str,
    /// `imagen` or `enterprise`.
    pub category: &'static str,
    pub period: &'static str,
    /// In cents.
    pub price: u64,
    api_call_limit: Option<u64>,
    queue: u64,
}

#[rustfmt::skip]
pub static PLANS: [Plan; 4] = [
    Plan { id: 123, name: "Standard", category: "imagen", period: "monthly", price: 4_700, api_call_limit: Some(10_000), queue: 10 },
    Plan { id: 124, name: "Premium", category: "imagen", period: "monthly", price: 14_700, api_call_limit: Some(50_000), queue: 15 },
    Plan { id: 125, name: "Standard", category: "imagen", period: "yearly", price: 47_000, api_call_limit: Some(120_000), queue: 10 },
    Plan { id: 126, name: "Enterprise", category: "enterprise", period: "monthly", price: 100_000, api_call_limit: None, queue: 15 },
];

impl Plan {
    pub fn find(id: u64) -> Option<&'static Plan> {
        PLANS.iter().find(|plan| plan.id == id)
    }

    pub fn length(&self) -> Duration {
        if self.period == "yearly" { 365 * DAY } else { 30 * DAY }
    }

    pub fn shown(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "category": self.category, "period": self.period, "type": "subscription",
            "price": dollars(self.price), "api_call_limit": self.api_call_limit, "rate_limit": self.queue,
            "features": [format!("{} queued requests", self.queue)],
        })
    }
}

/// How many requests may wait for an account that has `plans`, and what the best of them is called.
pub fn queue_of(plans: impl Iterator<Item = u64>) -> (u64, &'static str) {
    let best = plans.filter_map(Plan::find).max_by_key(|plan| plan.queue);
    best.map_or((PAY_AS_YOU_GO_QUEUE, PAY_AS_YOU_GO), |plan| (plan.queue, plan.name))
}
