//! What login and verification have in common: a session, and whose it is.

use std::time::Duration;

use serde_json::Value;

use super::outcome::step_error;
use crate::http::Pace;
use crate::modelslab::catalogue::{Login, Session};
use crate::modelslab::{ApiError, Client};
use crate::run::{ErrorKind, StepError};
use crate::secret::Secret;
use crate::workflow::{OutputSpec, Type};

/// The name of tokens that are asked for without one.
pub(super) const DEVICE: &str = "onramp";

const MOST_QUESTIONS: u32 = 8;

const LONGEST_PAUSE: Duration = Duration::from_secs(30);

pub(super) fn session_outputs() -> Vec<OutputSpec> {
    vec![
        OutputSpec::secret("access_token", Type::String, "Bearer token of the control plane."),
        OutputSpec::public("expires_at", Type::String, "When the token ends, ISO 8601; null if it does not say."),
        OutputSpec::secret("api_key", Type::String, "The account's default key, or null."),
        OutputSpec::public("email", Type::String, "The account's address, as the service tells it.").echoes("email"),
    ]
}

pub(super) fn session_values(session: &Session, email: &str) -> [(&'static str, Value); 4] {
    let exposed = |secret: &Secret<String>| Value::from(secret.expose().as_str());
    [
        ("access_token", exposed(&session.access_token)),
        ("expires_at", session.expires_at.clone().into()),
        ("api_key", session.api_key.as_ref().map_or(Value::Null, exposed)),
        ("email", email.into()),
    ]
}

/// A token of our own for looking.
pub(super) async fn login(client: &Client, email: &str, password: &str) -> Result<Session, ApiError> {
    let request = Login {
        email: email.to_owned(),
        password: Secret::new(password.to_owned()),
        device_name: Some(DEVICE.to_owned()),
        ..Login::default()
    };
    client.login(&request).await
}

/// Why a session cannot be used.
pub(super) enum Unusable {
    /// Nobody could be asked whose it is.
    Unknown(ApiError),
    Foreign(StepError),
}

impl Unusable {
    pub fn into_error(self) -> StepError {
        match self {
            Self::Unknown(error) => step_error(&error),
            Self::Foreign(error) => error,
        }
    }
}

/// Asks until there is an answer: the token exists in this process alone, and a code that was used gives no other.
async fn whose(client: &Client, session: &Session) -> Result<String, ApiError> {
    let mut pace = Pace::new(Duration::from_millis(200), Duration::from_secs(5));
    for _ in 1..MOST_QUESTIONS {
        match client.get_profile(session.access_token.expose()).await {
            Err(error) if error.transient => {
                tokio::time::sleep(error.retry_after.unwrap_or_default().max(pace.pause()).min(LONGEST_PAUSE)).await;
            }
            other => return other.map(|profile| profile.email),
        }
    }
    client.get_profile(session.access_token.expose()).await.map(|profile| profile.email)
}

/// The address of the account that the session is for, which must be `expected`: a verification code alone says nothing
/// about whose it is, and a planted mail could bind us to somebody else's account.
pub(super) async fn owner(client: &Client, session: &Session, expected: Option<&str>) -> Result<String, Unusable> {
    let email = match &session.email {
        Some(email) => email.clone(),
        None => whose(client, session).await.map_err(Unusable::Unknown)?,
    };
    match expected {
        Some(expected) if !email.eq_ignore_ascii_case(expected) => {
            let message = "the service answered with the account of another address than the one that signed up; its token \
                           is not used. Was the code in a mail that somebody else sent?";
            Err(Unusable::Foreign(StepError::new(ErrorKind::Service, "service.other_account", message)))
        }
        _ => Ok(email),
    }
}
