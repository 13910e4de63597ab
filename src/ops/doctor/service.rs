//! Whether the service answers, what it says of itself, and whether it takes the token.

use std::sync::Arc;

use rustls::ClientConfig;
use serde_json::{Map, Value};

use super::{Workspace, contract};
use crate::http::Http;
use crate::modelslab::catalogue::{Operation, operations};
use crate::modelslab::{ApiError, Client};
use crate::outlook::BaseUrlSource;
use crate::report::doctor::Check;
use crate::secret::Secret;

pub(super) async fn look(
    workspace: &Workspace,
    tls: &Arc<ClientConfig>,
    base_url: &str,
    // Of a sandbox nobody named it.
    source: Option<&BaseUrlSource>,
    token: Option<&Secret<String>>,
) -> Vec<Check> {
    let http = match Http::new(tls, source.is_none()) {
        Ok(http) => http,
        Err(error) => return vec![Check::failed("service", error.message)],
    };
    let client = match Client::new(http, base_url, workspace.clock.clone()) {
        Ok(client) => client,
        Err(error) => return vec![Check::failed("service", error)],
    };
    let document = ask(&client, "get_openapi", None).await;
    let mut checks = vec![reached(base_url, source, &document)];
    match &document {
        Err(error) if error.status.is_none() => return checks,
        Ok(document) => checks.extend(contract::checks(document)),
        Err(error) => checks.push(
            Check::warning("contract", format!("the service does not give it: {error}"))
                .advise("nothing need be done: of what has two spellings, onramp tries one after the other"),
        ),
    }
    if let Some(token) = token {
        checks.push(accepted(ask(&client, "get_profile", Some(token.expose())).await));
    }
    checks
}

async fn ask(client: &Client, name: &str, token: Option<&str>) -> Result<Value, ApiError> {
    let operation: Option<&Operation> = operations().find(|operation| operation.name == name);
    match operation {
        Some(operation) => client.ask(operation, token, Map::new()).await,
        None => Err(ApiError::unusable("the catalogue has no such operation")),
    }
}

fn reached(base_url: &str, source: Option<&BaseUrlSource>, document: &Result<Value, ApiError>) -> Check {
    let name = "service";
    let named = source.map(|source| format!(", {source},")).unwrap_or_default();
    match document {
        Err(error) if error.status.is_none() => {
            Check::failed(name, format!("{base_url}{named} cannot be reached: {error}"))
                .advise("check the base URL and the network, HTTPS_PROXY and --ca-file if you need them")
        }
        Err(error) if error.status.is_some_and(|status| status >= 500) => {
            Check::warning(name, format!("{base_url}{named} answers that it is not well: {error}"))
                .advise("try again later")
        }
        _ => {
            let how = if base_url.starts_with("https:") { "over TLS" } else { "on this machine" };
            Check::ok(name, format!("{base_url}{named} answers {how}"))
        }
    }
}

fn accepted(answer: Result<Value, ApiError>) -> Check {
    let name = "token";
    match answer {
        Ok(_) => Check::ok(name, "the service takes it".to_owned()),
        Err(error) if error.transient => {
            Check::warning(name, format!("nobody knows: {error}")).advise("try again later")
        }
        Err(error) => Check::failed(name, format!("the service does not take it: {error}"))
            .advise("log in for another: `onramp call modelslab.login`"),
    }
}
