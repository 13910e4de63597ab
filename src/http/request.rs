//! What is asked, and how long it may take.

use std::borrow::Cow;
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use url::Url;

/// The longest that one request may take, answer included.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// A request. Secrets inside are the caller's to keep out of errors; [`HttpError`](super::HttpError) never holds any of it but
/// host and port.
pub struct Request {
    pub method: Method,
    pub url: Url,
    pub headers: Headers,
    pub body: RequestBody,
    pub timeout: Timeout,
    /// Once the service has said that there are too many requests, this one waits with the others of its kind. Not for
    /// requests whose limits somebody else keeps.
    pub in_turn: bool,
}

/// By name, in the order in which they are sent.
pub type Headers = Vec<(Cow<'static, str>, String)>;

/// How long a request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeout {
    pub after: Duration,
    /// The user's setting that bounds `left`, and its value.
    pub setting: Option<(&'static str, Duration)>,
    /// How long whoever asks has for all of it, the wait before it is sent included; `None` if there is no such bound.
    pub left: Option<Duration>,
}

impl Default for Timeout {
    fn default() -> Self {
        Self { after: REQUEST_TIMEOUT, setting: None, left: None }
    }
}

pub enum RequestBody {
    None,
    Json(Value),
    Form(Vec<(String, String)>),
    Text(String),
}
