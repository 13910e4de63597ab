//! A call of a tool: from its arguments to the request of a route, and from the route's answer to a result.

use std::sync::Arc;

use axum::http::HeaderName;
use axum::http::request::Parts;
use serde_json::{Map, Value, json};

use super::message::{Wrong, result};
use crate::modelslab::catalogue::{Operation, Tool, operations};
use crate::sandbox::api::{ROUTES, Route};
use crate::sandbox::http::connection::Peer;
use crate::sandbox::http::front::carry_out;
use crate::sandbox::http::incoming::{Incoming, bearer, text};
use crate::sandbox::http::{Answer, Body, Refusal, work};
use crate::sandbox::service::Service;

pub async fn call(
    service: &Arc<Service>,
    peer: &Peer,
    head: &Parts,
    id: &Value,
    params: &Map<String, Value>,
) -> Option<Answer> {
    let (tool, arguments) = match (params.get("name"), params.get("arguments")) {
        (Some(Value::String(tool)), Some(Value::Object(arguments))) => (tool, arguments.clone()),
        (Some(Value::String(tool)), None) => (tool, Map::new()),
        _ => return Some(Wrong::PARAMETERS.answer(200, id)),
    };
    if !of_tool(tool).any(|_| true) {
        return Some(Wrong::NO_TOOL.answer(200, id));
    }
    let asked = find(tool, &arguments).and_then(|(tool, route, operation)| {
        let incoming = incoming(tool, operation, arguments, peer, head)?;
        Ok((route, incoming))
    });
    let answer = match asked {
        Ok((route, incoming)) => carry_out(service.clone(), route, peer, incoming).await?,
        Err(refusal) => work::refused(service, refusal),
    };
    Some(told(id, answer))
}

fn of_tool(name: &str) -> impl Iterator<Item = (Tool, &'static Operation)> {
    let tools = operations().filter_map(|operation| Some((operation.tool?, operation)));
    tools.filter(move |(tool, _)| tool.name == name)
}

/// The action that is asked for, and the route of its operation.
fn find(name: &str, arguments: &Map<String, Value>) -> Result<(Tool, &'static Route, &'static Operation), Refusal> {
    let Some(action) = arguments.get("action").filter(|action| !action.is_null()) else {
        return Err(Refusal::field("action", "The action field is required."));
    };
    let found = of_tool(name).find(|(tool, _)| action.as_str() == Some(tool.action));
    let found = found.and_then(|(tool, operation)| {
        Some((tool, ROUTES.iter().find(|route| route.name == operation.name)?, operation))
    });
    found.ok_or_else(|| Refusal::field("action", "The selected action is invalid."))
}

/// The request that the route of `operation` gets. What the tool does not take is ignored, as by the routes.
fn incoming(
    tool: Tool,
    operation: &Operation,
    mut input: Map<String, Value>,
    peer: &Peer,
    head: &Parts,
) -> Result<Incoming, Refusal> {
    input.retain(|name, _| name != "action" && !tool.without.contains(&name.as_str()));
    let key = input.remove("idempotency_key");
    let path_id = match variable(operation.path) {
        Some(name) => id_of(name, input.remove(name))?,
        None => String::new(),
    };
    Ok(Incoming {
        ip: peer.ip,
        input,
        is_form: false,
        bearer: bearer(head).or_else(|| text(head, HeaderName::from_static("x-agent-token")).map(str::to_owned)),
        basic_user: None,
        idempotency_key: key.and_then(|key| key.as_str().map(str::to_owned)),
        wants_json: true,
        path_id,
        tool: Some(tool),
    })
}

/// The parameter that stands in `path`.
fn variable(path: &str) -> Option<&str> {
    path.split('/').find_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn id_of(name: &str, given: Option<Value>) -> Result<String, Refusal> {
    let words = name.replace('_', " ");
    match given {
        Some(Value::String(id)) if !id.is_empty() => Ok(id),
        Some(Value::Number(id)) => Ok(id.to_string()),
        None | Some(Value::Null | Value::String(_)) => {
            Err(Refusal::field(name, &format!("The {words} field is required.")))
        }
        Some(_) => Err(Refusal::field(name, &format!("The {words} field must be a string."))),
    }
}

/// A route's answer as a tool's result. Throttles and broken servers stand before the tools, and answer as they always do.
fn told(id: &Value, answer: Answer) -> Answer {
    if answer.status == 429 || answer.status >= 500 {
        return answer;
    }
    let text = match &answer.body {
        Body::Json(body) => body.to_string(),
        Body::Html(page) => page.clone(),
        Body::File(_, bytes) => String::from_utf8_lossy(bytes).into_owned(),
    };
    let content = json!([{ "type": "text", "text": text }]);
    let mut result = result(id, json!({ "content": content, "isError": answer.status >= 400 }));
    result.headers = answer.headers.into_iter().filter(|(name, _)| name.starts_with("x-ratelimit")).collect();
    result
}
