//! What the service, or the way to it, said instead of an answer.

use std::fmt;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::http::{HttpError, Response, retry_after};
use crate::workflow::RateClass;

/// A call that did not succeed. Holds no secret beyond what the service chose to echo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// The HTTP status; `None` if there was no answer. A call that was kept back here, and not sent, has 429.
    pub status: Option<u16>,
    /// The service's own code, such as `email_not_verified`.
    pub code: Option<String>,
    /// Why the bank said no to a card, such as `insufficient_funds`.
    pub decline_code: Option<String>,
    pub message: String,
    /// The request may have reached the service although no answer came.
    pub sent: bool,
    pub timeout: bool,
    /// Trying again may help, if nothing else speaks against it.
    pub transient: bool,
    pub retry_after: Option<Duration>,
}

impl ApiError {
    /// The code of a call whose wait was ended by [`super::Limits::release`] or [`crate::http::Http::release`].
    pub const WITHDRAWN: &'static str = "withdrawn";

    /// The code of an image that is none, or that cannot be had.
    pub const NOT_AN_IMAGE: &'static str = "not_an_image";

    /// The code of a generation that the service refused or gave up without a code of its own.
    pub const GENERATION_FAILED: &'static str = "generation_failed";

    /// The code of an answer that wants a human to be there.
    pub const CHALLENGE: &'static str = "challenge";

    /// The code of a call that cannot be made with what it was given; nothing was asked.
    pub const UNASKABLE: &'static str = "unaskable";

    /// The error of an answer whose status or envelope says no.
    pub(super) fn refused(response: &Response, code: Option<String>, message: String, now: Timestamp) -> Self {
        let status = response.status;
        Self {
            status: Some(status),
            code,
            decline_code: None,
            message,
            sent: true,
            timeout: false,
            transient: status == 429 || status >= 500,
            retry_after: retry_after(|name| response.header(name), now).filter(|_| status == 429 || status >= 500),
        }
    }

    /// Nothing was asked.
    pub(super) fn not_sent(message: String) -> Self {
        Self { status: None, message, sent: false, ..Self::garbled(0, "") }
    }

    /// It cannot be asked with what it was given, whatever the service would say.
    pub(super) fn unaskable(message: String) -> Self {
        Self { code: Some(Self::UNASKABLE.to_owned()), ..Self::not_sent(message) }
    }

    pub(super) fn without_credential() -> Self {
        Self::not_sent("the operation needs a token or a key".to_owned())
    }

    /// Kept back by our own count of the service's limits, which have room after `wait` if that is known.
    pub(super) fn held_back(class: &RateClass, wait: Option<Duration>) -> Self {
        let when =
            wait.map_or_else(|| "too late".to_owned(), |wait| format!("in {} s", wait.as_millis().div_ceil(1000)));
        let (name, count) = (class.name, class.rate.count);
        let message = format!("nothing was sent: {name} allows {count} a minute, and has room {when}");
        Self { status: Some(429), transient: true, retry_after: wait, ..Self::not_sent(message) }
    }

    /// Kept back: so many images of the key are being made already.
    pub(super) fn queue_full(places: u32) -> Self {
        let message =
            format!("nothing was sent: {places} images of this key are being made, and none was ready in time");
        Self { status: Some(429), transient: true, ..Self::not_sent(message) }
    }

    /// Its wait for a turn was ended from outside.
    pub(super) fn withdrawn() -> Self {
        Self { code: Some(Self::WITHDRAWN.to_owned()), ..Self::not_sent("nothing was sent: the wait was ended".into()) }
    }

    /// It was sent, and nothing came back.
    pub(super) fn lost() -> Self {
        Self { sent: true, transient: true, ..Self::not_sent("the connection broke before the answer came".to_owned()) }
    }

    /// An answer that nobody can make sense of.
    pub(super) fn garbled(status: u16, what: &str) -> Self {
        let message = format!("the answer (status {status}) {what}");
        Self {
            status: Some(status),
            code: None,
            decline_code: None,
            message,
            sent: true,
            timeout: false,
            transient: false,
            retry_after: None,
        }
    }

    /// A success that lacks what it was asked for.
    pub fn unusable(what: &str) -> Self {
        Self { message: what.to_owned(), ..Self::garbled(200, "") }
    }

    pub(super) fn coded(self, code: &str) -> Self {
        Self { code: Some(code.to_owned()), ..self }
    }

    /// The card's holder has to agree (3-D Secure), and was not asked.
    pub fn wants_authentication(&self) -> bool {
        const WANTED: &str = "authentication_required";
        self.is(WANTED) || self.decline_code.as_deref() == Some(WANTED)
    }

    /// The same under the status that an answer without one of its own would have.
    pub(super) fn under(self, status: u16) -> Self {
        Self { status: Some(status), transient: status == 429 || status >= 500, ..self }
    }

    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// The service does not know this address or this verb at all (404 without a code of its own, or 405).
    pub fn no_such_route(&self) -> bool {
        self.status == Some(405) || (self.status == Some(404) && self.code.is_none())
    }

    /// For want of credits: 402, or a message that says so under any status.
    pub fn no_credits(&self) -> bool {
        self.status == Some(402) || says_no_credits(&self.message)
    }
}

/// The generation API may answer HTTP 200 and say this in the text alone.
pub(super) fn says_no_credits(message: &str) -> bool {
    let message = message.to_lowercase();
    let about = ["credit", "balance", "funds"].iter().any(|word| message.contains(word));
    about && ["insufficient", "not enough", "no ", "out of", "low"].iter().any(|word| message.contains(word))
}

impl From<HttpError> for ApiError {
    fn from(error: HttpError) -> Self {
        Self {
            status: None,
            code: error.withdrawn.then(|| Self::WITHDRAWN.to_owned()),
            decline_code: None,
            message: error.message,
            sent: error.sent,
            timeout: error.timeout,
            transient: error.transient,
            retry_after: None,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.status, &self.code) {
            (Some(status), Some(code)) => write!(f, "{} ({status} {code})", self.message),
            (Some(status), None) if self.sent => write!(f, "{} ({status})", self.message),
            _ => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for ApiError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn want_of_credits_is_known_by_its_words() {
        for yes in ["Insufficient credits", "You have not enough balance.", "out of credits", "Your funds are too low"]
        {
            assert!(says_no_credits(yes), "{yes}");
        }
        for no in ["Invalid API key", "Rate limit exceeded", "credit card declined"] {
            assert!(!says_no_credits(no), "{no}");
        }
    }
}
