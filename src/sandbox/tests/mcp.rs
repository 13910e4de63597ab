//! `/mcp/agents` as a client that speaks JSON-RPC by hand meets it.

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::client::{Client, PASSWORD, sandbox};
use crate::modelslab::catalogue::operations;

/// What is said to a body, with some headers.
async fn say(client: &Client, method: Method, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> Response {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = http.request(method, format!("{}/mcp/agents", client.ready.base_url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body).send().await.unwrap()
}

async fn post(client: &Client, headers: &[(&str, &str)], message: Value) -> Value {
    say(client, Method::POST, headers, message.to_string()).await.json().await.unwrap()
}

fn request(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}

fn handshake(version: &str) -> Value {
    let client = json!({ "name": "test", "version": "1" });
    request("initialize", json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": client }))
}

/// The envelope in a tool's result.
fn told(answer: &Value) -> (bool, Value) {
    let result = &answer["result"];
    let text = result["content"][0]["text"].as_str().unwrap_or_else(|| unreachable!("{answer}"));
    (result["isError"].as_bool().unwrap(), serde_json::from_str(text).unwrap())
}

async fn call(client: &Client, headers: &[(&str, &str)], tool: &str, arguments: Value) -> (bool, Value) {
    let call = request("tools/call", json!({ "name": tool, "arguments": arguments }));
    told(&post(client, headers, call).await)
}

#[tokio::test]
async fn the_handshake_agrees_on_a_version_that_both_know() {
    let (_sandbox, client) = sandbox().await;
    for (asked, agreed) in [
        ("2025-11-25", "2025-11-25"),
        ("2025-06-18", "2025-06-18"),
        ("2024-11-05", "2024-11-05"),
        ("2099-01-01", "2025-11-25"),
    ] {
        let result = &post(&client, &[], handshake(asked)).await["result"];
        assert_eq!(result["protocolVersion"], agreed);
        assert_eq!(result["serverInfo"]["name"], "modelslab-agent-control-plane");
    }
    let named = [("mcp-protocol-version", "2099-01-01")];
    let refused = say(&client, Method::POST, &named, request("ping", json!({})).to_string()).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_session_lasts_until_it_is_ended() {
    let (_sandbox, client) = sandbox().await;
    let opened = say(&client, Method::POST, &[], handshake("2025-11-25").to_string()).await;
    let session = opened.headers()["mcp-session-id"].to_str().unwrap().to_owned();
    let named = [("mcp-session-id", session.as_str())];
    let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(say(&client, Method::POST, &named, ready.to_string()).await.status(), StatusCode::ACCEPTED);
    assert_eq!(post(&client, &named, request("ping", json!({}))).await["result"], json!({}));
    assert_eq!(say(&client, Method::DELETE, &named, "").await.status(), StatusCode::NO_CONTENT);
    for (method, body) in [(Method::DELETE, String::new()), (Method::POST, request("ping", json!({})).to_string())] {
        assert_eq!(say(&client, method, &named, body).await.status(), StatusCode::NOT_FOUND);
    }
    assert_eq!(say(&client, Method::DELETE, &[], "").await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(say(&client, Method::GET, &[], "").await.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn what_is_no_message_is_answered_with_an_error_of_the_protocol() {
    let (_sandbox, client) = sandbox().await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let cases: [(String, u16, i32); 12] = [
        (String::new(), 400, -32700),
        ("{".to_owned(), 400, -32700),
        (deep, 400, -32700),
        ("[]".to_owned(), 400, -32600),
        (json!([request("ping", json!({}))]).to_string(), 400, -32600),
        (json!({ "jsonrpc": "1.0", "id": 1, "method": "ping" }).to_string(), 400, -32600),
        (json!({ "jsonrpc": "2.0", "id": null, "method": "ping" }).to_string(), 400, -32600),
        (json!({ "jsonrpc": "2.0", "id": 1, "method": 7 }).to_string(), 400, -32600),
        (json!({ "jsonrpc": "2.0", "id": 1, "method": "ping", "params": [] }).to_string(), 400, -32600),
        (request("server/discover", json!({})).to_string(), 200, -32601),
        (request("initialize", json!({})).to_string(), 200, -32602),
        (request("tools/call", json!({ "name": "agent-auth", "arguments": [] })).to_string(), 200, -32602),
    ];
    for (body, status, code) in cases {
        let shown: String = body.chars().take(60).collect();
        let answer = say(&client, Method::POST, &[], body).await;
        assert_eq!(answer.status().as_u16(), status, "{shown}");
        assert_eq!(answer.json::<Value>().await.unwrap()["error"]["code"], code, "{shown}");
    }
    let large = say(&client, Method::POST, &[], vec![b' '; (1 << 20) + 1]).await;
    assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn ten_tools_are_listed_with_every_action() {
    let (_sandbox, client) = sandbox().await;
    let listed = post(&client, &[], request("tools/list", json!({}))).await;
    let tools = listed["result"]["tools"].as_array().unwrap();
    assert_eq!(tools.len(), 10);
    for tool in operations().filter_map(|operation| operation.tool) {
        let schema = &tools.iter().find(|listed| listed["name"] == tool.name).unwrap()["inputSchema"];
        assert!(schema["properties"]["action"]["enum"].as_array().unwrap().contains(&json!(tool.action)));
        assert!(jsonschema::meta::is_valid(schema), "{schema}");
        assert!(tool.without.iter().all(|name| schema["properties"].get(name).is_none()), "{}", tool.name);
    }
    let reads = |name: &str| &tools.iter().find(|tool| tool["name"] == name).unwrap()["annotations"]["readOnlyHint"];
    assert_eq!((reads("agent-usage"), reads("agent-wallet")), (&json!(true), &json!(false)));
}

#[tokio::test]
async fn a_call_that_names_nothing_that_is_there_is_refused() {
    let (_sandbox, client) = sandbox().await;
    let unknown = post(&client, &[], request("tools/call", json!({ "name": "agent-x" }))).await;
    assert_eq!(unknown["error"]["code"], -32602);
    let token = client.account("ada@onramp.test").await;
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str())];
    for (tool, arguments, field) in [
        ("agent-auth", json!({}), "action"),
        ("agent-auth", json!({ "action": "refresh" }), "action"),
        ("agent-auth", json!({ "action": ["login"] }), "action"),
        ("agent-auth", json!({ "action": "login" }), "password"),
        ("agent-tokens", json!({ "action": "revoke" }), "token_id"),
        ("agent-tokens", json!({ "action": "revoke", "token_id": {} }), "token_id"),
    ] {
        let (is_error, body) = call(&client, &headers, tool, arguments).await;
        assert!(is_error && body["error"]["details"].get(field).is_some(), "{body}");
    }
    let (is_error, body) =
        call(&client, &headers, "agent-api-keys", json!({ "action": "get", "key_id": "../me" })).await;
    assert_eq!((is_error, &body["error"]["code"]), (true, &json!("not_found")));
}

#[tokio::test]
async fn a_token_is_shown_in_either_of_two_headers() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account("ada@onramp.test").await;
    let bearer = format!("Bearer {token}");
    let whose = json!({ "action": "get" });
    for headers in [[("authorization", bearer.as_str())], [("x-agent-token", token.as_str())]] {
        let (is_error, body) = call(&client, &headers, "agent-profile", whose.clone()).await;
        assert_eq!((is_error, &body["data"]["email"]), (false, &json!("ada@onramp.test")));
    }
    for headers in [[("authorization", "Bearer 1|wrong")], [("x-agent-token", "")]] {
        assert_eq!(
            call(&client, &headers, "agent-profile", whose.clone()).await,
            (true, json!({ "message": "Unauthenticated." }))
        );
    }
    let arguments =
        json!({ "action": "login", "email": "ada@onramp.test", "password": PASSWORD, "scopes": ["files:write"] });
    let (_, session) = call(&client, &[], "agent-auth", arguments).await;
    assert_eq!(session["data"]["scopes"], json!(["*"]), "the tool takes no scopes");
}

#[tokio::test]
async fn an_idempotency_key_counts_by_tool_and_by_route_alike() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account("ada@onramp.test").await;
    let card = client.card(&token, "4242424242424242").await;
    let fields = json!({ "amount": 20, "payment_method_id": card });
    client.keyed("/wallet/fund", &token, "once", &fields).await;
    let bearer = format!("Bearer {token}");
    let arguments = json!({ "action": "fund", "amount": 20, "payment_method_id": card, "idempotency_key": "once" });
    let (_, again) = call(&client, &[("authorization", &bearer)], "agent-wallet", arguments).await;
    assert_eq!(again["idempotency_replay"], true);
    assert_eq!(client.ledger().await["payments"].as_array().unwrap().len(), 1);
}
