//! The generation routes. The key stands in the body, the outcome in the body's `status`.

use serde_json::{Value, json};

use super::{Exchange, catalogue};
use crate::sandbox::http::{Answer, Refusal};
use crate::sandbox::state::{Event, Image};

/// Seconds that a client is told to wait for an image.
const ETA: u64 = 1;
const NO_CREDITS: &str = "You have insufficient credits to make this request. Please add credits to your account.";

/// `POST /api/v6/images/text2img`: answers `processing`; the image is ready after a number of fetches.
pub fn text2img(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let account = x.account()?.id;
    if let Some(status) = x.verdict.no_credits {
        return Err(Refusal::generation(status, NO_CREDITS));
    }
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
    let model = model.to_owned();
    let (id, file) = (x.next_id(), x.draw_uuid("image"));
    let finished = x.site.image_polls == 0;
    let image = Image { id, account, model, file, samples, width, height, polls: 0, finished, created_at: x.now };
    let answer = shown(x, &image);
    x.emit(Event::ImageRequested { image });
    Ok(Answer::json(200, answer))
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
    Ok(Answer::json(200, shown(x, &image)))
}

fn shown(x: &Exchange<'_>, image: &Image) -> Value {
    let base = &x.site.base_url;
    let links: Vec<String> =
        (0..image.samples).map(|sample| format!("{base}/generations/{}-{sample}.png", image.file)).collect();
    let meta =
        json!({ "model_id": image.model, "width": image.width, "height": image.height, "n_samples": image.samples });
    if image.finished {
        return json!({
            "status": "success", "id": image.id, "generationTime": 0.5, "output": links, "proxy_links": links,
            "meta": meta, "nsfw_content_detected": false,
        });
    }
    json!({
        "status": "processing", "id": image.id, "eta": ETA, "output": [], "future_links": links, "meta": meta,
        "fetch_result": format!("{base}/api/v6/images/fetch/{}", image.id),
        "message": "Your request is being processed.",
    })
}
