//! What is done for one request: judged by the fault rules, then admitted, handled and committed in one piece.

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use serde_json::json;

use super::front::Ending;
use super::guard;
use super::incoming::Incoming;
use super::once;
use super::{Answer, Refusal};
use crate::clock::Timestamp;
use crate::sandbox::api::{Exchange, Route};
use crate::sandbox::faults::{Effect, RetryAfter, Strike, Subject, Verdict, judge};
use crate::sandbox::service::Service;
use crate::sandbox::state::{Core, Event, RequestNote};

pub async fn work(service: Arc<Service>, route: &'static Route, incoming: Incoming) -> Ending {
    let verdict = judged(&service, route, &incoming);
    let delay = service.site.latency + verdict.delay;
    if delay > Duration::ZERO {
        tokio::time::sleep(delay).await;
    }
    match &verdict.strike {
        None => Ending::Answer(perform(&service, route, &incoming, &verdict)),
        Some(Strike::Answer { status, retry_after, effect }) => {
            let answer = struck(*status, retry_after.as_ref(), service.clock.now());
            perform_if(*effect, &service, route, &incoming, &verdict);
            Ending::Answer(answer)
        }
        Some(Strike::Drop(effect)) => {
            perform_if(*effect, &service, route, &incoming, &verdict);
            Ending::Reset
        }
        Some(Strike::Hang(time)) => {
            perform(&service, route, &incoming, &verdict);
            tokio::time::sleep(*time).await;
            Ending::Reset
        }
    }
}

/// Asks the fault rules, and moves their counters on.
fn judged(service: &Service, route: &Route, incoming: &Incoming) -> Verdict {
    let faults = service.faults();
    let mut core = service.core();
    let asker = guard::identify(core.state(), route, incoming, service.clock.now());
    let subject = Subject { name: route.name, method: route.method.as_str(), path: route.path, account: &asker.email };
    let verdict = judge(&faults, service.site.seed, &core.state().fault_counts, subject);
    let counted = |counter: &String| Event::FaultCounted { counter: counter.clone() };
    // If the journal fails here it fails for the request as well, which then says so.
    let _ = core.commit(verdict.counters.iter().map(counted).collect());
    verdict
}

fn perform_if(effect: Effect, service: &Service, route: &Route, incoming: &Incoming, verdict: &Verdict) {
    match effect {
        Effect::Done => drop(perform(service, route, incoming, verdict)),
        Effect::None => {
            let now = service.clock.now();
            let mut core = service.core();
            let email = guard::identify(core.state(), route, incoming, now).email;
            let _ = core.commit(vec![noted(route, incoming, email, verdict, 0, now)]);
        }
    }
}

/// Does what was asked, and gives the answer as it should be.
fn perform(service: &Service, route: &Route, incoming: &Incoming, verdict: &Verdict) -> Answer {
    let now = service.clock.now();
    let mut core = service.core();
    let asker = guard::identify(core.state(), route, incoming, now);
    let allowance =
        route.limit.map(|class| service.throttle().admit(class, format!("{}|{}", incoming.ip, asker.email), now));
    let mut x = Exchange::new(&service.site, core.state(), now, verdict, &incoming.input);
    (x.path_id, x.wants_json, x.caller) = (&incoming.path_id, incoming.wants_json, asker.caller);
    let refused =
        allowance.and_then(|a| a.retry_after).map(|_| Refusal::Bare { status: 429, message: "Too Many Attempts." });
    let result = match refused {
        Some(refusal) => Err(refusal),
        None => guard::admit(route.guard, &asker, incoming, &service.site)
            .and_then(|()| once::handle(route, incoming, &mut x)),
    };
    let request_id = x.request_id.clone();
    let (mut answer, mut events) = match result {
        Ok(answer) => (answer, x.into_events()),
        Err(refusal) => (guard::challenge(refusal, &request_id), vec![Event::ValuesDrawn { count: 1 }]),
    };
    events.push(noted(route, incoming, asker.email, verdict, answer.status, now));
    if let Err(error) = commit(&mut core, events) {
        return error;
    }
    if let Some(allowance) = allowance {
        answer = answer.with("x-ratelimit-limit", allowance.limit).with("x-ratelimit-remaining", allowance.remaining);
        answer = answer.with("x-ratelimit-reset", allowance.reset);
        answer.headers.extend(allowance.retry_after.map(|wait| ("retry-after", wait.to_string())));
    }
    answer
}

fn commit(core: &mut Core, events: Vec<Event>) -> Result<(), Answer> {
    core.commit(events).map_err(|error| {
        tracing::error!("the sandbox cannot keep what it does: {error}");
        server_error()
    })
}

/// The request for the ledger, with the status that the client sees; `status` is that of the answer as it should be.
fn noted(route: &Route, incoming: &Incoming, email: String, verdict: &Verdict, status: u16, now: Timestamp) -> Event {
    let status = match &verdict.strike {
        None => Some(status),
        Some(Strike::Answer { status, .. }) => Some(*status),
        Some(Strike::Drop(_) | Strike::Hang(_)) => None,
    };
    let account = Some(email).filter(|email| !email.is_empty());
    let (method, route) = (route.method.as_str().to_owned(), route.path.to_owned());
    let (faults, tool) = (verdict.names.clone(), incoming.tool.map(|tool| format!("{} {}", tool.name, tool.action)));
    Event::Requested { request: RequestNote { at: now, method, route, status, account, faults, tool } }
}

/// A fault's answer, in the shape in which each of them comes.
fn struck(status: u16, retry_after: Option<&RetryAfter>, now: Timestamp) -> Answer {
    let answer = match status {
        429 => Answer::json(429, json!({ "message": "Too Many Attempts." })),
        500 => server_error(),
        502 => Answer::html(502, "502 Bad Gateway"),
        _ => Answer::html(503, "503 Service Unavailable"),
    };
    let value = retry_after.map(|retry| match retry {
        RetryAfter::Seconds(seconds) => seconds.to_string(),
        RetryAfter::Verbatim(text) => text.clone(),
        RetryAfter::Date { date_in } => http_date(now, *date_in),
    });
    value.into_iter().fold(answer, |answer, value| answer.with("retry-after", value))
}

fn http_date(now: Timestamp, seconds: u64) -> String {
    let since_epoch = Duration::from_millis(u64::try_from(now.as_millis()).unwrap_or(0));
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + since_epoch + Duration::from_secs(seconds.min(1 << 32)))
}

pub fn server_error() -> Answer {
    Answer::json(500, json!({ "message": "Server Error" }))
}

/// The answer to who asked for nothing that is done.
pub fn refused(service: &Service, refusal: Refusal) -> Answer {
    let mut core = service.core();
    let request_id = service.site.seed.uuid("request", core.state().drawn);
    match commit(&mut core, vec![Event::ValuesDrawn { count: 1 }]) {
        Ok(()) => refusal.answer(&request_id),
        Err(error) => error,
    }
}

/// A request for nothing that exists. Its path is not kept: it may be anything.
pub async fn unrouted(service: Arc<Service>, status: u16, method: String) -> Response {
    let now = service.clock.now();
    let mut core = service.core();
    let request_id = service.site.seed.uuid("request", core.state().drawn);
    let route = "(none)".to_owned();
    let method: String = method.chars().take(20).collect();
    let note =
        RequestNote { at: now, method, route, status: Some(status), account: None, faults: Vec::new(), tool: None };
    let _ = core.commit(vec![Event::ValuesDrawn { count: 1 }, Event::Requested { request: note }]);
    let refusal = match status {
        405 => Refusal::Bare { status, message: "The method is not supported for this route." },
        _ => Refusal::coded(404, "not_found", "Route not found."),
    };
    refusal.answer(&request_id).into_response()
}
