//! `Idempotency-Key`: who asks the same again gets the same answer, and nothing is done twice.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::incoming::Incoming;
use super::{Answer, Body, Refusal};
use crate::sandbox::api::{Exchange, Route, client_secret};
use crate::sandbox::seed::{Seed, fingerprint};
use crate::sandbox::state::{Entry, KeptAnswer};

/// How long an answer is kept; the service documents nothing.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
const MAX_KEY: usize = 255;
const SECRET: &str = "_secret_";

/// Handles a request, or repeats the answer that the same one got. Only what succeeded is kept: who was refused may mend
/// what was wrong and ask again.
pub fn handle(route: &Route, incoming: &Incoming, x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let Some(key) = incoming.idempotency_key.as_ref().filter(|_| route.keyed) else { return (route.handler)(x) };
    if key.is_empty() || key.len() > MAX_KEY {
        return Err(Refusal::field("idempotency_key", "The idempotency key must have 1 to 255 characters."));
    }
    let key = fingerprint(&format!("{}|{key}", x.account()?.id));
    let asked = asked(route, incoming);
    match x.state.books.answers.get(&key).filter(|kept| kept.expires_at > x.now) {
        Some(kept) if kept.asked == asked => return Ok(again(kept, x.site.seed)),
        Some(_) => {
            let message = "This idempotency key was used for another request.";
            return Err(Refusal::coded(422, "idempotency_key_reused", message));
        }
        None => {}
    }
    let answer = (route.handler)(x)?;
    if let Body::Json(body) = &answer.body
        && answer.status < 300
    {
        let body = with_secrets(body, &|secret| secret.split_inclusive(SECRET).next().unwrap_or_default().to_owned());
        let kept = KeptAnswer { key, asked, status: answer.status, body, expires_at: x.now.plus(KEPT) };
        x.emit_entry(Entry::Answer { kept, now: x.now.as_millis() });
    }
    Ok(answer)
}

/// A fingerprint of route and fields, whatever their order.
fn asked(route: &Route, incoming: &Incoming) -> String {
    let fields: BTreeMap<&String, &Value> = incoming.input.iter().collect();
    fingerprint(&format!("{} {} {}", route.name, incoming.path_id, json!(fields)))
}

fn again(kept: &KeptAnswer, seed: Seed) -> Answer {
    let told = |secret: &str| client_secret(seed, secret.strip_suffix(SECRET).unwrap_or(secret));
    let mut body = with_secrets(&kept.body, &told);
    body["idempotency_replay"] = json!(true);
    Answer::json(kept.status, body)
}

/// `body` with each client secret in it replaced.
fn with_secrets(body: &Value, replace: &dyn Fn(&str) -> String) -> Value {
    match body {
        Value::Object(fields) => {
            let replaced = |(name, value): (&String, &Value)| match value.as_str().filter(|_| name == "client_secret") {
                Some(secret) => (name.clone(), json!(replace(secret))),
                None => (name.clone(), with_secrets(value, replace)),
            };
            fields.iter().map(replaced).collect()
        }
        Value::Array(items) => items.iter().map(|item| with_secrets(item, replace)).collect(),
        other => other.clone(),
    }
}
