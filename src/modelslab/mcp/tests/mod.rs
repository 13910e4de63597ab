//! The client against servers that answer as they like.

mod server;

use std::sync::Arc;

use serde_json::{Value, json};

use server::{Answer, Heard, Server, result};

use super::Transport;
use crate::clock::ManualClock;
use crate::http::Http;
use crate::modelslab::catalogue::GetApiKey;
use crate::modelslab::{ApiError, Client, catalogue};
use crate::tls;

const ENVELOPE: &str = r#"{"data":{"id":7,"name":"production"},"error":null}"#;

fn client(base_url: &str) -> Client {
    let http = Http::new(&tls::client_config(None).unwrap(), true).unwrap();
    let clock = Arc::new(ManualClock::at(Default::default()));
    Client::new(http, base_url, clock).unwrap().with_transport(Transport::Mcp)
}

/// Asks for a key; gives its id.
async fn asked(server: &Server) -> Result<String, ApiError> {
    let request = GetApiKey { key_id: "7".to_owned() };
    client(&server.base_url).get_api_key("1|token", &request).await.map(|key| key.id)
}

fn key() -> Value {
    json!({ "content": [{ "type": "text", "text": ENVELOPE }] })
}

fn events(heard: &Heard, behind: &str) -> String {
    let noise =
        json!({ "jsonrpc": "2.0", "method": "notifications/message", "params": { "level": "info", "data": 1 } });
    let reply = result(heard, key());
    format!(
        "content-type: text/event-stream\r\n\r\n: hello\n\ndata: {noise}\n\nevent: message\ndata: {reply}\n\n{behind}"
    )
}

#[tokio::test]
async fn a_call_is_made_in_a_session_of_its_own() {
    let server = Server::polite(|heard| heard.json(key())).await;
    assert_eq!(asked(&server).await.as_deref(), Ok("7"));
    let heard = server.heard_until("DELETE").await;
    let methods: Vec<&str> = heard.iter().map(|heard| heard.what.as_str()).collect();
    assert_eq!(methods, ["initialize", "notifications/initialized", "tools/call", "DELETE"]);
    let call = &heard[2];
    assert_eq!(call.body["params"]["name"], "agent-api-keys");
    assert_eq!(call.body["params"]["arguments"], json!({ "action": "get", "key_id": "7" }));
    for (name, value) in [
        ("authorization", "Bearer 1|token"),
        ("accept", "application/json, text/event-stream"),
        ("mcp-session-id", "s1"),
        ("mcp-protocol-version", "2025-06-18"),
    ] {
        assert_eq!(call.header(name), Some(value), "{name}");
    }
    assert_eq!(heard[0].body["params"]["protocolVersion"], "2025-11-25");
    assert_eq!(heard[3].header("mcp-session-id"), Some("s1"));
}

#[tokio::test]
async fn a_reply_may_come_as_an_event() {
    let server = Server::polite(|heard| events(heard, "").into()).await;
    assert_eq!(asked(&server).await.as_deref(), Ok("7"));
}

#[tokio::test]
async fn a_stream_that_stays_open_behind_the_reply_is_not_waited_for() {
    let server = Server::polite(|heard| Answer { stays_open: true, ..events(heard, ": more\n").into() }).await;
    assert_eq!(asked(&server).await.as_deref(), Ok("7"));
}

#[tokio::test]
async fn a_server_without_sessions_is_well() {
    let server = Server::start(|heard| match heard.what.as_str() {
        "initialize" => heard.json(server::agreed()),
        "tools/call" => heard.json(key()),
        _ => "HTTP/1.1 202 OK\r\n\r\n".into(),
    });
    let server = server.await;
    assert_eq!(asked(&server).await.as_deref(), Ok("7"));
}

#[tokio::test]
async fn without_a_handshake_nothing_was_sent() {
    for (answer, status, transient) in [
        ("HTTP/1.1 503 No\r\nretry-after: 3\r\n\r\n<html>", Some(503), true),
        ("HTTP/1.1 404 No\r\n\r\n{}", Some(404), false),
        ("HTTP/1.1 401 No\r\n\r\n{\"message\":\"Unauthenticated.\"}", Some(401), false),
        ("HTTP/1.1 307 Go\r\nlocation: /elsewhere\r\n\r\n", Some(307), false),
        ("HTTP/1.1 200 OK\r\n\r\n<html>", Some(200), false),
        ("HTTP/1.1 202 OK\r\n\r\n", Some(202), false),
        ("", None, true),
    ] {
        let server = Server::start(move |_| answer.to_owned().into()).await;
        let error = asked(&server).await.unwrap_err();
        assert_eq!((error.status, error.sent, error.transient), (status, false, transient), "{answer} {error:?}");
        let told = server.heard();
        assert!(told.iter().all(|heard| heard.what == "initialize"), "{answer}");
        assert_eq!(told.len(), 1, "{answer}");
    }
}

#[tokio::test]
async fn a_call_whose_answer_says_nothing_was_sent_once_and_is_in_doubt() {
    for (answer, status) in [
        ("HTTP/1.1 202 OK\r\n\r\n", Some(202)),
        ("HTTP/1.1 200 OK\r\n\r\n<html>", Some(200)),
        ("HTTP/1.1 200 OK\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":\"another\",\"result\":{}}", Some(200)),
        ("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: bye\n\n", Some(200)),
        ("HTTP/1.1 502 No\r\n\r\n<html>", Some(502)),
        ("HTTP/1.1 307 Go\r\nlocation: /elsewhere\r\n\r\n", Some(307)),
        ("", None),
        ("HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n{\"jsonrpc\"", None),
    ] {
        let server = Server::polite(move |_| answer.to_owned().into()).await;
        let error = asked(&server).await.unwrap_err();
        assert_eq!((error.status, error.sent), (status, true), "{answer} {error:?}");
        let calls = server.heard().iter().filter(|heard| heard.what == "tools/call").count();
        assert_eq!(calls, 1, "{answer}");
    }
}

#[tokio::test]
async fn a_session_that_is_not_known_is_not_opened_again_for_the_call() {
    let server = Server::polite(|_| "HTTP/1.1 404 No\r\n\r\n{}".to_owned().into()).await;
    assert_eq!(asked(&server).await.unwrap_err().status, Some(404));
    let calls = server.heard().iter().filter(|heard| heard.what == "tools/call").count();
    assert_eq!(calls, 1);
}

#[tokio::test]
async fn a_money_tool_is_given_the_idempotency_key_and_no_other_is() {
    let server = Server::polite(|heard| heard.json(json!({ "content": [{ "type": "text", "text": "{}" }] }))).await;
    let client = client(&server.base_url).with_idempotency_key("run.step");
    let asks = [
        &catalogue::fund_wallet,
        &catalogue::create_setup_intent,
        &catalogue::wallet_balance,
        &catalogue::create_api_key,
    ];
    for operation in asks {
        client.ask(operation, Some("1|token"), Default::default()).await.unwrap();
    }
    let heard = server.heard();
    let calls = heard.iter().filter(|heard| heard.what == "tools/call");
    let keys: Vec<Option<&str>> =
        calls.map(|call| call.body["params"]["arguments"]["idempotency_key"].as_str()).collect();
    assert_eq!(keys, [Some("run.step"), Some("run.step"), None, None]);
}
