//! Answers in the service's shapes, with their traps: `error` is always there, empty `details` are a list, and what
//! Laravel itself refuses comes without the envelope.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value, json};

/// One orange pixel.
const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90, 0x77, 0x53, 0xde, 0x00, 0x00, 0x00, 0x0c, 0x49,
    0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0xf8, 0x3f, 0xcb, 0x06, 0x00, 0x04, 0x71, 0x01, 0xd6, 0x7a, 0xa0, 0xc5, 0xe6,
    0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// The same as base64.
pub const PNG_AS_BASE64: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4P8sGAARxAdZ6oMXmAAAAAElFTkSuQmCC";

/// One empty page.
const PDF: &[u8] =
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

pub enum Body {
    Json(Value),
    Html(String),
    /// A file, with its kind.
    File(&'static str, &'static [u8]),
}

/// What a client is told.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
}

impl Answer {
    pub fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Body::Json(body) }
    }

    pub fn html(status: u16, text: &str) -> Self {
        let page =
            format!("<!DOCTYPE html><html><head><title>{text}</title></head><body><h1>{text}</h1></body></html>\n");
        Self { status, headers: Vec::new(), body: Body::Html(page) }
    }

    pub fn png() -> Self {
        Self { status: 200, headers: Vec::new(), body: Body::File("image/png", PNG) }
    }

    /// A page with nothing but a button, which posts to the page's own address.
    pub fn form(text: &str, button: &str) -> Self {
        let form = format!("<form method=\"post\"><button type=\"submit\">{button}</button></form>");
        let mut answer = Self::html(200, text);
        if let Body::Html(page) = &mut answer.body {
            *page = page.replace("</body>", &format!("{form}</body>"));
        }
        answer
    }

    pub fn pdf() -> Self {
        Self { status: 200, headers: Vec::new(), body: Body::File("application/pdf", PDF) }
    }

    /// A text that is no page.
    pub fn text(text: &'static str) -> Self {
        Self { status: 200, headers: Vec::new(), body: Body::File("text/plain", text.as_bytes()) }
    }

    pub fn empty(status: u16) -> Self {
        Self { status, ..Self::text("") }
    }

    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    pub fn into_response(self) -> Response {
        let (kind, body) = match self.body {
            Body::Json(value) => ("application/json", value.to_string().into()),
            Body::Html(page) => ("text/html; charset=utf-8", page.into()),
            Body::File(kind, bytes) => (kind, bytes.into()),
        };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

/// Why a request is not granted.
pub enum Refusal {
    /// 422: the fields and what is wrong with each.
    Invalid(Map<String, Value>),
    /// In the envelope, with a code.
    Coded { status: u16, code: &'static str, message: &'static str, details: Value },
    /// As Laravel itself refuses: `{"message": …}` and nothing more.
    Bare { status: u16, message: &'static str },
    /// As the generation routes refuse.
    Generation { status: u16, message: Value },
    /// The same, for want of a place in the queue; in seconds.
    QueueFull { places: u64, retry_after: u64 },
    /// As Stripe refuses.
    Stripe { status: u16, error: Value },
}

impl Refusal {
    pub const UNAUTHENTICATED: Self = Self::Bare { status: 401, message: "Unauthenticated." };

    pub fn coded(status: u16, code: &'static str, message: &'static str) -> Self {
        Self::Coded { status, code, message, details: json!([]) }
    }

    pub fn field(field: &str, message: &str) -> Self {
        Self::Invalid(Map::from_iter([(field.to_owned(), json!([message]))]))
    }

    pub fn not_found() -> Self {
        Self::coded(404, "not_found", "Resource not found.")
    }

    pub fn generation(status: u16, message: &str) -> Self {
        Self::Generation { status, message: message.into() }
    }

    pub fn answer(self, request_id: &str) -> Answer {
        let enveloped = |status, code, message, details| {
            let error = json!({ "code": code, "message": message, "details": details });
            Answer::json(status, json!({ "data": null, "error": error, "meta": { "request_id": request_id } }))
        };
        match self {
            Self::Invalid(fields) => enveloped(422, "validation_error", "The given data was invalid.", fields.into()),
            Self::Coded { status, code, message, details } => enveloped(status, code, message, details),
            Self::Bare { status, message } => Answer::json(status, json!({ "message": message })),
            Self::QueueFull { places, retry_after } => {
                let message = format!("Rate limit exceeded. Maximum {places} queued requests allowed.");
                let body = json!({ "status": "error", "message": message, "retry_after": retry_after });
                Answer::json(429, body).with("retry-after", retry_after)
            }
            Self::Stripe { status, error } => Answer::json(status, json!({ "error": error })),
            Self::Generation { status, message } => {
                Answer::json(status, json!({ "status": "error", "message": message }))
            }
        }
    }
}
