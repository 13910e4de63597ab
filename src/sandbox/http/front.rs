//! The way of a request: read it, judge it, do it, answer it or not.

use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, RawPathParams, Request};
use axum::response::Response;
use axum::routing::{MethodFilter, any, get, on};

use super::connection::Peer;
use super::incoming::Incoming;
use super::{Answer, control, mcp, work};
use crate::modelslab::catalogue::Verb;
use crate::sandbox::api::{ROUTES, Route};
use crate::sandbox::service::Service;

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
    let tools = Arc::new(mcp::Endpoint::new(ledger.clone()));
    router
        .route(
            mcp::PATH,
            any(move |ConnectInfo(peer): ConnectInfo<Peer>, request: Request| mcp::serve(tools.clone(), peer, request)),
        )
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

fn filter(method: Verb) -> MethodFilter {
    match method {
        Verb::Get => MethodFilter::GET,
        Verb::Post => MethodFilter::POST,
        Verb::Put => MethodFilter::PUT,
        Verb::Patch => MethodFilter::PATCH,
        Verb::Delete => MethodFilter::DELETE,
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
    let incoming = match Incoming::read(request, peer.ip, path_id).await {
        Ok(incoming) => incoming,
        Err(answer) => return answer.into_response(),
    };
    match carry_out(service, route, &peer, incoming).await {
        Some(answer) => answer.into_response(),
        None => Response::default(),
    }
}

/// Does what was asked; `None` if the connection was reset over it.
pub async fn carry_out(
    service: Arc<Service>,
    route: &'static Route,
    peer: &Peer,
    incoming: Incoming,
) -> Option<Answer> {
    // A task of its own: a client that hangs up cancels this future, and not what it asked for.
    match tokio::spawn(work::work(service, route, incoming)).await {
        Ok(Ending::Answer(answer)) => Some(answer),
        Ok(Ending::Reset) => {
            peer.hangup.now();
            None
        }
        Err(_) => Some(work::server_error()),
    }
}
