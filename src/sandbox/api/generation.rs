//! The generation routes. The key stands in the body, the outcome in the body's `status`.

use std::time::Duration;

use serde_json::{Value, json};

use super::money::wallet;
use super::plans::{Plan, queue_of};
use super::{Exchange, catalogue};
use crate::sandbox::http::{Answer, PNG_AS_BASE64, Refusal};
use crate::sandbox::state::{Event, Image};

/// Seconds that a client is told to wait for an image.
const ETA: u64 = 1;
/// After so long a request that nobody fetches leaves the queue; who is turned away is told to wait as long.
const QUEUE_PATIENCE: Duration = Duration::from_secs(30);
const NO_CREDITS: &str = "You have insufficient credits to make this request. Please add credits to your account.";

/// `POST /api/v6/images/text2img`: answers `processing`; the image is ready after a number of fetches.
pub fn text2img(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    request(x, false)
}

/// `POST /api/v7/images/text-to-image`: the same under its newer name.
pub fn text_to_image(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    request(x, true)
}

fn request(x: &mut Exchange<'_>, v7: bool) -> Result<Answer, Refusal> {
    let account = x.account()?.id;
    if let Some(status) = x.verdict.no_credits {
        return Err(Refusal::generation(status, NO_CREDITS));
    }
    let (places, _) = queue_of(x.state.books.plans_of(account));
    if waiting(x, account) >= places {
        return Err(Refusal::QueueFull { places, retry_after: QUEUE_PATIENCE.as_secs() });
    }
    let wanted = wanted(x)?;
    let (id, file) = (x.next_id(), x.draw_uuid("image"));
    let finished = x.site.image_polls == 0;
    let image = Image { id, account, file, v7, finished, ..wanted };
    let answer = told(x, &image);
    x.emit(Event::ImageRequested { image });
    Ok(Answer::json(200, answer))
}

/// How many requests of the account wait. One that nobody fetches leaves the queue by itself.
fn waiting(x: &Exchange<'_>, account: u64) -> u64 {
    let is_waiting =
        |image: &&Image| image.account == account && !image.finished && image.created_at.plus(QUEUE_PATIENCE) > x.now;
    x.state.images.values().filter(is_waiting).count() as u64
}

/// The image as it was asked for.
fn wanted(x: &Exchange<'_>) -> Result<Image, Refusal> {
    let bad = |message: String| Refusal::Generation { status: 400, message: message.into() };
    let text = |field| x.input.get(field).and_then(Value::as_str).filter(|text: &&str| !text.trim().is_empty());
    text("prompt").ok_or_else(|| bad("prompt is required".into()))?;
    let model = text("model_id").ok_or_else(|| bad("model_id is required".into()))?;
    if !catalogue::makes_images(model) {
        return Err(bad(format!("Model not found: {}", model.chars().take(100).collect::<String>())));
    }
    let side = |field| number(x, field, 512).filter(|n| (256..=1024).contains(n) && n % 8 == 0);
    let wrong_side = |field| bad(format!("{field} must be between 256 and 1024 and divisible by 8"));
    let width = side("width").ok_or_else(|| wrong_side("width"))?;
    let height = side("height").ok_or_else(|| wrong_side("height"))?;
    let samples = number(x, "samples", 1).filter(|n| (1..=4).contains(n));
    let samples = samples.ok_or_else(|| bad("samples must be between 1 and 4".into()))?;
    let base64 = match x.input.get("base64") {
        Some(Value::String(text)) => matches!(text.as_str(), "yes" | "true" | "1"),
        Some(value) => value.as_bool().unwrap_or(false),
        None => false,
    };
    let (model, file) = (model.to_owned(), String::new());
    let (id, account, polls, finished, v7) = (0, 0, 0, false, false);
    let created_at = x.now;
    Ok(Image { id, account, model, file, samples, width, height, polls, finished, base64, v7, created_at })
}

/// A number, also one that is written as a string; `default` if the field is missing.
fn number(x: &Exchange<'_>, field: &str, default: u64) -> Option<u64> {
    match x.input.get(field) {
        None | Some(Value::Null) => Some(default),
        Some(Value::String(text)) => text.parse().ok(),
        Some(value) => value.as_u64(),
    }
}

/// `POST /api/v6/images/fetch/{id}`
pub fn fetch_by_path(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    fetch(x, x.path_id)
}

/// `POST /api/v6/images/fetch` with `request_id`
pub fn fetch_by_body(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let id = match x.input.get("request_id") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => return Err(Refusal::generation(400, "request_id is required")),
    };
    fetch(x, &id)
}

fn fetch(x: &mut Exchange<'_>, id: &str) -> Result<Answer, Refusal> {
    let account = x.account()?.id;
    let found = id.parse().ok().and_then(|id: u64| x.state.images.get(&id)).filter(|image| image.account == account);
    let mut image = found.ok_or_else(|| Refusal::generation(404, "Request not found"))?.clone();
    if !image.finished {
        image.finished = image.polls >= x.site.image_polls;
        x.emit(Event::ImagePolled { image: image.id, finished: image.finished });
    }
    Ok(Answer::json(200, told(x, &image)))
}

/// The image as it stands, or that it came to nothing.
fn told(x: &Exchange<'_>, image: &Image) -> Value {
    match x.verdict.image_failed {
        true => json!({ "status": "failed", "id": image.id, "message": "Image generation failed.", "output": [] }),
        false => shown(x, image),
    }
}

fn shown(x: &Exchange<'_>, image: &Image) -> Value {
    let (base, version) = (&x.site.base_url, if image.v7 { "v7" } else { "v6" });
    let kind = if image.base64 { "base64" } else { "png" };
    let link = |sample| format!("{base}/generations/{}-{sample}.{kind}", image.file);
    let links: Vec<String> = (0..image.samples).map(link).collect();
    let meta =
        json!({ "model_id": image.model, "width": image.width, "height": image.height, "n_samples": image.samples });
    if image.finished {
        // Base64 is behind a link at version 6 and in the answer at version 7: both have been seen.
        let output = match image.base64 && image.v7 {
            true => (0..image.samples).map(|_| in_base64(x).to_owned()).collect(),
            false => links.clone(),
        };
        return json!({
            "status": "success", "id": image.id, "generationTime": 0.5, "output": output, "proxy_links": links,
            "meta": meta, "nsfw_content_detected": false,
        });
    }
    json!({
        "status": "processing", "id": image.id, "eta": ETA, "output": [], "future_links": links, "meta": meta,
        "fetch_result": format!("{base}/api/{version}/images/fetch/{}", image.id),
        "message": "Your request is being processed.",
    })
}

/// An image, unless it is to be none.
pub fn in_base64(x: &Exchange<'_>) -> &'static str {
    if x.verdict.not_an_image { "bm90IGFuIGltYWdl" } else { PNG_AS_BASE64 }
}

/// `/api/v6/processing/request_count`, by GET and by POST.
pub fn request_count(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let count = waiting(x, x.account()?.id);
    Ok(Answer::json(200, json!({ "status": "success", "processing_count": count })))
}

/// `POST /api/wallet_balance`
pub fn credit_balance(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?.id;
    Ok(Answer::json(200, json!({ "status": "success", "data": wallet(x.state, account) })))
}

/// `POST /api/subscribed_products`
pub fn subscribed_products(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let plans = x.state.books.plans_of(x.account()?.id).filter_map(Plan::find);
    let plans: Vec<Value> = plans.map(|plan| json!({ "name": plan.name, "category": plan.category })).collect();
    Ok(Answer::json(200, json!({ "status": "success", "data": plans })))
}
