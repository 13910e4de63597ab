//! Looking for a model, with a token or with a key.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Exchange;
use super::catalogue::{MODELS, Model};
use crate::sandbox::http::{Answer, Check, Refusal};

/// The orders of the REST documents and of the tools', the default first.
const SORTS: [&str; 9] =
    ["recommended", "latest", "newest", "most-used", "popular", "asc", "sort-asc", "desc", "sort-desc"];
const MAX_PER_PAGE: u64 = 100;

fn shown(model: &Model) -> Value {
    json!({
        "model_id": model.id, "model_name": model.name, "feature": model.feature, "provider": model.provider,
        "model_type": model.kind, "model_subcategory": model.subcategory, "base_model": model.base,
        "tags": model.tags, "api_calls": model.calls, "created_at": format!("{}T00:00:00.000Z", model.added),
    })
}

/// A field of a model.
type Field = fn(&Model) -> Option<&'static str>;

/// What a search asks for; each part may be missing.
struct Wanted<'a> {
    text: Option<String>,
    equal: [(Option<&'a str>, Field); 5],
    tags: Vec<String>,
}

impl<'a> Wanted<'a> {
    fn read(check: &mut Check<'a>, tags: Option<&Value>) -> Self {
        let mut field = |name| check.optional_text(name, 0, 255);
        Self {
            text: field("search").map(str::to_lowercase),
            equal: [
                (field("feature"), |model| Some(model.feature)),
                (field("provider"), |model| Some(model.provider)),
                (field("model_type"), |model| Some(model.kind)),
                (field("model_subcategory"), |model| Some(model.subcategory)),
                (field("base_model"), |model| model.base),
            ],
            tags: match tags {
                Some(Value::Array(items)) => items.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect(),
                Some(Value::String(list)) => list.split(',').map(|tag| tag.trim().to_owned()).collect(),
                _ => Vec::new(),
            },
        }
    }

    fn fits(&self, model: &Model) -> bool {
        let names = [model.id, model.name].map(str::to_lowercase);
        self.text.as_ref().is_none_or(|text| names.iter().any(|name| name.contains(text)))
            && self.equal.iter().all(|(wanted, of)| wanted.is_none_or(|wanted| of(model) == Some(wanted)))
            && (self.tags.is_empty() || self.tags.iter().any(|tag| model.tags.contains(&tag.as_str())))
    }
}

fn sort(found: &mut [&Model], order: &str) {
    match order {
        "latest" | "newest" => found.sort_by_key(|model| Reverse(model.added)),
        "most-used" | "popular" => found.sort_by_key(|model| Reverse(model.calls)),
        "asc" | "sort-asc" => found.sort_by_key(|model| model.name),
        "desc" | "sort-desc" => found.sort_by_key(|model| Reverse(model.name)),
        _ => {}
    }
}

/// `GET /models`: one page of what fits. A model has to have one of the `tags`, and all else that is asked for.
pub fn search(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut check = x.check();
    let wanted = Wanted::read(&mut check, x.input.get("tags"));
    let order = check.one_of("sort", &SORTS);
    let per_page = check.integer("per_page", 1..=MAX_PER_PAGE).unwrap_or(20);
    let page = check.integer("page", 1..=1_000_000).unwrap_or(1);
    check.done()?;
    let mut found: Vec<&Model> = MODELS.iter().filter(|model| wanted.fits(model)).collect();
    sort(&mut found, order);
    let total = found.len() as u64;
    let skipped = usize::try_from((page - 1) * per_page).unwrap_or(usize::MAX);
    let items: Vec<Value> = found.into_iter().skip(skipped).take(per_page as usize).map(shown).collect();
    let last_page = total.div_ceil(per_page).max(1);
    let pagination = json!({ "current_page": page, "per_page": per_page, "total": total, "last_page": last_page });
    Ok(x.answer(200, json!({ "items": items, "pagination": pagination })))
}

fn every(of: Field) -> BTreeSet<&'static str> {
    MODELS.iter().filter_map(of).collect()
}

/// `GET /models/filters`
pub fn filters(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let filters = json!({
        "features": every(|model| Some(model.feature)),
        "providers": every(|model| Some(model.provider)),
        "model_types": every(|model| Some(model.kind)),
        "model_subcategories": every(|model| Some(model.subcategory)),
        "base_models": every(|model| model.base),
        "sorts": SORTS,
    });
    Ok(x.answer(200, filters))
}

/// `GET /models/tags`
pub fn tags(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let tags: BTreeSet<&str> = MODELS.iter().flat_map(|model| model.tags.iter().copied()).collect();
    Ok(x.answer(200, json!(tags)))
}

/// `GET /models/providers`
pub fn providers(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    Ok(x.answer(200, json!(every(|model| Some(model.provider)))))
}

/// `GET /models/{id}`: with the routes that serve it, and what they take as JSON Schema.
pub fn detail(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let model = MODELS.iter().find(|model| model.id == x.path_id).ok_or_else(Refusal::not_found)?;
    let mut data = shown(model);
    data["endpoint_configurations"] = match model.feature {
        "imagen" => json!([
            { "endpoint": "/api/v6/images/text2img", "method": "POST", "parameters": image_parameters() },
            { "endpoint": "/api/v7/images/text-to-image", "method": "POST", "parameters": image_parameters() },
        ]),
        _ => json!([]),
    };
    Ok(x.answer(200, data))
}

fn image_parameters() -> Value {
    let side = json!({ "type": "integer", "minimum": 256, "maximum": 1024, "multipleOf": 8, "default": 512 });
    json!({
        "type": "object",
        "required": ["key", "model_id", "prompt"],
        "properties": {
            "key": { "type": "string" }, "model_id": { "type": "string" }, "prompt": { "type": "string" },
            "width": side, "height": side,
            "samples": { "type": "integer", "minimum": 1, "maximum": 4, "default": 1 },
            "base64": { "type": "boolean", "default": false },
        },
    })
}
