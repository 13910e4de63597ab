//! From what the service said to what a step is told.

use crate::action::context::not_sent;
use crate::modelslab::ApiError;
use crate::run::{ErrorKind, Happened, Outcome, ProbeAnswer, StepError};
use crate::secret::Data;
use crate::workflow::RetryClass;

/// Why a call failed and what it may have done: a 4xx did nothing, no answer or a 5xx may have done anything.
pub(super) fn failed(error: &ApiError) -> Outcome {
    let happened = match error.status {
        _ if !error.sent => Happened::None,
        Some(400..500) => Happened::None,
        _ => Happened::Unknown,
    };
    Outcome { retry_after: error.retry_after, ..Outcome::failed(happened, step_error(error)) }
}

pub(super) fn step_error(error: &ApiError) -> StepError {
    if error.is(ApiError::WITHDRAWN) {
        return StepError::interrupted();
    }
    if error.is(ApiError::UNASKABLE) {
        return StepError::new(ErrorKind::Config, "config.parameter", error.message.clone());
    }
    let (kind, code, class) = match (error.status, &error.code) {
        (None, _) if error.timeout => (ErrorKind::Network, "network.timeout".to_owned(), Some(RetryClass::Timeout)),
        (None, _) if error.sent => (ErrorKind::Network, "network.broken".to_owned(), Some(RetryClass::Network)),
        (None, _) => (ErrorKind::Network, "network.unreachable".to_owned(), Some(RetryClass::Network)),
        (Some(429), _) => (ErrorKind::Service, "service.429".to_owned(), Some(RetryClass::TooManyRequests)),
        (Some(500..), _) => (ErrorKind::Service, "service.5xx".to_owned(), Some(RetryClass::Server)),
        _ if error.wants_authentication() => (ErrorKind::Service, AUTHENTICATION_REQUIRED.to_owned(), None),
        (Some(200..400), None) => (ErrorKind::Service, "service.unreadable".to_owned(), None),
        (Some(_), Some(code)) => (ErrorKind::Service, format!("service.{code}"), None),
        (Some(status), None) => (ErrorKind::Service, format!("service.{status}"), None),
    };
    let class = class.filter(|_| error.transient);
    let message = match hint(error) {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    };
    StepError { class, ..StepError::new(kind, &code, message) }
}

/// The code of a payment that the card's holder has to agree to.
pub(super) const AUTHENTICATION_REQUIRED: &str = "service.authentication_required";

const ASK_A_PERSON: &str = "the card's holder must agree to it (3-D Secure), and nobody was asked: lead a person to the page of \
                            `modelslab.create_payment_link`, or use another card";

/// A payment or a card waits for its holder. Nothing was paid.
pub(super) fn authentication_required(who: &str) -> Outcome {
    not_sent(StepError::new(ErrorKind::Service, AUTHENTICATION_REQUIRED, format!("{who} wants more: {ASK_A_PERSON}")))
}

fn hint(error: &ApiError) -> Option<&'static str> {
    if error.wants_authentication() {
        return Some(ASK_A_PERSON);
    }
    if let Some(hint) = error.decline_code.as_deref().and_then(declined) {
        return Some(hint);
    }
    match (error.status, error.code.as_deref()) {
        (_, Some("invalid_credentials")) => Some("wrong password, or an account made through Google or GitHub"),
        (_, Some("email_not_verified")) => Some("the account exists and its address must be verified first"),
        (_, Some("access_denied")) => Some("the account is blocked: write to the service's support"),
        (_, Some("insufficient_scope")) => Some("log in again for a token with more scopes"),
        (Some(401), None) => Some("the token is missing, wrong or expired"),
        (_, Some("expired_card" | "invalid_expiry_month" | "invalid_expiry_year")) => {
            Some("the card is not good any more")
        }
        (_, Some("incorrect_cvc" | "invalid_cvc")) => Some("look at the three or four digits again"),
        (_, Some("incorrect_number" | "invalid_number")) => Some("a digit of the card's number is wrong"),
        (_, Some("card_declined" | "payment_declined")) => Some("the bank says no more: ask it, or use another card"),
        _ if error.message.contains(TOKENIZATION) => Some(
            "the service's account at Stripe takes cards on Stripe's own pages alone: lead a person to the page of \
             `modelslab.create_payment_link`",
        ),
        _ => None,
    }
}

/// What Stripe says where cards may not be given to it by a program.
const TOKENIZATION: &str = "card numbers directly to the Stripe API";

/// Stripe's words for why a bank said no, as far as they say what to do.
fn declined(code: &str) -> Option<&'static str> {
    Some(match code {
        "insufficient_funds" => "there is not enough money behind the card",
        "test_mode_live_card" => "Stripe is in its test mode, which takes its own test cards alone",
        "live_mode_test_card" => "a card for tests does not pay where money is real",
        "lost_card" | "stolen_card" => "the card was reported; use another",
        "expired_card" => "the card is not good any more",
        _ => return None,
    })
}

/// Why an undo failed. `what` names what is left, for whoever has to remove it by hand.
pub(super) fn not_undone(error: &ApiError, what: &str) -> Outcome {
    let mut outcome = failed(error);
    if let Some(said) = outcome.error.as_mut().filter(|_| error.status == Some(401)) {
        said.message = format!(
            "{}. The run's token has expired or was revoked, and a teardown does not log in again: remove {what} at the \
             service by hand",
            said.message
        );
    }
    outcome
}

/// What is not there need not be removed.
pub(super) fn gone<T>(removed: Result<T, ApiError>) -> Result<(), ApiError> {
    match removed {
        Err(error) if error.status != Some(404) => Err(error),
        _ => Ok(()),
    }
}

pub(super) fn undone() -> Outcome {
    Outcome::succeeded(Data::new())
}

pub(super) fn nothing_to_undo() -> Outcome {
    not_sent(StepError::new(ErrorKind::Service, StepError::NOTHING_TO_UNDO, "there is nothing to undo"))
}

pub(super) fn cannot_undo(why: &str) -> Outcome {
    not_sent(StepError::new(ErrorKind::Service, StepError::CANNOT_UNDO, why))
}

/// What a failed look says: another one may tell if the failure passes.
pub(super) fn cannot_tell(error: &ApiError) -> ProbeAnswer {
    if error.is(ApiError::WITHDRAWN) {
        return ProbeAnswer::CutOff;
    }
    let again = error.transient.then_some(error.retry_after.unwrap_or_default());
    ProbeAnswer::CannotTell { reason: format!("the look itself failed: {error}"), again }
}

pub(super) fn unable(error: StepError) -> ProbeAnswer {
    ProbeAnswer::CannotTell { reason: error.message, again: None }
}
