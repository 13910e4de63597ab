//! How an operation is asked. No retries: whoever calls knows what may be repeated.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Map, Value};
use url::Url;

use super::catalogue::{Credential, Operation, Verb};
use super::limits::{Key, Permit, Subject};
use super::mcp::Transport;
use super::{ApiError, Base, Limits, address, envelope};
use crate::clock::{Clock, Timestamp};
use crate::http::{Deadline, Headers, Http, HttpError, Request, RequestBody, Response, Waits, asked};

/// A client of one base URL, with a method for each operation of the [catalogue](super::catalogue). Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: Http,
    base: Base,
    clock: Arc<dyn Clock>,
    limits: Arc<Limits>,
    deadline: Option<Deadline>,
    idempotency_key: Option<String>,
    transport: Transport,
}

impl Client {
    /// `base_url` is the root below which `/api/agents/v1` and `/api/v6` lie: `https://modelslab.com`.
    pub fn new(http: Http, base_url: &str, clock: Arc<dyn Clock>) -> Result<Self, ApiError> {
        let limits = Arc::new(Limits::new(clock.clone()));
        Ok(Self::at(Base::parse(base_url)?, http, clock, limits))
    }

    /// A client that waits for its turn among all that have the same `limits`, and not only among its own clones.
    pub fn at(base: Base, http: Http, clock: Arc<dyn Clock>, limits: Arc<Limits>) -> Self {
        Self { http, base, clock, limits, deadline: None, idempotency_key: None, transport: Transport::Rest }
    }

    /// Lets no call go on after `deadline`, and none wait for its turn until then. Where waits are counted the deadline is later by
    /// what was waited.
    pub fn with_deadline(self, deadline: Option<Deadline>) -> Self {
        Self { deadline, ..self }
    }

    /// Sends `key` as `Idempotency-Key` with whatever changes something. The service promises to know it where money is
    /// concerned; some documents say everywhere. [conflict C-13]
    pub fn with_idempotency_key(self, key: &str) -> Self {
        Self { idempotency_key: Some(key.to_owned()), ..self }
    }

    /// Asks by `transport` from now on. Images are always asked for by REST.
    pub fn with_transport(self, transport: Transport) -> Self {
        Self { transport, ..self }
    }

    /// Asks one operation and gives the data of its answer. `credential` is a token or a key, whichever the operation wants;
    /// `arguments` are its parameters by name.
    pub async fn ask(
        &self,
        operation: &Operation,
        credential: Option<&str>,
        arguments: Map<String, Value>,
    ) -> Result<Value, ApiError> {
        if self.transport == Transport::Mcp {
            // A session is large, and seldom asked for: who asks by REST has no room for it.
            return Box::pin(self.ask_tool(operation, credential, arguments)).await;
        }
        let ask = |(verb, path), arguments| self.ask_at(verb, path, operation, credential, arguments);
        let first = (operation.verb, operation.path);
        let Some(other) = operation.also else { return ask(first, arguments).await };
        match ask(first, arguments.clone()).await {
            // A code may be good for one use: the other spelling is tried only when nothing was done by this one.
            Err(error) if error.no_such_route() => ask(other, arguments).await,
            answer => answer,
        }
    }

    async fn ask_at(
        &self,
        verb: Verb,
        path: &str,
        operation: &Operation,
        credential: Option<&str>,
        mut arguments: Map<String, Value>,
    ) -> Result<Value, ApiError> {
        let subject = Subject::of(operation.credential, credential, &arguments);
        let path = address::fill(path, &mut arguments)?;
        let mut url = self.url(&path);
        let mut headers = vec![("accept".into(), "application/json".to_owned())];
        match (operation.credential, credential) {
            (Credential::Nothing, _) => {}
            (Credential::Bearer, Some(token)) => headers.push(("authorization".into(), format!("Bearer {token}"))),
            (Credential::Key, Some(key)) => drop(arguments.insert("key".to_owned(), key.into())),
            (_, None) => return Err(ApiError::without_credential()),
        }
        if verb != Verb::Get {
            headers.extend(self.idempotency_key.iter().map(|key| ("idempotency-key".into(), key.clone())));
        }
        let body = match verb {
            Verb::Get => {
                address::query(&mut url, &arguments);
                RequestBody::None
            }
            _ if arguments.is_empty() => RequestBody::None,
            _ => RequestBody::Json(Value::Object(arguments)),
        };
        let permit = self.turn(operation, subject).await?;
        let response = self.send(method(verb), url, headers, body).await;
        if let Some(permit) = permit {
            permit.end(response.as_ref());
        }
        let response = response?;
        envelope::data(&response, self.clock.now())
    }

    /// Waits until the service's limits have room.
    pub(super) async fn turn(&self, operation: &Operation, subject: Subject) -> Result<Option<Permit>, ApiError> {
        let Some(class) = &operation.limit else { return Ok(None) };
        let turn = self.limits.turn(self.key_of(class.name, subject), class, self.ends_at());
        self.waits().during(turn).await.map(Some)
    }

    /// Under what a call is counted.
    pub(super) fn key_of(&self, class: &'static str, subject: Subject) -> Key {
        Key { origin: self.base.origin(), class, subject }
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// When a wait for a turn is over; one that is counted moves the deadline.
    pub(super) fn ends_at(&self) -> Option<Timestamp> {
        self.deadline.filter(|_| !self.http.waits().are_counted()).map(|deadline| deadline.at)
    }

    pub(super) fn waits(&self) -> &Waits {
        self.http.waits()
    }

    pub(super) async fn send(
        &self,
        method: Method,
        url: Url,
        headers: Headers,
        body: RequestBody,
    ) -> Result<Response, ApiError> {
        self.send_until(method, url, headers, body, |_| false).await
    }

    /// The same, but the answer is read no further than `enough` says.
    pub(super) async fn send_until(
        &self,
        method: Method,
        url: Url,
        headers: Headers,
        body: RequestBody,
        enough: impl FnMut(&[u8]) -> bool + Send,
    ) -> Result<Response, ApiError> {
        let timeout = self.http.timeout(self.deadline, self.now());
        let (verb, address) = (method.clone(), url.clone());
        let request = Request { method, url, headers, body, timeout, in_turn: false };
        let name = |error: HttpError| {
            let message = format!("{}: {}", asked(verb.as_str(), &address), error.message);
            HttpError { message, ..error }
        };
        Ok(self.http.send_until(request, enough).await.map_err(name)?)
    }

    /// Where `path` lies: below the control plane, or below the base URL if it begins with a slash.
    pub(super) fn url(&self, path: &str) -> Url {
        self.base.join(path)
    }

    pub(super) fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    pub(super) fn base(&self) -> &Url {
        self.base.url()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

fn method(verb: Verb) -> Method {
    match verb {
        Verb::Get => Method::GET,
        Verb::Post => Method::POST,
        Verb::Put => Method::PUT,
        Verb::Patch => Method::PATCH,
        Verb::Delete => Method::DELETE,
    }
}
