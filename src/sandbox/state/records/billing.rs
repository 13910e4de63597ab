//! Cards, payments and what they paid for. Amounts are in cents. Of a card there is nothing but its brand, its last four
//! digits and its date.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Timestamp;
use crate::sandbox::state::stored::moment;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Card {
    /// `pm_…`
    pub id: String,
    /// Nobody's until it is saved or paid with.
    pub account: Option<u64>,
    pub brand: String,
    pub last4: String,
    pub exp_month: u64,
    pub exp_year: u64,
    /// Whether it stands in the account's list.
    pub saved: bool,
    pub default: bool,
    pub removed: bool,
    #[serde(with = "moment")]
    pub created_at: Timestamp,
}

/// A card that is to be saved without a payment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Setup {
    /// `seti_…`
    pub id: String,
    pub account: u64,
    /// The card with which it succeeded.
    pub card: Option<String>,
}

/// What a payment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    Fund,
    /// `extra` comes on top of what is paid.
    Bonus {
        extra: u64,
    },
    Subscribe {
        plan: u64,
    },
    /// A further period of the subscription, or the difference to a dearer plan.
    Renew {
        subscription: u64,
        plan: u64,
    },
    Charge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    Succeeded,
    RequiresAction,
    Failed,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Payment {
    /// `pi_…`
    pub id: String,
    /// `in_…`
    pub invoice: String,
    pub account: u64,
    pub amount: u64,
    pub purpose: Purpose,
    pub status: PaymentStatus,
    #[serde(with = "moment")]
    pub created_at: Timestamp,
}

/// A page on which a person pays.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Checkout {
    /// `cs_test_…`
    pub id: String,
    pub account: u64,
    pub amount: u64,
    pub purpose: Purpose,
    /// The payment that was made there.
    pub payment: Option<String>,
    /// Whether what was paid for was given.
    pub fulfilled: bool,
    #[serde(with = "moment")]
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Credit,
    Debit,
}

/// One change of a wallet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Transaction {
    pub id: u64,
    pub account: u64,
    pub direction: Direction,
    pub amount: u64,
    /// Where the money came from: `stripe`, `coupon`.
    pub source: String,
    /// The payment or coupon behind it.
    pub reference: String,
    pub usecase: String,
    #[serde(with = "moment")]
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    Active,
    Paused,
    PastDue,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Subscription {
    pub id: u64,
    /// `sub_…`
    pub stripe_id: String,
    pub account: u64,
    pub plan: u64,
    pub status: SubscriptionStatus,
    /// The payment that began it.
    pub payment: String,
    #[serde(with = "moment")]
    pub period_start: Timestamp,
    #[serde(with = "moment")]
    pub period_end: Timestamp,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct AutoFunding {
    pub charge: u64,
    pub threshold: u64,
}

/// What an account has said about its money.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Purse {
    pub auto_funding: Option<AutoFunding>,
    /// Billing info, by field.
    pub info: BTreeMap<String, String>,
    pub coupons: BTreeSet<String>,
}

/// An answer that is given again to who asks again with the same `Idempotency-Key`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeptAnswer {
    /// Fingerprint of account and key.
    pub key: String,
    /// Fingerprint of what was asked.
    pub asked: String,
    pub status: u16,
    /// Without the client secrets in it.
    pub body: Value,
    #[serde(with = "moment")]
    pub expires_at: Timestamp,
}
