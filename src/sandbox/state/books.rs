//! The books: every record of money, and the entries that change them. An entry is a record as it reads from now on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::records::{
    Card, Checkout, Direction, KeptAnswer, Payment, Purse, Setup, Subscription, SubscriptionStatus, Transaction,
};
use crate::clock::Timestamp;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    Card(Card),
    Setup(Setup),
    Payment(Payment),
    Checkout(Checkout),
    Transaction(Transaction),
    Subscription(Subscription),
    Purse {
        account: u64,
        purse: Purse,
    },
    /// `now`: answers that expired before are forgotten.
    Answer {
        kept: KeptAnswer,
        now: i64,
    },
}

impl Entry {
    /// The id it takes from the common sequence.
    pub fn id(&self) -> u64 {
        match self {
            Self::Transaction(transaction) => transaction.id,
            Self::Subscription(subscription) => subscription.id,
            _ => 0,
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Books {
    pub cards: BTreeMap<String, Card>,
    pub setups: BTreeMap<String, Setup>,
    pub payments: BTreeMap<String, Payment>,
    pub checkouts: BTreeMap<String, Checkout>,
    /// By account, oldest first.
    pub transactions: BTreeMap<u64, Vec<Transaction>>,
    pub subscriptions: BTreeMap<u64, Subscription>,
    pub purses: BTreeMap<u64, Purse>,
    pub answers: BTreeMap<String, KeptAnswer>,
}

impl Books {
    pub(super) fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Card(card) => drop(self.cards.insert(card.id.clone(), card)),
            Entry::Setup(setup) => drop(self.setups.insert(setup.id.clone(), setup)),
            Entry::Payment(payment) => drop(self.payments.insert(payment.id.clone(), payment)),
            Entry::Checkout(checkout) => drop(self.checkouts.insert(checkout.id.clone(), checkout)),
            Entry::Transaction(transaction) => {
                self.transactions.entry(transaction.account).or_default().push(transaction);
            }
            Entry::Subscription(subscription) => drop(self.subscriptions.insert(subscription.id, subscription)),
            Entry::Purse { account, purse } => drop(self.purses.insert(account, purse)),
            Entry::Answer { kept, now } => {
                self.answers.retain(|_, answer| answer.expires_at > Timestamp::from_millis(now));
                self.answers.insert(kept.key.clone(), kept);
            }
        }
    }

    pub fn transactions_of(&self, account: u64) -> &[Transaction] {
        self.transactions.get(&account).map_or(&[], Vec::as_slice)
    }

    /// All that came into the wallet, or all that left it.
    pub fn total(&self, account: u64, direction: Direction) -> u64 {
        let of = self.transactions_of(account).iter().filter(|transaction| transaction.direction == direction);
        of.map(|transaction| transaction.amount).sum()
    }

    pub fn balance(&self, account: u64) -> u64 {
        self.total(account, Direction::Credit).saturating_sub(self.total(account, Direction::Debit))
    }

    pub fn purse(&self, account: u64) -> Purse {
        self.purses.get(&account).cloned().unwrap_or_default()
    }

    /// The cards in the account's list.
    pub fn cards_of(&self, account: u64) -> impl Iterator<Item = &Card> {
        self.cards.values().filter(move |card| card.account == Some(account) && card.saved && !card.removed)
    }

    pub fn subscriptions_of(&self, account: u64) -> impl Iterator<Item = &Subscription> {
        self.subscriptions.values().filter(move |subscription| subscription.account == account)
    }

    /// The plans that the account has at present.
    pub fn plans_of(&self, account: u64) -> impl Iterator<Item = u64> {
        let active = |subscription: &&Subscription| subscription.status == SubscriptionStatus::Active;
        self.subscriptions_of(account).filter(active).map(|subscription| subscription.plan)
    }

    /// The account that a checkout, payment or setup is about.
    pub fn owner_of(&self, id: &str) -> Option<u64> {
        let checkout = self.checkouts.get(id).map(|checkout| checkout.account);
        let payment = || self.payments.get(id).map(|payment| payment.account);
        checkout.or_else(payment).or_else(|| self.setups.get(id).map(|setup| setup.account))
    }
}
