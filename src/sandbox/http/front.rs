//! The way of a request: read it, judge it, do it, answer it or not.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{ConnectInfo, RawPathParams, Request};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::{MethodFilter, get, on};
use serde_json::{Map, Value};

use super::connection::Peer;
use super::{Answer, control, work};
use crate::sandbox::api::{Method, ROUTES, Route};
use crate::sandbox::service::Service;

const MAX_BODY: usize = 1 << 20;
const MAX_HEAD: usize = 16 << 10;
const BODY_DEADLINE: Duration = Duration::from_secs(60);

/// A request that was read whole.
pub struct Incoming {
    pub ip: IpAddr,
    /// The fields of a JSON object or of a form; anything else has none, as in Laravel.
    pub input: Map<String, Value>,
    pub bearer: Option<String>,
    pub wants_json: bool,
    pub path_id: String,
}

/// How the work ended, for the client.
pub enum Ending {
    Answer(Answer),
    /// The connection is to be reset.
    Reset,
}

/// All routes of the service, and those of the sandbox itself below `/_sandbox`.
pub fn router(service: Arc<Service>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let service = service.clone();
        let handler = move |ConnectInfo(peer): ConnectInfo<Peer>, path: RawPathParams, request: Request| {
            front(service.clone(), route, peer, path, request)
        };
        router = router.route(route.path, on(filter(route.method), handler));
    }
    let (ledger, faults, unknown, wrong_method) = (service.clone(), service.clone(), service.clone(), service);
    let set_faults = faults.clone();
    router
        .route("/_sandbox/ledger", get(move || control::ledger(ledger.clone())))
        .route(
            "/_sandbox/faults",
            get(move || control::faults(faults.clone()))
                .post(move |body| control::set_faults(set_faults.clone(), body)),
        )
        .fallback(move |request: Request| work::unrouted(unknown.clone(), 404, request.method().to_string()))
        .method_not_allowed_fallback(move |request: Request| {
            work::unrouted(wrong_method.clone(), 405, request.method().to_string())
        })
}

fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Delete => MethodFilter::DELETE,
    }
}

async fn front(
    service: Arc<Service>,
    route: &'static Route,
    peer: Peer,
    path: RawPathParams,
    request: Request,
) -> Response {
    let path_id = path.iter().next().map(|(_, value)| value.to_owned()).unwrap_or_default();
    let incoming = match read(request, peer.ip, path_id).await {
        Ok(incoming) => incoming,
        Err(answer) => return answer.into_response(),
    };
    // A task of its own: a client that hangs up cancels this future, and not what it asked for.
    let task = tokio::spawn(work::work(service, route, incoming));
    match task.await {
        Ok(Ending::Answer(answer)) => answer.into_response(),
        Ok(Ending::Reset) => {
            peer.hangup.now();
            Response::default()
        }
        Err(_) => work::server_error().into_response(),
    }
}

async fn read(request: Request, ip: IpAddr, path_id: String) -> Result<Incoming, Answer> {
    let (head, body) = request.into_parts();
    let size: usize = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if size + head.uri.to_string().len() > MAX_HEAD {
        return Err(Answer::html(431, "Request Header Fields Too Large"));
    }
    let body = match tokio::time::timeout(BODY_DEADLINE, to_bytes(body, MAX_BODY)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return Err(Answer::html(413, "Content Too Large")),
        Err(_) => return Err(Answer::html(408, "Request Timeout")),
    };
    let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    Ok(Incoming {
        ip,
        input: fields(&head.headers, &body),
        bearer: text(header::AUTHORIZATION)
            .and_then(|value| value.strip_prefix("Bearer "))
            .map(|t| t.trim().to_owned()),
        wants_json: text(header::ACCEPT).is_some_and(|accept| accept.contains("json")),
        path_id,
    })
}

fn fields(headers: &HeaderMap, body: &[u8]) -> Map<String, Value> {
    let kind = headers.get(header::CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes());
    if kind.starts_with(b"application/x-www-form-urlencoded") {
        return url::form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into())).collect();
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}
