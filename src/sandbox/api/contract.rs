//! What the service says of itself to machines.

use serde_json::{Map, Value, json};

use super::route::{Guard, Route};
use super::routes::ROUTES;
use super::{Exchange, scopes};
use crate::sandbox::http::{Answer, Refusal};
use crate::sandbox::throttle::LimitClass;

const BASE: &str = "/api/agents/v1";
const VERSION: &str = "1.0.0";

/// `GET /openapi.json`, without the envelope: the control plane's routes, from the table.
pub fn openapi(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let mut paths = Map::new();
    let mut named = Vec::new();
    for route in ROUTES {
        let Some(path) = route.path.strip_prefix(BASE) else { continue };
        let again = named.contains(&route.name);
        named.push(route.name);
        let operations = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
        operations[route.method.as_str().to_lowercase()] = operation(route, again);
    }
    Ok(Answer::json(
        200,
        json!({
            "openapi": "3.1.0",
            "info": { "title": "ModelsLab Agent Control Plane", "version": VERSION },
            "servers": [{ "url": format!("{}{BASE}", x.site.base_url) }],
            "paths": paths,
            "components": { "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } } },
        }),
    ))
}

/// `again`: another spelling of an operation that was described already.
fn operation(route: &Route, again: bool) -> Value {
    let spelling = route.path.rsplit('/').next().unwrap_or_default();
    let id = if again { format!("{}_as_{spelling}", route.name) } else { route.name.to_owned() };
    let mut operation = json!({
        "operationId": id.replace('-', "_"),
        "responses": { "default": { "description": "The envelope: data, error, meta." } },
    });
    if let Guard::Bearer(scope) = route.guard {
        operation["security"] = json!([{ "bearer": [] }]);
        operation["x-required-scope"] = json!(scope);
    }
    operation["x-rate-limit-class"] = json!(route.limit.map(LimitClass::name));
    if route.path.contains("{id}") {
        let schema = json!({ "type": "string" });
        operation["parameters"] = json!([{ "name": "id", "in": "path", "required": true, "schema": schema }]);
    }
    operation
}

/// `GET /changelog`
pub fn changelog(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let changes = ["The sandbox serves the agent control plane as its public documents describe it."];
    Ok(x.answer(200, json!([{ "version": VERSION, "date": "2026-11-22", "changes": changes }])))
}

/// `GET /.well-known/oauth-authorization-server`
pub fn oauth_metadata(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let base = &x.site.base_url;
    Ok(Answer::json(200, json!({ "issuer": base, "scopes_supported": scopes::all() })))
}
