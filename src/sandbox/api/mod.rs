//! The routes of the service, one file for each resource. A handler reads the state and says what shall happen; it
//! changes nothing itself.

mod auth;
mod billing;
mod cards;
mod catalogue;
mod checkout;
mod contract;
mod coupons;
mod exchange;
mod generation;
mod keys;
mod links;
mod models;
mod money;
mod plans;
mod profile;
mod recovery;
mod route;
mod routes;
mod scopes;
mod sessions;
mod stripe;
mod subscriptions;
mod teams;
mod tokens;
mod usage;
mod wallet;

pub use exchange::{Caller, Exchange};
pub use money::client_secret;
pub use route::{Guard, Route};
pub use routes::ROUTES;
pub use scopes::require as require_scope;
pub use tokens::find as find_token;
