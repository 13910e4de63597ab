//! What a route is.

use super::Exchange;
use crate::modelslab::catalogue::Verb;
use crate::sandbox::http::{Answer, Refusal};
use crate::sandbox::throttle::LimitClass;

pub type Handler = fn(&mut Exchange<'_>) -> Result<Answer, Refusal>;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    Open,
    /// A bearer token with this scope, or with any if it is `None`.
    Bearer(Option<&'static str>),
    /// A generation key in the body, for a GET in the query.
    Key,
    /// Stripe's publishable key, and a form as body.
    Publishable,
}

pub struct Route {
    /// What fault rules call it; two spellings of one route share a name.
    pub name: &'static str,
    pub method: Verb,
    /// Template, with at most one variable.
    pub path: &'static str,
    pub guard: Guard,
    /// `None`: not throttled.
    pub limit: Option<LimitClass>,
    /// Whether an `Idempotency-Key` counts.
    pub keyed: bool,
    pub handler: Handler,
}

pub(super) const fn open(
    name: &'static str,
    method: Verb,
    path: &'static str,
    limit: Option<LimitClass>,
    handler: Handler,
) -> Route {
    Route { name, method, path, guard: Guard::Open, limit, keyed: false, handler }
}

pub(super) const fn bearer(
    name: &'static str,
    method: Verb,
    path: &'static str,
    scope: Option<&'static str>,
    handler: Handler,
) -> Route {
    Route { name, method, path, guard: Guard::Bearer(scope), limit: Some(LimitClass::General), keyed: false, handler }
}

pub(super) const fn with_key(name: &'static str, method: Verb, path: &'static str, handler: Handler) -> Route {
    Route { name, method, path, guard: Guard::Key, limit: None, keyed: false, handler }
}

/// A route that changes something of money: with few requests a minute, and an `Idempotency-Key`.
pub(super) const fn spends(
    name: &'static str,
    method: Verb,
    path: &'static str,
    scope: Option<&'static str>,
    handler: Handler,
) -> Route {
    Route { limit: Some(LimitClass::Billing), keyed: true, ..bearer(name, method, path, scope, handler) }
}

/// The same without the key: it can be asked again and again.
pub(super) const fn asks(
    name: &'static str,
    method: Verb,
    path: &'static str,
    scope: Option<&'static str>,
    handler: Handler,
) -> Route {
    Route { keyed: false, ..spends(name, method, path, scope, handler) }
}

pub(super) const fn at_stripe(name: &'static str, path: &'static str, handler: Handler) -> Route {
    Route { name, method: Verb::Post, path, guard: Guard::Publishable, limit: None, keyed: false, handler }
}
