//! HTTP as the engine needs it: one request, one answer or one error that says whether anything was sent.

mod asked;
mod challenge;
mod circuit;
mod client;
mod deadline;
mod error;
mod gate;
mod origin;
mod pace;
mod request;
mod response;
mod retry_after;
mod throttle;
mod waits;

pub use asked::asked;
pub use client::Http;
pub use deadline::Deadline;
pub use error::HttpError;
pub use origin::{host_or_origin, is_loopback, origin};
pub use pace::Pace;
pub use request::{Headers, REQUEST_TIMEOUT, Request, RequestBody, Timeout};
pub use response::Response;
pub use retry_after::{rate_limit_reset, retry_after};
pub use waits::Waits;
