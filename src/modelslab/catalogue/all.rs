//! The parts of the table, one after the other.

use super::{Operation, auth, billing, contract, keys, models, profile, subscriptions, teams, tokens, usage, wallet};

/// All operations, by part.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    let parts = [
        auth::OPERATIONS,
        tokens::OPERATIONS,
        profile::OPERATIONS,
        keys::OPERATIONS,
        teams::OPERATIONS,
        billing::OPERATIONS,
        wallet::OPERATIONS,
        subscriptions::OPERATIONS,
        usage::OPERATIONS,
        models::OPERATIONS,
        contract::OPERATIONS,
    ];
    parts.into_iter().flatten().copied()
}
