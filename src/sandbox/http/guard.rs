//! Who asks, and whether they may.

use serde_json::{Value, json};

use super::incoming::Incoming;
use super::{Answer, Refusal};
use crate::clock::Timestamp;
use crate::sandbox::api::{Caller, Guard, Route, find_token, require_scope};
use crate::sandbox::seed::fingerprint;
use crate::sandbox::service::Site;
use crate::sandbox::state::State;

/// Longer e-mails in a body are not taken for an account's.
const MAX_EMAIL: usize = 255;

pub struct Asker<'a> {
    /// Present if token or key are good.
    pub caller: Option<Caller<'a>>,
    /// E-mail of the account the request is about, in lower case; empty if that cannot be told.
    pub email: String,
}

/// Finds out who asks: by token, by key, by the e-mail or by the code in the request.
pub fn identify<'a>(state: &'a State, route: &Route, incoming: &Incoming, now: Timestamp) -> Asker<'a> {
    let caller = match route.guard {
        Guard::Open | Guard::Publishable => None,
        Guard::Bearer(_) => by_token(state, incoming, now),
        Guard::Key => by_key(state, incoming),
    };
    let field = |name| incoming.input.get(name).and_then(Value::as_str);
    let by_code = |code: &str| Some(state.account_by_code(&fingerprint(code))?.email.clone());
    let email = match (caller, route.guard) {
        (Some(caller), _) => Some(caller.account.email.clone()),
        (None, Guard::Open | Guard::Publishable) => field("email")
            .filter(|email| email.len() <= MAX_EMAIL)
            .map(str::to_lowercase)
            .or_else(|| by_code(field("verification_code").unwrap_or(&incoming.path_id)))
            .or_else(|| Some(state.email_of(state.books.owner_of(&incoming.path_id)?).to_owned())),
        _ => None,
    };
    Asker { caller, email: email.unwrap_or_default() }
}

fn by_token<'a>(state: &'a State, incoming: &Incoming, now: Timestamp) -> Option<Caller<'a>> {
    let token = find_token(state, incoming.bearer.as_deref()?, now)?;
    Some(Caller { account: state.accounts.get(&token.account)?, token: Some(token) })
}

fn by_key<'a>(state: &'a State, incoming: &Incoming) -> Option<Caller<'a>> {
    let key = state.key_by_fingerprint(&fingerprint(incoming.input.get("key")?.as_str()?))?;
    Some(Caller { account: state.accounts.get(&key.account)?, token: None })
}

/// Refuses whom the route does not let in.
pub fn admit(guard: Guard, asker: &Asker<'_>, incoming: &Incoming, site: &Site) -> Result<(), Refusal> {
    match (guard, asker.caller) {
        (Guard::Open, _) | (Guard::Key, Some(_)) => Ok(()),
        (Guard::Bearer(scope), Some(Caller { token: Some(token), .. })) => {
            scope.map_or(Ok(()), |scope| require_scope(token, scope))
        }
        (Guard::Bearer(_), _) => Err(Refusal::UNAUTHENTICATED),
        (Guard::Publishable, _) => admit_publishable(incoming, site),
        (Guard::Key, None) => {
            let given = incoming.input.get("key").and_then(Value::as_str).is_some_and(|key| !key.is_empty());
            Err(Refusal::generation(401, if given { "Invalid API key" } else { "API key required" }))
        }
    }
}

/// Stripe's own checks: the publishable key, by Basic or as a bearer token, and a form.
fn admit_publishable(incoming: &Incoming, site: &Site) -> Result<(), Refusal> {
    let refused = |status, message: &str| {
        let error = json!({ "type": "invalid_request_error", "message": message });
        Err(Refusal::Stripe { status, error })
    };
    match incoming.basic_user.as_ref().or(incoming.bearer.as_ref()) {
        None => refused(401, "You did not provide an API key."),
        Some(key) if *key != site.publishable_key => refused(401, "Invalid API Key provided."),
        Some(_) if !incoming.is_form => {
            refused(400, "Invalid request (check that your POST content type is application/x-www-form-urlencoded).")
        }
        Some(_) => Ok(()),
    }
}

/// The answer to a refusal, with the header that names a missing scope.
pub fn challenge(refusal: Refusal, request_id: &str) -> Answer {
    let scope = match &refusal {
        Refusal::Coded { details, .. } => details.get("required_scope").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    let answer = refusal.answer(request_id);
    match scope {
        Some(scope) => {
            let value = format!("Bearer realm=\"modelslab\", error=\"insufficient_scope\", scope=\"{scope}\"");
            answer.with("www-authenticate", value)
        }
        None => answer,
    }
}
