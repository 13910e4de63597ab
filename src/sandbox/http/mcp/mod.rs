//! `/mcp/agents`: the control plane as ten tools, by MCP over Streamable HTTP. A call of a tool becomes the request that the
//! route of its operation gets, and goes the same way: faults, limits, handlers and ledger are those of the routes.

mod call;
mod message;
mod sessions;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderName, Method};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::connection::Peer;
use super::incoming::{text, whole};
use super::{Answer, Refusal};
use crate::modelslab::catalogue::tools;
use crate::sandbox::service::Service;
use message::{Message, Wrong};
use sessions::Sessions;

pub const PATH: &str = "/mcp/agents";

const SESSION: &str = "mcp-session-id";
const VERSION: &str = "mcp-protocol-version";

/// The versions of the protocol, newest first: those with a handshake.
const VERSIONS: [&str; 4] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

/// The service, and who speaks with it by MCP. Sessions are not kept over a restart.
pub struct Endpoint {
    service: Arc<Service>,
    sessions: Mutex<Sessions>,
}

impl Endpoint {
    pub fn new(service: Arc<Service>) -> Self {
        Self { service, sessions: Mutex::default() }
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub async fn serve(endpoint: Arc<Endpoint>, peer: Peer, request: Request) -> Response {
    let (head, body) = match whole(request).await {
        Ok(whole) => whole,
        Err(answer) => return answer.into_response(),
    };
    let answer = match head.method {
        Method::POST => heard(&endpoint, &peer, &head, &body).await,
        Method::DELETE => Some(end(&endpoint, &head)),
        // There is nothing to tell that nobody asked for, and thus no stream.
        _ => {
            let refusal = Refusal::Bare { status: 405, message: "The method is not supported for this route." };
            Some(refusal.answer("").with("allow", "POST, DELETE"))
        }
    };
    answer.map_or_else(Response::default, Answer::into_response)
}

/// A message from the client; `None` if the connection was reset over it.
async fn heard(endpoint: &Endpoint, peer: &Peer, head: &Parts, body: &Bytes) -> Option<Answer> {
    let (id, method, params) = match message::read(body) {
        Ok(Message::Request { id, method, params }) => (id, method, params),
        Ok(Message::Other) => return Some(admit(endpoint, head).err().unwrap_or_else(|| Answer::empty(202))),
        Err(wrong) => return Some(wrong.answer(400, &Value::Null)),
    };
    if method == "initialize" {
        return Some(initialize(endpoint, &id, &params));
    }
    if let Err(answer) = admit(endpoint, head) {
        return Some(answer);
    }
    Some(match method.as_str() {
        "ping" => message::result(&id, json!({})),
        "tools/list" => message::result(&id, json!({ "tools": tools() })),
        "tools/call" => return call::call(&endpoint.service, peer, head, &id, &params).await,
        _ => Wrong::NO_METHOD.answer(200, &id),
    })
}

/// Refuses a session that is not known and a version of the protocol that is not spoken. Neither has to be named.
fn admit(endpoint: &Endpoint, head: &Parts) -> Result<(), Answer> {
    if header(head, VERSION).is_some_and(|version| !VERSIONS.contains(&version)) {
        return Err(Wrong::VERSION.answer(400, &Value::Null));
    }
    match header(head, SESSION) {
        Some(session) if !endpoint.sessions().is_open(session) => Err(Wrong::NO_SESSION.answer(404, &Value::Null)),
        _ => Ok(()),
    }
}

fn header<'a>(head: &'a Parts, name: &'static str) -> Option<&'a str> {
    text(head, HeaderName::from_static(name))
}

/// The handshake: the version that is asked for, or the newest.
fn initialize(endpoint: &Endpoint, id: &Value, params: &Map<String, Value>) -> Answer {
    let Some(asked) = params.get("protocolVersion").and_then(Value::as_str) else {
        return Wrong::PARAMETERS.answer(200, id);
    };
    let version = VERSIONS.into_iter().find(|version| *version == asked).unwrap_or(VERSIONS[0]);
    let result = json!({
        "protocolVersion": version,
        "capabilities": { "tools": { "listChanged": false } },
        "serverInfo": { "name": "modelslab-agent-control-plane", "version": "1.0.0" },
    });
    message::result(id, result).with(SESSION, endpoint.sessions().open(endpoint.service.site.seed))
}

fn end(endpoint: &Endpoint, head: &Parts) -> Answer {
    match header(head, SESSION) {
        Some(session) if endpoint.sessions().end(session) => Answer::empty(204),
        Some(_) => Wrong::NO_SESSION.answer(404, &Value::Null),
        None => Wrong::REQUEST.answer(400, &Value::Null),
    }
}
