//! A request, read whole.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::Answer;
use crate::modelslab::catalogue::Tool;

const MAX_BODY: usize = 1 << 20;
const MAX_HEAD: usize = 16 << 10;
const BODY_DEADLINE: Duration = Duration::from_secs(60);

/// A request that was read whole.
pub struct Incoming {
    pub ip: IpAddr,
    /// The fields of a JSON object or of a form, of the query for a GET; anything else has none, as in Laravel.
    pub input: Map<String, Value>,
    pub is_form: bool,
    pub bearer: Option<String>,
    /// The user of HTTP Basic.
    pub basic_user: Option<String>,
    pub idempotency_key: Option<String>,
    pub wants_json: bool,
    pub path_id: String,
    /// The tool and its action, if it came by MCP.
    pub tool: Option<Tool>,
}

impl Incoming {
    pub async fn read(request: Request, ip: IpAddr, path_id: String) -> Result<Self, Answer> {
        let (head, body) = whole(request).await?;
        let kind = text(&head, header::CONTENT_TYPE).unwrap_or_default();
        let is_form = kind.starts_with("application/x-www-form-urlencoded");
        let authorization = text(&head, header::AUTHORIZATION).unwrap_or_default();
        Ok(Self {
            ip,
            input: input(&head, is_form, &body),
            is_form,
            bearer: bearer(&head),
            basic_user: authorization.strip_prefix("Basic ").and_then(basic_user),
            idempotency_key: text(&head, HeaderName::from_static("idempotency-key")).map(str::to_owned),
            wants_json: text(&head, header::ACCEPT).is_some_and(|accept| accept.contains("json")),
            path_id,
            tool: None,
        })
    }
}

/// Head and body of a request, within bounds.
pub async fn whole(request: Request) -> Result<(Parts, Bytes), Answer> {
    let (head, body) = request.into_parts();
    let size: usize = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if size + head.uri.to_string().len() > MAX_HEAD {
        return Err(Answer::html(431, "Request Header Fields Too Large"));
    }
    match tokio::time::timeout(BODY_DEADLINE, to_bytes(body, MAX_BODY)).await {
        Ok(Ok(body)) => Ok((head, body)),
        Ok(Err(_)) => Err(Answer::html(413, "Content Too Large")),
        Err(_) => Err(Answer::html(408, "Request Timeout")),
    }
}

/// The token in `Authorization`.
pub fn bearer(head: &Parts) -> Option<String> {
    text(head, header::AUTHORIZATION)?.strip_prefix("Bearer ").map(|token| token.trim().to_owned())
}

pub fn text(head: &Parts, name: HeaderName) -> Option<&str> {
    head.headers.get(name)?.to_str().ok()
}

fn basic_user(credentials: &str) -> Option<String> {
    let decoded = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    Some(decoded.split_once(':').map_or(decoded.as_str(), |(user, _)| user).to_owned())
}

fn input(head: &Parts, is_form: bool, body: &[u8]) -> Map<String, Value> {
    if head.method == Method::GET {
        return form(head.uri.query().unwrap_or_default().as_bytes());
    }
    if is_form {
        return form(body);
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// The fields of a form or a query; a name that ends in `[]` is a list.
fn form(text: &[u8]) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, value) in url::form_urlencoded::parse(text) {
        let value = Value::from(value.into_owned());
        match name.strip_suffix("[]") {
            None => drop(fields.insert(name.into_owned(), value)),
            Some(list) => match fields.entry(list.to_owned()).or_insert_with(|| Value::Array(Vec::new())) {
                Value::Array(items) => items.push(value),
                other => *other = Value::Array(vec![value]),
            },
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_has_lists_and_plain_fields() {
        let fields = form(b"tags[]=anime&tags[]=photo+real&card%5Bnumber%5D=4242&page=2&page=3");
        let expected = json!({ "tags": ["anime", "photo real"], "card[number]": "4242", "page": "3" });
        assert_eq!(Value::from(fields), expected);
    }

    #[test]
    fn the_user_of_basic_credentials_may_stand_alone() {
        assert_eq!(basic_user(&STANDARD.encode("pk_test_1:")).as_deref(), Some("pk_test_1"));
        assert_eq!(basic_user(&STANDARD.encode("pk_test_1")).as_deref(), Some("pk_test_1"));
        assert_eq!(basic_user("not base64!"), None);
    }
}
