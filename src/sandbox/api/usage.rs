//! What an account may use, and what it used.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::money::wallet;
use super::plans::queue_of;
use super::{Exchange, catalogue};
use crate::clock::Timestamp;
use crate::sandbox::http::{Answer, Refusal};
use crate::sandbox::state::Image;

fn own<'a>(x: &Exchange<'a>) -> Result<impl DoubleEndedIterator<Item = &'a Image> + use<'a>, Refusal> {
    let account = x.account()?.id;
    Ok(x.state.images.values().filter(move |image| image.account == account))
}

/// `GET /usage/summary`
pub fn summary(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let used = own(x)?.count();
    let account = x.account()?.id;
    let (queue, plan) = queue_of(x.state.books.plans_of(account));
    let limits = json!({ "plan": plan, "queued_requests": queue, "api_calls": null, "api_calls_used": used });
    Ok(x.answer(200, json!({ "limits": limits, "wallet": wallet(x.state, account) })))
}

/// `GET /usage/products`
pub fn products(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let used = own(x)?.count();
    let (_, plan) = queue_of(x.state.books.plans_of(x.account()?.id));
    let features: std::collections::BTreeSet<&str> = catalogue::MODELS.iter().map(|model| model.feature).collect();
    let product = |name: &str| {
        let used = if name == "imagen" { used } else { 0 };
        json!({ "product": name, "plan": plan, "limit": null, "used": used })
    };
    let products: Vec<Value> = features.into_iter().map(product).collect();
    Ok(x.answer(200, products.into()))
}

/// `GET /usage/history`: the last generations, newest first; `from` and `to` are days, both included.
pub fn history(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut check = x.check();
    let (from, to) = (check.day("from"), check.day("to"));
    let limit = check.integer("limit", 1..=200).unwrap_or(100);
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        check.refuse("to", "The to field must be a date after or equal to from.".into());
    }
    check.done()?;
    let within = |image: &&Image| {
        let day = day_of(image.created_at);
        from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
    };
    let found: Vec<&Image> = own(x)?.rev().filter(within).collect();
    let item = |image: &&Image| {
        json!({
            "id": image.id, "product": "imagen", "model_id": image.model, "samples": image.samples,
            "status": if image.finished { "success" } else { "processing" },
            "created_at": image.created_at.to_string(),
        })
    };
    let items: Vec<Value> = found.iter().take(limit as usize).map(item).collect();
    Ok(x.answer(200, json!({ "items": items, "count": items.len(), "total": found.len() })))
}

fn day_of(at: Timestamp) -> NaiveDate {
    chrono::DateTime::from_timestamp_millis(at.as_millis()).unwrap_or_default().date_naive()
}
