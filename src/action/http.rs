//! `http`: any request to any service.

mod judge;

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::Value;
use url::Url;

use super::context::not_sent;
use super::{Action, Context};
use crate::diagnostic::kind;
use crate::http::{Headers, HttpError, Request, RequestBody, Response, asked, retry_after};
use crate::id::Role;
use crate::run::{ErrorKind, Happened, Outcome, StepError};
use crate::secret::{Data, Datum};
use crate::workflow::{
    ActionSpec, Bounds, Contact, Effect, EffectRule, Judges, OutputSpec, Parameter, Reach, RetryClass, Type, UndoRule,
};

pub struct HttpRequest;

const EXAMPLE: &str = r#"inputs:
  name: { default: staging }
secrets:
  token: { env: SERVICE_TOKEN, sandbox: sandbox-token }
steps:
  create:
    uses: http
    with:
      method: POST
      url: /projects # below the base URL
      headers: { Authorization: "Bearer ${{ secrets.token }}" }
      json: { name: "${{ inputs.name }}" }
    expect: { status: [201] }
    outputs: { id: response.body.id }
    undo:
      uses: http
      with:
        method: DELETE
        url: "/projects/${{ steps.create.outputs.id }}"
        headers: { Authorization: "Bearer ${{ secrets.token }}" }
"#;

/// Why a URL is no place for a secret, and what is.
const LOGS: &str = "servers and proxies write URLs into their logs";
const ELSEWHERE: &str = "send it in `headers` or in the body";

const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

impl Action for HttpRequest {
    fn spec(&self) -> ActionSpec {
        ActionSpec {
            name: "http",
            doc: "Sends an HTTP request. 2xx is a success unless `expect` says otherwise. A secret goes only to the base \
                  URL, to the origin of a URL given as an input, or to one named with `--allow-host`.",
            effect: EffectRule::ByMethod,
            probe: None,
            undo: UndoRule::ByStep,
            reach: Reach::to(Contact::Url("url")),
            parameters: vec![
                Parameter::optional("method", Type::String, "The method; GET if not given.").one_of(METHODS),
                Parameter::required("url", Type::String, "Where to; a path alone is below the base URL.")
                    .within(Bounds::Start(&["/", "https://", "http://"]))
                    .judged(Judges { value: Some(judge::url), ..Judges::NONE })
                    .seen_by(LOGS, ELSEWHERE)
                    .destination(),
                Parameter::optional("query", Type::Object, "Added to the URL.")
                    .within(Bounds::Fields)
                    .seen_by(LOGS, ELSEWHERE),
                Parameter::optional("headers", Type::Object, "Headers by name.")
                    .within(Bounds::Fields)
                    .judged(Judges { field: Some(judge::header), ..Judges::NONE }),
                Parameter::optional("json", Type::Any, "The body, as JSON."),
                Parameter::optional("form", Type::Object, "The body, form-encoded.").within(Bounds::Fields),
                Parameter::optional("body", Type::String, "The body, as it is."),
            ],
            outputs: vec![
                OutputSpec::public("status", Type::Integer, "The status."),
                OutputSpec::secret("headers", Type::Object, "The answer's headers, names in lower case."),
                OutputSpec::secret("body", Type::Any, "The answer's body, parsed if it is JSON."),
            ],
            captures: true,
            errors: vec![
                "config.parameter",
                "config.origin",
                "network.timeout",
                "network.unreachable",
                "network.broken",
                "service.3xx",
                "service.4xx",
                "service.429",
                "service.5xx",
                "service.challenge",
                "assertion.status",
                "assertion.capture",
            ],
            example: EXAMPLE.into(),
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            match request(context) {
                Ok(request) => match context.http.send(request).await {
                    Ok(response) if is_gone(&response, context) => gone(&response, context),
                    Ok(response) => self.outcome(&response, context),
                    Err(error) => unanswered(error, context),
                },
                Err(error) => not_sent(error),
            }
        })
    }
}

impl HttpRequest {
    fn outcome(&self, response: &Response, context: &Context) -> Outcome {
        let status = response.status;
        let body = response.json().unwrap_or_else(|| response.text().into());
        let values = [("status", status.into()), ("headers", headers(response)), ("body", body)];
        let (happened, class, code) = match status {
            _ if response.is_challenge() => (Happened::None, None, "service.challenge"),
            200..300 => (Happened::Done, None, "network.broken"),
            429 => (Happened::None, Some(RetryClass::TooManyRequests), "service.429"),
            400..500 => (Happened::None, None, "service.4xx"),
            500.. => (Happened::Unknown, Some(RetryClass::Server), "service.5xx"),
            // A redirect of anything but a read is no refusal.
            _ => (Happened::Unknown, None, "service.3xx"),
        };
        let error = || {
            let message = match &response.broken {
                _ if code == "service.challenge" => {
                    format!("{} answered {status}: it wants to see a human (a CAPTCHA)", asked_of(context))
                }
                Some(why) => format!("{} answered {status}, and then: {why}", asked_of(context)),
                None => format!("{} answered {status}", asked_of(context)),
            };
            let kind = if code == "network.broken" { ErrorKind::Network } else { ErrorKind::Service };
            StepError { class, ..StepError::new(kind, code, message) }
        };
        let failed = !(200..300).contains(&status) || response.broken.is_some() || code == "service.challenge";
        let asked = class.and_then(|_| retry_after(|name| response.header(name), context.services.clock.now()));
        Outcome {
            happened,
            error: failed.then(error),
            retry_after: asked,
            ..Outcome::succeeded(context.outputs(values))
        }
    }
}

/// By their names in lower case; of several values the last.
fn headers(response: &Response) -> Value {
    let text = |value: &HeaderValue| Value::from(String::from_utf8_lossy(value.as_bytes()));
    let headers = response.headers.iter().map(|(name, value)| (name.to_string(), text(value)));
    headers.collect::<BTreeMap<_, _>>().into_iter().collect()
}

/// A DELETE that is to take something back finds that it is not there.
fn is_gone(response: &Response, context: &Context) -> bool {
    let deletes = context.text("method").is_some_and(|method| method.eq_ignore_ascii_case("DELETE"));
    context.order.task.role == Role::Undo && deletes && matches!(response.status, 404 | 410)
}

fn gone(response: &Response, context: &Context) -> Outcome {
    let warning = format!("{} answered {}: it was gone already", asked_of(context), response.status);
    Outcome { warning: Some(warning), ..Outcome::succeeded(Data::new()) }
}

/// Method and URL as a message may name them: without what a query or a secret URL could give away.
fn asked_of(context: &Context) -> String {
    let method = context.text("method").unwrap_or("GET");
    let secret = context.order.input.get("url").is_some_and(Datum::is_secret);
    match target(context).ok().filter(|_| !secret) {
        Some(url) => asked(method, &url),
        None => format!("{method} to a secret URL"),
    }
}

fn unanswered(error: HttpError, context: &Context) -> Outcome {
    if error.withdrawn {
        return not_sent(StepError::interrupted());
    }
    let (code, class) = match (error.timeout, error.sent) {
        (true, _) => ("network.timeout", RetryClass::Timeout),
        (false, true) => ("network.broken", RetryClass::Network),
        (false, false) => ("network.unreachable", RetryClass::Network),
    };
    let happened = if error.sent { Happened::Unknown } else { Happened::None };
    let class = error.transient.then_some(class);
    let message = format!("{}: {}", asked_of(context), error.message);
    Outcome::failed(happened, StepError { class, ..StepError::new(ErrorKind::Network, code, message) })
}

fn wrong(message: String) -> StepError {
    StepError::new(ErrorKind::Config, "config.parameter", message)
}

fn request(context: &Context) -> Result<Request, StepError> {
    let url = target(context)?;
    let method = context.text("method").unwrap_or("GET");
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| wrong(format!("`{method}` is not a method")))?;
    let given = fields(context, "headers")?.into_iter().map(|(name, value)| (name.into(), value));
    let mut headers: Headers = given.collect();
    let named = |name: &str| headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
    if context.order.effect == Effect::Keyed && !named("idempotency-key") {
        headers.push(("idempotency-key".into(), context.order.idempotency_key.clone()));
    }
    let body = if let Some(json) = context.get("json") {
        RequestBody::Json(json.clone())
    } else if context.get("form").is_some() {
        RequestBody::Form(fields(context, "form")?)
    } else {
        context.text("body").map_or(RequestBody::None, |text| RequestBody::Text(text.to_owned()))
    };
    Ok(Request { method, url, headers, body, timeout: context.request_timeout(), in_turn: true })
}

fn target(context: &Context) -> Result<Url, StepError> {
    let text = context.require("url")?;
    let base = &context.services.settings.base_url;
    let full = if text.starts_with('/') { format!("{base}{text}") } else { text.to_owned() };
    let mut url = Url::parse(&full).map_err(|error| wrong(format!("`url` is not a URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong(format!("`url` must begin with https:// or http://, not {}://", url.scheme())));
    }
    for (name, value) in fields(context, "query")? {
        url.query_pairs_mut().append_pair(&name, &value);
    }
    if context.order.input.values().any(Datum::is_secret) {
        trusted(context, &url)?;
    }
    Ok(url)
}

/// A secret goes only where the user sent it, never to a host that stands only in a workflow file.
fn trusted(context: &Context, url: &Url) -> Result<(), StepError> {
    let refused = |why| StepError::new(ErrorKind::Config, "config.origin", format!("`{}` {why}", context.order.task));
    context.services.trust().check(url).map_err(refused)
}

/// An object of scalars as pairs of text; null entries are left out.
fn fields(context: &Context, name: &str) -> Result<Vec<(String, String)>, StepError> {
    let Some(value) = context.get(name) else { return Ok(Vec::new()) };
    let Value::Object(object) = value else {
        return Err(wrong(format!("`{name}` must be an object, not {}", kind(value))));
    };
    let text = |(key, value): (&String, &Value)| match value {
        Value::String(text) => Ok((key.clone(), text.clone())),
        Value::Number(_) | Value::Bool(_) => Ok((key.clone(), value.to_string())),
        other => Err(wrong(format!("`{name}.{key}` must be a text, a number or a boolean, not {}", kind(other)))),
    };
    object.iter().filter(|(_, value)| !value.is_null()).map(text).collect()
}
