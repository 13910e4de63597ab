//! Why there is no answer, in words that show nothing of the request but host and port.

use std::fmt;
use std::time::Duration;

use super::request::{REQUEST_TIMEOUT, Timeout};
use crate::tls;

pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpError {
    /// Something may have reached the service.
    pub sent: bool,
    pub timeout: bool,
    /// Trying again may help.
    pub transient: bool,
    /// Its wait was ended by [`Http::release`](super::Http::release).
    pub withdrawn: bool,
    pub message: String,
}

impl HttpError {
    pub(super) fn before(message: String) -> Self {
        Self { sent: false, timeout: false, transient: false, withdrawn: false, message }
    }

    /// The wait for a service that does not answer was ended from outside.
    pub(super) fn withdrawn() -> Self {
        Self { withdrawn: true, ..Self::before("nothing was sent: the wait was ended".to_owned()) }
    }

    /// The service at `place` did not come back in time.
    pub(super) fn held_back(place: &str, timeout: Timeout) -> Self {
        let setting = timeout.setting.map(|(name, value)| format!(": `{name}` is {value:?}")).unwrap_or_default();
        let message =
            format!("nothing was sent: {place} does not answer, and there is no time to wait for it{setting}");
        Self { timeout: true, transient: true, ..Self::before(message) }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for HttpError {}

/// There was no whole answer of the service at `place` until `limit`.
pub(super) fn late(place: &str, limit: Timeout) -> HttpError {
    let message = match limit.setting.filter(|_| limit.after < REQUEST_TIMEOUT) {
        Some((name, value)) => format!("{place} did not answer in time: `{name}` is {value:?}"),
        None => format!("{place} did not answer within {:?}, the longest that a request may take", limit.after),
    };
    HttpError { sent: true, timeout: true, transient: true, withdrawn: false, message }
}

pub(super) fn explain(error: &reqwest::Error, place: &str) -> HttpError {
    let timeout = error.is_timeout();
    let what = if error.is_connect() && timeout {
        format!("no connection to {place} within {CONNECT_TIMEOUT:?}")
    } else if error.is_connect() {
        format!("cannot connect to {place}")
    } else if error.is_builder() {
        "the request is not well formed".to_owned()
    } else {
        format!("the connection to {place} broke before the whole answer came")
    };
    // The chain of causes names addresses and system errors; reqwest's own text would show the URL.
    let mut causes = String::new();
    let mut source = std::error::Error::source(error).filter(|_| !timeout);
    while let Some(cause) = source {
        causes = cause.to_string();
        source = cause.source();
    }
    if causes.contains("UnknownIssuer") {
        causes.push_str(&tls::unknown_issuer_advice());
    }
    let message = if causes.is_empty() { what } else { format!("{what}: {causes}") };
    let (sent, transient) = (!(error.is_connect() || error.is_builder()), !error.is_builder());
    HttpError { sent, timeout, transient, withdrawn: false, message }
}
