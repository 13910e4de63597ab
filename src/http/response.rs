//! What was answered, as far as it came.

use reqwest::header::HeaderMap;
#[cfg(test)]
use reqwest::header::{HeaderName, HeaderValue};
use serde::de::DeserializeOwned;

use super::error::explain;

/// The largest answer that is read.
pub const MAX_BODY: usize = 16 * 1024 * 1024;

pub struct Response {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Why the body is not whole: the status and the headers came, and then no more.
    pub broken: Option<String>,
}

impl Response {
    /// The value of a header, of several the last; `None` if it is no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let value = self.headers.get_all(name).iter().next_back()?;
        std::str::from_utf8(value.as_bytes()).ok()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, whatever the content type says; not what is left of a broken one.
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok().filter(|_| self.broken.is_none())
    }
}

#[cfg(test)]
impl Response {
    /// A whole answer.
    pub fn of(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Self {
        let headers =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        Self { status, headers: headers.collect(), body: body.into(), broken: None }
    }
}

/// Reads into `body` what comes of it; the error says why that is not all.
pub(super) async fn read_body(
    mut response: reqwest::Response,
    place: &str,
    mut enough: impl FnMut(&[u8]) -> bool + Send,
    body: &mut Vec<u8>,
) -> Result<(), String> {
    while let Some(chunk) = response.chunk().await.map_err(|error| explain(&error, place).message)? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(format!("the answer of {place} is larger than {} MiB", MAX_BODY / 1024 / 1024));
        }
        body.extend_from_slice(&chunk);
        if enough(body) {
            break;
        }
    }
    Ok(())
}
