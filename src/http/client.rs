//! The client: bounded in time and size. It follows redirects of GET and HEAD alone, and only within one origin: for any
//! other method a redirect is the answer, since what it asks for may have taken place.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::{Method, StatusCode, redirect};
use serde_json::Value;
use url::Url;

use super::deadline::Deadline;
use super::gate::{Gate, Pass};
use super::origin::is_loopback;
use super::retry_after::retry_after;
use super::waits::Waits;
use crate::clock::{Clock, Timestamp};
use crate::tls;
use rustls::ClientConfig;

/// The longest that one request may take, answer included.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// The largest answer that is read.
pub const MAX_BODY: usize = 16 * 1024 * 1024;

const USER_AGENT: &str = concat!("onramp/", env!("CARGO_PKG_VERSION"));

/// A request. Secrets inside are the caller's to keep out of errors; [`HttpError`] never holds any of it but host and port.
pub struct Request {
    pub method: Method,
    pub url: Url,
    pub headers: Vec<(String, String)>,
    pub body: RequestBody,
    pub timeout: Timeout,
    /// Once the service has said that there are too many requests, this one waits with the others of its kind. Not for
    /// requests whose limits somebody else keeps.
    pub in_turn: bool,
}

/// How long a request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeout {
    pub after: Duration,
    /// The user's setting that bounds `left`, and its value.
    pub setting: Option<(&'static str, Duration)>,
    /// How long whoever asks has for all of it, the wait before it is sent included; `None` if there is no such bound.
    pub left: Option<Duration>,
}

impl Default for Timeout {
    fn default() -> Self {
        Self { after: REQUEST_TIMEOUT, setting: None, left: None }
    }
}

pub enum RequestBody {
    None,
    Json(Value),
    Form(Vec<(String, String)>),
    Text(String),
}

pub struct Response {
    pub status: u16,
    /// Names in lower case; of several values the last.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
    /// Why the body is not whole: the status and the headers came, and then no more.
    pub broken: Option<String>,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, whatever the content type says; not what is left of a broken one.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok().filter(|_| self.broken.is_none())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpError {
    /// Something may have reached the service.
    pub sent: bool,
    pub timeout: bool,
    /// Trying again may help.
    pub transient: bool,
    /// Its wait was ended by [`Http::release`].
    pub withdrawn: bool,
    pub message: String,
}

impl HttpError {
    fn before(message: String) -> Self {
        Self { sent: false, timeout: false, transient: false, withdrawn: false, message }
    }

    /// The wait for a service that does not answer was ended from outside.
    pub(super) fn withdrawn() -> Self {
        Self { withdrawn: true, ..Self::before("nothing was sent: the wait was ended".to_owned()) }
    }

    /// The service at `place` did not come back in time.
    pub(super) fn held_back(place: &str, timeout: Timeout) -> Self {
        let setting = timeout.setting.map(|(name, value)| format!(": `{name}` is {value:?}")).unwrap_or_default();
        let message =
            format!("nothing was sent: {place} does not answer, and there is no time to wait for it{setting}");
        Self { timeout: true, transient: true, ..Self::before(message) }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for HttpError {}

/// Cheap to clone; connections are shared.
#[derive(Clone)]
pub struct Http {
    following: reqwest::Client,
    not_following: reqwest::Client,
    /// Refuse everything that is not this machine.
    loopback_only: bool,
    gate: Option<Gate>,
    waits: Waits,
}

impl Http {
    /// With `loopback_only` nothing but this machine is contacted, whatever a workflow or a proxy says.
    pub fn new(tls: &Arc<ClientConfig>, loopback_only: bool) -> Result<Self, HttpError> {
        let client = |policy: redirect::Policy| {
            let builder = reqwest::Client::builder()
                .tls_backend_preconfigured((**tls).clone())
                .user_agent(USER_AGENT)
                .connect_timeout(CONNECT_TIMEOUT)
                .redirect(policy);
            let builder = if loopback_only { builder.no_proxy() } else { builder };
            builder.build().map_err(|error| HttpError::before(format!("the HTTP client cannot be set up: {error}")))
        };
        let following = client(redirect::Policy::custom(same_origin))?;
        let not_following = client(redirect::Policy::none())?;
        Ok(Self { following, not_following, loopback_only, gate: None, waits: Waits::default() })
    }

    /// Requests wait while the service does not answer that they go to, instead of failing one after another.
    pub fn patient(self, clock: Arc<dyn Clock>) -> Self {
        Self { gate: Some(Gate::new(clock)), ..self }
    }

    /// The same connections for another run, which waits with the others and is released alone.
    pub fn shared(&self) -> Self {
        Self { gate: self.gate.as_ref().map(Gate::shared), ..self.clone() }
    }

    /// The same for one attempt: if it is patient, its waits are counted, and no timeout bounds them.
    pub fn attempting(&self) -> Self {
        let waits = self.gate.as_ref().map(|gate| Waits::counted(gate.clock())).unwrap_or_default();
        Self { waits, ..self.clone() }
    }

    /// How long a request may take that begins at `now`. Counted waits have moved the deadline.
    pub fn timeout(&self, deadline: Option<Deadline>, now: Timestamp) -> Timeout {
        let moved = deadline.map(|deadline| deadline.after(self.waits.so_far()));
        moved.map_or_else(Timeout::default, |deadline| deadline.timeout(now))
    }

    pub fn waits(&self) -> &Waits {
        &self.waits
    }

    /// Host and port of the services that are waited for, since they do not answer.
    pub fn silent(&self) -> Vec<String> {
        self.gate.as_ref().map(Gate::silent).unwrap_or_default()
    }

    /// Ends all waits for services that go on at this moment; nothing was sent for them.
    pub fn release(&self) {
        self.gate.iter().for_each(Gate::release);
    }

    pub async fn send(&self, request: Request) -> Result<Response, HttpError> {
        self.send_until(request, |_| false).await
    }

    /// The same, but an answer is read no further than `enough` says, which is shown all that came of the body so far.
    pub async fn send_until(
        &self,
        request: Request,
        enough: impl FnMut(&[u8]) -> bool + Send,
    ) -> Result<Response, HttpError> {
        let (place, mut timeout) = (place(&request.url), request.timeout);
        if self.loopback_only && !is_loopback(&request.url) {
            let host = request.url.host_str().unwrap_or_default();
            return Err(HttpError::before(format!(
                "`{host}` is not on this machine, and a sandbox run contacts nothing else"
            )));
        }
        let mut pass = None;
        if let Some(gate) = &self.gate {
            let counted = self.waits.are_counted();
            let patience = if counted { Timeout { left: None, ..timeout } } else { timeout };
            let (entered, left) = self.waits.during(gate.enter(&place, request.in_turn, patience)).await?;
            pass = Some(entered);
            timeout = if counted { timeout } else { left };
        }
        let client = match request.method {
            Method::GET | Method::HEAD => &self.following,
            _ => &self.not_following,
        };
        let mut builder = client.request(request.method, request.url).timeout(timeout.after);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        builder = match &request.body {
            RequestBody::None => builder,
            RequestBody::Json(value) => builder.json(value),
            RequestBody::Form(fields) => builder.form(fields),
            RequestBody::Text(text) => builder.body(text.clone()),
        };
        let response = builder.send().await.map_err(|error| explain(&error, &place, timeout));
        if let Some(pass) = pass {
            learn(pass, &response);
        }
        let response = response?;
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let (body, broken) = read_body(response, &place, timeout, enough).await;
        Ok(Response { status, headers, body, broken })
    }
}

/// What the head of an answer, or its lack, says of the service. What a client asks for wrongly says nothing.
fn learn(pass: Pass, response: &Result<reqwest::Response, HttpError>) {
    match response {
        Ok(response) if matches!(response.status().as_u16(), 502..=504) => {
            pass.silent(&format!("status {}", response.status().as_u16()));
        }
        Ok(response) if response.status() == StatusCode::TOO_MANY_REQUESTS => {
            pass.refused(|now| retry_after(|name| response.headers().get(name)?.to_str().ok(), now));
        }
        Ok(_) => pass.answered(),
        Err(error) if error.transient => pass.silent(&error.message),
        Err(_) => {}
    }
}

/// Headers and bodies may hold secrets: they go no further than where the user sent them.
fn same_origin(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let from = attempt.previous().first().map(Url::origin);
    if attempt.previous().len() > 10 || from != Some(attempt.url().origin()) {
        attempt.stop()
    } else {
        attempt.follow()
    }
}

/// What came of the body, and why it is not whole.
async fn read_body(
    response: reqwest::Response,
    place: &str,
    timeout: Timeout,
    mut enough: impl FnMut(&[u8]) -> bool + Send,
) -> (Vec<u8>, Option<String>) {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(error) => return (body, Some(explain(&error, place, timeout).message)),
        };
        if body.len() + chunk.len() > MAX_BODY {
            return (body, Some(format!("the answer of {place} is larger than {} MiB", MAX_BODY / 1024 / 1024)));
        }
        body.extend_from_slice(&chunk);
        if enough(&body) {
            break;
        }
    }
    (body, None)
}

/// Host and port.
fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn explain(error: &reqwest::Error, place: &str, limit: Timeout) -> HttpError {
    let timeout = error.is_timeout();
    let what = if error.is_connect() && timeout {
        format!("no connection to {place} within {CONNECT_TIMEOUT:?}")
    } else if error.is_connect() {
        format!("cannot connect to {place}")
    } else if error.is_builder() {
        "the request is not well formed".to_owned()
    } else if timeout {
        match limit.setting.filter(|_| limit.after < REQUEST_TIMEOUT) {
            Some((name, value)) => format!("{place} did not answer in time: `{name}` is {value:?}"),
            None => format!("{place} did not answer within {:?}, the longest that a request may take", limit.after),
        }
    } else {
        format!("the connection to {place} broke before the whole answer came")
    };
    // The chain of causes names addresses and system errors; reqwest's own text would show the URL.
    let mut causes = String::new();
    let mut source = std::error::Error::source(error).filter(|_| !timeout);
    while let Some(cause) = source {
        causes = cause.to_string();
        source = cause.source();
    }
    if causes.contains("UnknownIssuer") {
        causes.push_str(&tls::unknown_issuer_advice());
    }
    let message = if causes.is_empty() { what } else { format!("{what}: {causes}") };
    let (sent, transient) = (!(error.is_connect() || error.is_builder()), !error.is_builder());
    HttpError { sent, timeout, transient, withdrawn: false, message }
}
