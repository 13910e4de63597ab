//! The routes of the service, one file for each resource. A handler reads the state and says what shall happen; it
//! changes nothing itself.

mod auth;
mod catalogue;
mod contract;
mod exchange;
mod generation;
mod keys;
mod links;
mod models;
mod profile;
mod recovery;
mod route;
mod routes;
mod scopes;
mod sessions;
mod teams;
mod tokens;
mod usage;

pub use exchange::{Caller, Exchange};
pub use route::{Guard, Method, Route};
pub use routes::ROUTES;
pub use scopes::require as require_scope;
pub use tokens::find as find_token;
