//! What was answered, as far as it came.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use serde_json::Value;

use super::error::explain;
use super::request::Timeout;

/// The largest answer that is read.
pub const MAX_BODY: usize = 16 * 1024 * 1024;

pub struct Response {
    pub status: u16,
    /// Names in lower case; of several values the last.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
    /// Why the body is not whole: the status and the headers came, and then no more.
    pub broken: Option<String>,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, whatever the content type says; not what is left of a broken one.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok().filter(|_| self.broken.is_none())
    }
}

/// What came of the body, and why it is not whole.
pub(super) async fn read_body(
    response: reqwest::Response,
    place: &str,
    timeout: Timeout,
    mut enough: impl FnMut(&[u8]) -> bool + Send,
) -> (Vec<u8>, Option<String>) {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(error) => return (body, Some(explain(&error, place, timeout).message)),
        };
        if body.len() + chunk.len() > MAX_BODY {
            return (body, Some(format!("the answer of {place} is larger than {} MiB", MAX_BODY / 1024 / 1024)));
        }
        body.extend_from_slice(&chunk);
        if enough(&body) {
            break;
        }
    }
    (body, None)
}
