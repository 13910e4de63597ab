//! The routes of the service, one file for each resource. A handler reads the state and says what shall happen; it
//! changes nothing itself.

mod auth;
mod exchange;
mod generation;
mod keys;
mod links;
mod profile;
mod routes;
mod scopes;
mod teams;
mod tokens;

pub use exchange::{Caller, Exchange};
pub use routes::{Guard, Method, ROUTES, Route};
pub use scopes::require as require_scope;
pub use tokens::find as find_token;
