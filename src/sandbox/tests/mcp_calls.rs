//! What is asked by MCP is what is asked by REST: the same answers, the same errors, the same effects.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::client::{clock, options, sandbox_with, start};
use super::contract::fixtures;
use super::scene::Scene;
use crate::http::Http;
use crate::modelslab::catalogue::{self, Operation, Verb, operations};
use crate::modelslab::{ApiError, Client, Transport};
use crate::sandbox::{Options, RateLimits};
use crate::tls;

/// What no document names has a status by REST alone.
const WITHOUT_STATUS: [&str; 3] = ["idempotency_key_reused", "payment_not_completed", "checkout_expired"];

fn client(base_url: &str, transport: Transport) -> Client {
    let http = Http::new(&tls::client_config(None).unwrap(), true).unwrap();
    Client::new(http, base_url, Arc::new(clock())).unwrap().with_transport(transport)
}

/// What stands in `path` where `template` has names.
fn named_in(template: &str, path: &str) -> Option<Map<String, Value>> {
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    let mut named = Map::new();
    for (template, part) in template.iter().zip(&path) {
        match template.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => drop(named.insert(name.to_owned(), json!(part))),
            None if template == part => {}
            None => return None,
        }
    }
    (template.len() == path.len()).then_some(named)
}

/// Asks what an example asks, in one scene, without what the tool does not take.
async fn asked(
    fixture: &Value,
    example: &Value,
    operation: &Operation,
    ways: &[Transport],
) -> Vec<Result<Value, ApiError>> {
    let scene = Scene::given(example["given"].as_str().unwrap()).await;
    let path = scene.fill(fixture["path"].as_str().unwrap());
    let path = path.as_str().unwrap().strip_prefix("/api/agents/v1/").unwrap().split('?').next().unwrap();
    let mut arguments = named_in(operation.path, path).unwrap_or_default();
    arguments.extend(scene.fill_all(&example["request"]).as_object().cloned().unwrap_or_default());
    arguments.retain(|name, _| operation.tool.is_none_or(|tool| !tool.without.contains(&name.as_str())));
    let token = if scene.token.is_empty() { "1|none" } else { &scene.token };
    let mut answers = Vec::new();
    for way in ways {
        let client = client(&scene.client.ready.base_url, *way);
        let client = match example["request_headers"]["Idempotency-Key"].as_str() {
            Some(key) => client.with_idempotency_key(key),
            None => client,
        };
        let answer = client.ask(operation, Some(token), arguments.clone()).await;
        // Each scene has a port of its own.
        let same = |data: Value| data.to_string().replace(&scene.client.ready.base_url, "http://service.test");
        answers.push(answer.map(|data| serde_json::from_str(&same(data)).unwrap()));
    }
    answers
}

/// The answers by REST and by MCP: to a question in one scene, to what changes something in two that are alike.
async fn both(fixture: &Value, example: &Value, operation: &Operation) -> [Result<Value, ApiError>; 2] {
    let mut answers = match operation.verb {
        Verb::Get => asked(fixture, example, operation, &[Transport::Rest, Transport::Mcp]).await,
        _ => asked(fixture, example, operation, &[Transport::Rest]).await,
    };
    if operation.verb != Verb::Get {
        answers.extend(asked(fixture, example, operation, &[Transport::Mcp]).await);
    }
    answers.try_into().unwrap()
}

/// The operation that a fixture is about, whichever of its spellings it has.
fn operation_of(fixture: &Value) -> Option<&'static Operation> {
    let name = match fixture["name"].as_str()? {
        "verify" => "verify_email",
        name => name,
    };
    operations().find(|operation| operation.name == name && operation.tool.is_some())
}

#[tokio::test]
async fn every_operation_with_a_tool_answers_by_mcp_as_by_rest() {
    let mut told = Vec::new();
    for fixture in fixtures() {
        let Some(operation) = operation_of(&fixture) else { continue };
        for example in fixture["examples"].as_array().unwrap() {
            let [rest, mcp] = both(&fixture, example, operation).await;
            let case = format!("{} / {}", operation.name, example["name"]);
            let undocumented =
                |code: &Option<String>| code.as_deref().is_some_and(|code| WITHOUT_STATUS.contains(&code));
            match (rest, mcp) {
                (Ok(rest), Ok(mcp)) => {
                    assert_eq!(mcp, rest, "{case}");
                    told.push(operation.name);
                }
                (Err(rest), Err(mcp)) if undocumented(&rest.code) => {
                    assert_eq!(mcp, ApiError { status: Some(200), ..rest }, "{case}");
                }
                (rest, mcp) => assert_eq!(mcp, rest, "{case}"),
            }
        }
    }
    let silent: Vec<_> =
        operations().filter(|operation| operation.tool.is_some() && !told.contains(&operation.name)).collect();
    let names: Vec<_> = silent.iter().map(|operation| operation.name).collect();
    // Withdrawing is refused to everybody who is no reseller.
    assert_eq!(names, ["withdraw"]);
}

#[tokio::test]
async fn what_a_tool_does_not_take_is_not_sent() {
    let (_sandbox, heard) = start(options(&clock())).await;
    let client = client(&heard.ready.base_url, Transport::Mcp);
    let wanted = catalogue::Login { scopes: Some(vec!["files:write".into()]), ..Default::default() };
    let scoped = client.login(&wanted).await.unwrap_err();
    let refreshed = client.refresh_token("1|none", &catalogue::RefreshToken::default()).await.unwrap_err();
    for error in [&scoped, &refreshed] {
        assert!(error.is(ApiError::UNASKABLE) && !error.sent, "{error:?}");
    }
    assert!(scoped.message.contains("`agent-auth` takes no `scopes`") && refreshed.message.contains("REST"));
    assert_eq!(heard.ledger().await["requests"], json!([]));
}

fn signup() -> catalogue::Signup {
    let password = crate::secret::Secret::new(super::client::PASSWORD.to_owned());
    catalogue::Signup { email: "ada@onramp.test".into(), password, name: None }
}

#[tokio::test]
async fn an_answer_that_is_lost_leaves_open_what_was_done() {
    for (fault, done) in [("drop-before", 0), ("drop-after", 1)] {
        let (_sandbox, heard) = sandbox_with(json!([{ "on": "signup", "fault": fault, "times": 1 }])).await;
        let error = client(&heard.ready.base_url, Transport::Mcp).signup(&signup()).await.unwrap_err();
        assert_eq!((error.status, error.sent, error.transient), (None, true, true), "{error:?}");
        assert_eq!(heard.ledger().await["accounts"].as_array().unwrap().len(), done, "it was sent once");
    }
}

#[tokio::test]
async fn a_server_in_trouble_says_so_as_by_rest() {
    for status in [429, 500, 502, 503] {
        let rule = json!({ "on": "signup", "fault": status.to_string(), "retry_after": 7 });
        let (_sandbox, heard) = sandbox_with(json!([rule])).await;
        let by = |transport| client(&heard.ready.base_url, transport);
        let (rest, mcp) = (by(Transport::Rest).signup(&signup()).await, by(Transport::Mcp).signup(&signup()).await);
        let (rest, mcp) = (rest.unwrap_err(), mcp.unwrap_err());
        assert_eq!(mcp, rest);
        assert_eq!((mcp.status, mcp.retry_after.map(|wait| wait.as_secs())), (Some(status), Some(7)));
    }
}

#[tokio::test]
async fn calls_by_both_ways_count_against_one_limit() {
    let rate_limits = RateLimits { auth: 20, billing: 1, general: 1 };
    let (_sandbox, heard) = start(Options { rate_limits, ..options(&clock()) }).await;
    let token = heard.account("ada@onramp.test").await;
    let by = |transport| client(&heard.ready.base_url, transport);
    let told = by(Transport::Rest).list_plans(&token).await;
    let refused = by(Transport::Mcp).list_plans(&token).await.unwrap_err();
    assert!(told.is_ok());
    assert_eq!((refused.status, refused.retry_after.is_some()), (Some(429), true), "{refused:?}");
}

#[tokio::test]
async fn the_ledger_tells_by_which_tool_something_was_done() {
    let (_sandbox, heard) = start(options(&clock())).await;
    client(&heard.ready.base_url, Transport::Mcp).signup(&signup()).await.unwrap();
    let ledger = heard.ledger().await;
    let told: Vec<(&Value, &Value)> =
        ledger["requests"].as_array().unwrap().iter().map(|request| (&request["route"], &request["tool"])).collect();
    assert_eq!(told, [(&json!("/api/agents/v1/auth/signup"), &json!("agent-auth signup"))]);
}
