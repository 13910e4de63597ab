//! API keys: shown in full once, when they are made, and masked ever after (conflict C-4).

use serde_json::{Value, json};

use super::Exchange;
use crate::sandbox::http::{Answer, Check, Refusal};
use crate::sandbox::seed::fingerprint;
use crate::sandbox::state::{ApiKey, Event};

const KEY_LENGTH: usize = 60;

fn shown(key: &ApiKey, secret: Option<&str>) -> Value {
    json!({
        "id": key.id, "name": key.name, "key": secret.unwrap_or(&key.masked), "notes": key.notes,
        "created_at": key.created_at.to_string(),
    })
}

fn own<'a>(x: &Exchange<'a>) -> Result<impl Iterator<Item = &'a ApiKey> + use<'a>, Refusal> {
    let account = x.account()?.id;
    Ok(x.state.keys.values().filter(move |key| key.account == account && !key.deleted))
}

fn named<'a>(x: &Exchange<'a>) -> Result<&'a ApiKey, Refusal> {
    own(x)?.find(|key| key.id.to_string() == x.path_id).ok_or_else(Refusal::not_found)
}

fn notes(check: &mut Check<'_>) -> Option<String> {
    check.optional_text("notes", 0, 1_000).map(str::to_owned)
}

/// `GET /api-keys`
pub fn list(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let keys: Vec<Value> = own(x)?.map(|key| shown(key, None)).collect();
    Ok(x.answer(200, keys.into()))
}

/// `POST /api-keys`. Names need not be unique: who asks twice has two.
pub fn create(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?.id;
    let mut check = x.check();
    let name = check.text("name", 0, 255).to_owned();
    let notes = notes(&mut check);
    check.done()?;
    let (id, secret) = (x.next_id(), x.draw("api key", KEY_LENGTH));
    let masked = format!("{}{}{}", &secret[..4], "*".repeat(12), &secret[KEY_LENGTH - 4..]);
    let fingerprint = fingerprint(&secret);
    let key = ApiKey { id, account, name, notes, fingerprint, masked, created_at: x.now, deleted: false };
    let data = shown(&key, Some(&secret));
    x.emit(Event::KeyCreated { key });
    Ok(x.answer(201, data))
}

/// `GET /api-keys/{id}`
pub fn get(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let key = named(x)?;
    Ok(x.answer(200, shown(key, None)))
}

/// `PUT /api-keys/{id}`
pub fn update(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut key = named(x)?.clone();
    let mut check = x.check();
    if let Some(name) = check.optional_text("name", 0, 255) {
        key.name = name.to_owned();
    }
    if x.input.contains_key("notes") {
        key.notes = notes(&mut check);
    }
    check.done()?;
    let data = shown(&key, None);
    x.emit(Event::KeyChanged { key: key.id, name: key.name, notes: key.notes });
    Ok(x.answer(200, data))
}

/// `DELETE /api-keys/{id}`
pub fn delete(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let key = named(x)?.id;
    x.emit(Event::KeyDeleted { key });
    Ok(x.message("API key deleted."))
}
