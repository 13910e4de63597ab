//! HTTP as the engine needs it: one request, one answer or one error that says whether anything was sent.

mod asked;
mod challenge;
mod circuit;
mod client;
mod deadline;
mod gate;
mod origin;
mod pace;
mod retry_after;
mod throttle;
mod waits;

pub use asked::asked;
pub use client::{Http, HttpError, REQUEST_TIMEOUT, Request, RequestBody, Response, Timeout};
pub use deadline::Deadline;
pub use origin::{is_loopback, origin};
pub use pace::Pace;
pub use retry_after::{rate_limit_reset, retry_after};
pub use waits::Waits;
