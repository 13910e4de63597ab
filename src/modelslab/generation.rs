//! The generation API: an image from a prompt, to see that a key is accepted.

use reqwest::Method;
use serde_json::{Map, Value, json};
use url::Url;

use super::address::segment;
use super::envelope::flat;
use super::error::says_no_credits;
use super::{ApiError, Client};
use crate::http::{RequestBody, Response};

/// What to draw. Numbers are sent as numbers; what is `None` is left to the service.
#[derive(Debug, Clone, Default)]
pub struct GenerationRequest {
    pub model_id: String,
    pub prompt: String,
    pub negative_prompt: Option<String>,
    /// Pixels, a multiple of 8.
    pub width: Option<u64>,
    pub height: Option<u64>,
    /// How many images, 1 to 4.
    pub samples: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GenerationStatus {
    Success,
    /// Ask again later: `processing` or `queued`.
    Processing,
}

/// An accepted generation.
#[derive(Debug, Clone, PartialEq)]
pub struct Generation {
    pub status: GenerationStatus,
    /// An integer in some documents, a string in others; kept as it came.
    pub id: Option<Value>,
    /// Seconds until it may be ready.
    pub eta: Option<f64>,
    /// URLs, or base64 if that was asked for.
    pub output: Vec<String>,
    pub fetch_result: Option<String>,
    /// Seconds.
    pub generation_time: Option<f64>,
}

impl Client {
    /// `POST /api/v6/images/text2img`. The key goes in the body only.
    pub async fn text2img(&self, key: &str, request: &GenerationRequest) -> Result<Generation, ApiError> {
        let mut body = json!({"key": key, "model_id": request.model_id, "prompt": request.prompt});
        if let Some(text) = &request.negative_prompt {
            body["negative_prompt"] = text.as_str().into();
        }
        for (name, value) in [("width", request.width), ("height", request.height), ("samples", request.samples)] {
            if let Some(value) = value {
                body[name] = value.into();
            }
        }
        self.generate(self.url("/api/v6/images/text2img")?, body).await
    }

    /// Asks how a generation stands. `fetch_result` is followed only on the service's own origin: the key goes with it.
    pub async fn fetch(&self, key: &str, generation: &Generation) -> Result<Generation, ApiError> {
        let own = |url: &Url| url.origin() == self.base().origin();
        let given = generation.fetch_result.as_deref().and_then(|url| Url::parse(url).ok()).filter(own);
        let url = match (given, &generation.id) {
            (Some(url), _) => url,
            (None, Some(Value::String(id))) => self.url(&format!("/api/v6/images/fetch/{}", segment(id)))?,
            (None, Some(id)) => self.url(&format!("/api/v6/images/fetch/{}", segment(&id.to_string())))?,
            (None, None) => {
                return Err(ApiError::garbled(200, "has neither an id nor a place to fetch the image from"));
            }
        };
        let mut fetched = self.generate(url, json!({"key": key})).await?;
        // A fetch need not repeat what the first answer said.
        fetched.id = fetched.id.or_else(|| generation.id.clone());
        fetched.fetch_result = fetched.fetch_result.or_else(|| generation.fetch_result.clone());
        Ok(fetched)
    }

    async fn generate(&self, url: Url, body: Value) -> Result<Generation, ApiError> {
        let headers = vec![("accept".to_owned(), "application/json".to_owned())];
        let response = self.send(Method::POST, url, headers, RequestBody::Json(body)).await?;
        read(&response, self.now())
    }
}

/// The body's `status` decides; HTTP is 200 even for most failures.
fn read(response: &Response, now: crate::clock::Timestamp) -> Result<Generation, ApiError> {
    let Some(Value::Object(body)) = response.json() else {
        let status = response.status;
        return Err(ApiError { transient: status >= 500, ..ApiError::garbled(status, "is not a JSON object") });
    };
    let status = match body.get("status").and_then(Value::as_str) {
        Some("success") => GenerationStatus::Success,
        Some("processing" | "queued") => GenerationStatus::Processing,
        _ => return Err(refused(response, &body, now)),
    };
    if !(200..300).contains(&response.status) {
        return Err(refused(response, &body, now));
    }
    let number = |name: &str| body.get(name).and_then(|value| value.as_f64().or_else(|| value.as_str()?.parse().ok()));
    let list = |name: &str| -> Vec<String> {
        let items = body.get(name).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    };
    Ok(Generation {
        status,
        id: body.get("id").filter(|id| !id.is_null()).cloned(),
        eta: number("eta"),
        output: list("output"),
        fetch_result: body.get("fetch_result").and_then(Value::as_str).map(str::to_owned),
        generation_time: number("generationTime"),
    })
}

fn refused(response: &Response, body: &Map<String, Value>, now: crate::clock::Timestamp) -> ApiError {
    let said = ["message", "messege", "error", "tip", "tips"].iter().find_map(|name| body.get(*name));
    let message = said.map(flat).filter(|text| !text.is_empty());
    let message = message.unwrap_or_else(|| "the service refused without a word".to_owned());
    let code = body.get("code").and_then(Value::as_str).map(str::to_owned);
    let mut error = ApiError::refused(response, code, message, now);
    // Under HTTP 200 the text alone tells a queue limit from a refusal.
    let limited = error.message.to_lowercase().contains("rate limit");
    if limited && !says_no_credits(&error.message) {
        let asked = body.get("retry_after").and_then(Value::as_u64).map(std::time::Duration::from_secs);
        error.status = Some(429);
        error.transient = true;
        error.retry_after = asked.or(error.retry_after);
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: Value) -> Result<Generation, ApiError> {
        let response =
            Response { status, headers: Default::default(), body: body.to_string().into_bytes(), broken: None };
        read(&response, Default::default())
    }

    #[test]
    fn the_bodys_status_decides() {
        let done =
            answer(200, json!({"status": "success", "id": 7, "output": ["https://x/1.png"], "generationTime": 1.5}));
        let done = done.unwrap();
        assert_eq!((done.status, done.output.len()), (GenerationStatus::Success, 1));
        let queued = answer(200, json!({"status": "queued", "id": "abc-1", "eta": "12"})).unwrap();
        assert_eq!((queued.status, queued.eta), (GenerationStatus::Processing, Some(12.0)));
    }

    #[test]
    fn an_error_under_http_200_is_an_error() {
        let error = answer(200, json!({"status": "error", "message": {"prompt": ["is required"]}})).unwrap_err();
        assert_eq!(error.message, "prompt: is required");
        assert!(!error.transient);
    }

    #[test]
    fn a_rate_limit_under_http_200_can_be_tried_again() {
        let body = json!({"status": "error", "message": "Rate limit exceeded. Maximum 5 queued requests allowed.", "retry_after": 30});
        let error = answer(200, body).unwrap_err();
        assert_eq!((error.status, error.retry_after), (Some(429), Some(std::time::Duration::from_secs(30))));
        assert!(error.transient);
    }

    #[test]
    fn want_of_credits_is_told_from_a_bad_key() {
        let broke = answer(200, json!({"status": "error", "message": "Insufficient credits"})).unwrap_err();
        assert!(broke.no_credits());
        let bad = answer(401, json!({"status": "error", "message": "Invalid API key"})).unwrap_err();
        assert!(!bad.no_credits());
    }
}
