//! The generation API: an image from a prompt, to see that a key is accepted.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use super::address::segment;
use super::catalogue::Credential;
use super::envelope::flat;
use super::error::says_no_credits;
use super::limits::{Place, Subject};
use super::{ApiError, Client};
use crate::clock::Timestamp;
use crate::http::{RequestBody, Response};

/// Which spelling of the routes is used. Both are said to work. [conflict: v7 is called current, and v6 still documented]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ApiVersion {
    #[default]
    V6,
    V7,
}

impl ApiVersion {
    /// As `v6`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::V6, Self::V7].into_iter().find(|version| version.as_str() == text)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V6 => "v6",
            Self::V7 => "v7",
        }
    }

    const fn text2img(self) -> &'static str {
        match self {
            Self::V6 => "/api/v6/images/text2img",
            Self::V7 => "/api/v7/images/text-to-image",
        }
    }

    fn fetch(self) -> String {
        format!("/api/{}/images/fetch", self.as_str())
    }
}

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
    /// Ask for base64 instead of URLs. The service may still give a URL, behind which base64 is.
    pub base64: bool,
    pub version: ApiVersion,
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
    /// Where it was asked for.
    pub version: ApiVersion,
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
    /// Waits until fewer images of `key` are being made than the service has places for. Hold what it gives until there is an
    /// image.
    pub async fn place(&self, key: &str) -> Result<Place, ApiError> {
        let subject = Subject::of(Credential::Key, Some(key), &Map::new());
        let place = self.limits().place(self.key_of("generation-queue", subject), self.ends_at());
        self.waits().during(place).await
    }

    /// `POST /api/v6/images/text2img`, or `/api/v7/images/text-to-image`. The key goes in the body only.
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
        if request.base64 {
            body["base64"] = true.into();
        }
        self.generate(self.url(request.version.text2img()), body, request.version).await
    }

    /// Asks how a generation stands. `fetch_result` is followed only on the service's own origin: the key goes with it.
    pub async fn fetch(&self, key: &str, generation: &Generation) -> Result<Generation, ApiError> {
        let own = |url: &Url| url.origin() == self.base().origin();
        let given = generation.fetch_result.as_deref().and_then(|url| Url::parse(url).ok()).filter(own);
        let (version, root) = (generation.version, generation.version.fetch());
        let fetched = match (given, generation.id_text()) {
            (Some(url), _) => self.generate(url, json!({"key": key}), version).await,
            (None, Some(id)) => {
                let url = self.url(&format!("{root}/{}", segment(&id)));
                match self.generate(url, json!({"key": key}), version).await {
                    // Documents name both spellings.
                    Err(error) if error.no_such_route() => {
                        self.generate(self.url(&root), json!({"key": key, "request_id": id}), version).await
                    }
                    answer => answer,
                }
            }
            (None, None) => Err(ApiError::garbled(200, "has neither an id nor a place to fetch the image from")),
        };
        let mut fetched = fetched.map_err(not_yet)?;
        // A fetch need not repeat what the first answer said.
        fetched.id = fetched.id.or_else(|| generation.id.clone());
        fetched.fetch_result = fetched.fetch_result.or_else(|| generation.fetch_result.clone());
        Ok(fetched)
    }

    async fn generate(&self, url: Url, body: Value, version: ApiVersion) -> Result<Generation, ApiError> {
        let headers = vec![("accept".into(), "application/json".to_owned())];
        let response = self.send(Method::POST, url, headers, RequestBody::Json(body)).await?;
        read(&response, version, self.now())
    }
}

impl Generation {
    pub fn id_text(&self) -> Option<String> {
        self.id.as_ref().map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned))
    }
}

/// An image that waits for its turn may be told of as one that failed.
fn not_yet(error: ApiError) -> ApiError {
    let transient = error.transient || error.message.to_lowercase().contains("try again");
    ApiError { transient, ..error }
}

/// How many images may wait, as a queue that is full says: `Maximum 5 queued requests allowed.`
pub fn places_of(error: &ApiError) -> Option<u32> {
    let message = error.message.to_lowercase();
    let (_, rest) = message.split_once("maximum ")?;
    let (number, rest) = rest.split_once(' ')?;
    number.parse().ok().filter(|_| error.status == Some(429) && rest.starts_with("queued"))
}

/// What is read of an answer. Most of the others repeat what was asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    status: Value,
    id: Value,
    eta: Value,
    output: Value,
    fetch_result: Value,
    #[serde(rename = "generationTime")]
    generation_time: Value,
}

/// The body's `status` decides; HTTP is 200 even for most failures.
fn read(response: &Response, version: ApiVersion, now: Timestamp) -> Result<Generation, ApiError> {
    let body: Body = response.json().unwrap_or_default();
    let status = match body.status.as_str() {
        Some("success") => GenerationStatus::Success,
        Some("processing" | "queued") => GenerationStatus::Processing,
        _ => return Err(refused(response, now)),
    };
    if !(200..300).contains(&response.status) {
        return Err(refused(response, now));
    }
    let number = |value: Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
    let text = |value| match value {
        Value::String(text) => Some(text),
        _ => None,
    };
    let list = |value| match value {
        Value::Array(items) => items.into_iter().filter_map(text).collect(),
        _ => Vec::new(),
    };
    Ok(Generation {
        status,
        version,
        id: Some(body.id).filter(|id| !id.is_null()),
        eta: number(body.eta),
        output: list(body.output),
        fetch_result: text(body.fetch_result),
        generation_time: number(body.generation_time),
    })
}

fn refused(response: &Response, now: Timestamp) -> ApiError {
    let Some(Value::Object(body)) = response.json() else {
        let status = response.status;
        return ApiError { transient: status >= 500, ..ApiError::garbled(status, "is not a JSON object") };
    };
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
    if error.code.is_none() && (200..300).contains(&response.status) && error.status != Some(429) {
        error.code = Some(ApiError::GENERATION_FAILED.to_owned());
    }
    error
}

#[cfg(test)]
mod tests;
