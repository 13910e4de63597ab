//! The client: bounded in time and size. It follows redirects of GET and HEAD alone, and only within one origin: for any
//! other method a redirect is the answer, since what it asks for may have taken place.

use std::sync::Arc;

use reqwest::{Method, StatusCode, redirect, retry};
use rustls::ClientConfig;
use tokio::time::{Instant, timeout_at};
use url::{Position, Url};

use super::deadline::Deadline;
use super::error::{CONNECT_TIMEOUT, HttpError, explain, late};
use super::gate::{Gate, Pass};
use super::origin::is_loopback;
use super::request::{Request, RequestBody, Timeout};
use super::response::{Response, read_body};
use super::retry_after::retry_after;
use super::waits::Waits;
use crate::clock::{Clock, Timestamp};

const USER_AGENT: &str = concat!("onramp/", env!("CARGO_PKG_VERSION"));

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
                // What may be repeated the engine knows. Without a bound of none, each request is copied for it.
                .retry(retry::never().max_retries_per_request(0))
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
        let mut builder = client.request(request.method, request.url);
        for (name, value) in request.headers {
            builder = builder.header(&*name, value);
        }
        builder = match request.body {
            RequestBody::None => builder,
            RequestBody::Json(value) => builder.json(&value),
            RequestBody::Form(fields) => builder.form(&fields),
            RequestBody::Text(text) => builder.body(text),
        };
        let ends = Instant::now() + timeout.after;
        let response = match timeout_at(ends, builder.send()).await {
            Ok(answer) => answer.map_err(|error| explain(&error, &place)),
            Err(_) => Err(late(&place, timeout)),
        };
        if let Some(pass) = pass {
            learn(pass, &response);
        }
        let mut response = response?;
        let (status, headers) = (response.status().as_u16(), std::mem::take(response.headers_mut()));
        let mut body = Vec::new();
        let read = timeout_at(ends, read_body(response, &place, enough, &mut body)).await;
        let broken = read.unwrap_or_else(|_| Err(late(&place, timeout).message)).err();
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

/// Host and port.
fn place(url: &Url) -> String {
    let written = &url[Position::BeforeHost..Position::AfterPort];
    match (url.port(), url.port_or_known_default()) {
        (None, Some(port)) => format!("{written}:{port}"),
        _ => written.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_host_and_port_and_nothing_else() {
        for (url, expected) in [
            ("https://x.test/a?b", "x.test:443"),
            ("http://ada:hunter2@x.test:81/a", "x.test:81"),
            ("http://[::1]/", "[::1]:80"),
            ("http://[::1]:7/", "[::1]:7"),
        ] {
            assert_eq!(place(&Url::parse(url).unwrap()), expected);
        }
    }
}
