//! Each fault, as a client meets it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::{Client, clock, count, faults, options, sandbox, sandbox_with, start, token_in};
use crate::clock::SystemClock;
use crate::sandbox::Options;

const ADA: &str = "ada@onramp.test";

async fn try_signup(client: &Client) -> Result<u16, reqwest::Error> {
    let body = json!({ "email": ADA, "password": super::client::PASSWORD });
    client.try_send("POST", "/api/agents/v1/auth/signup", "", &body).await.map(|response| response.status().as_u16())
}

#[tokio::test]
async fn a_connection_dropped_before_leaves_nothing_done() {
    let (_sandbox, client) = sandbox_with(json!([{ "on": "signup", "fault": "drop-before", "times": 1 }])).await;
    assert!(try_signup(&client).await.is_err());
    assert_eq!(count(&client.ledger().await, "accounts", "email", ADA), 0);
    assert_eq!(try_signup(&client).await.unwrap(), 201);
}

#[tokio::test]
async fn a_connection_dropped_after_leaves_it_done() {
    let (_sandbox, client) = sandbox_with(json!([{ "on": "signup", "fault": "drop-after", "times": 1 }])).await;
    assert!(try_signup(&client).await.is_err());
    let ledger = client.ledger().await;
    assert_eq!(count(&ledger, "accounts", "email", ADA), 1);
    let request = &ledger["requests"][0];
    assert_eq!(
        (&request["status"], &request["faults"], &request["account"]),
        (&Value::Null, &json!(["drop-after"]), &json!(ADA))
    );
    assert_eq!(try_signup(&client).await.unwrap(), 422);
}

#[tokio::test]
async fn a_dropped_connection_is_reset_without_a_byte() {
    let (_sandbox, client) = sandbox_with(json!([{ "on": "get_profile", "fault": "drop-after" }])).await;
    let address = client.ready.base_url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /api/agents/v1/me HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut heard = Vec::new();
    let end = stream.read_to_end(&mut heard).await;
    assert_eq!((end.unwrap_err().kind(), heard.len()), (std::io::ErrorKind::ConnectionReset, 0));
}

#[tokio::test]
async fn a_hanging_request_is_done_and_then_reset() {
    let (_sandbox, client) = sandbox_with(json!([{ "on": "signup", "fault": "hang", "ms": 20 }])).await;
    assert!(try_signup(&client).await.is_err());
    assert_eq!(count(&client.ledger().await, "accounts", "email", ADA), 1);
}

#[tokio::test]
async fn a_server_error_comes_before_the_effect_or_after_it() {
    for (fault, status) in [("500", 500), ("502", 502), ("503", 503)] {
        for (effect, accounts) in [("none", 0), ("done", 1)] {
            let rule = json!([{ "on": "signup", "fault": fault, "effect": effect, "times": 1 }]);
            let (_sandbox, client) = sandbox_with(rule).await;
            assert_eq!(try_signup(&client).await.unwrap(), status);
            let ledger = client.ledger().await;
            assert_eq!(count(&ledger, "accounts", "email", ADA), accounts, "{fault} {effect}");
            assert_eq!(count(&ledger, "requests", "status", status), 1);
        }
    }
}

#[tokio::test]
async fn a_429_names_seconds_or_a_date() {
    let rules = json!([
        { "on": "signup", "fault": "429", "times": 1, "retry_after": 2 },
        { "on": "signup", "fault": "429", "after": 1, "times": 1, "retry_after": { "date_in": 90 } },
        { "on": "signup", "fault": "429", "after": 2, "times": 1, "retry_after": "soon" },
    ]);
    let (_sandbox, client) = sandbox_with(rules).await;
    for expected in ["2", "Sun, 22 Nov 2026 12:01:30 GMT", "soon"] {
        let heard = client.signup(ADA).await;
        assert_eq!((heard.status, heard.header("retry-after")), (429, expected));
        assert_eq!(heard.body, json!({ "message": "Too Many Attempts." }));
    }
    assert_eq!(client.signup(ADA).await.status, 201);
}

#[tokio::test]
async fn latency_holds_a_request_back() {
    let rules = json!([{ "on": "signup", "fault": "latency", "ms": 80 }]);
    let latency = Duration::from_millis(40);
    let (_sandbox, client) = start(Options { latency, faults: faults(&rules), ..options(&clock()) }).await;
    let begun = std::time::Instant::now();
    assert_eq!(client.signup(ADA).await.status, 201);
    assert!(begun.elapsed() >= Duration::from_millis(120), "the service's own latency comes on top");
}

#[tokio::test]
async fn a_request_is_finished_though_its_client_hangs_up() {
    let rules = json!([{ "on": "signup", "fault": "latency", "ms": 100 }]);
    let (_sandbox, client) = sandbox_with(rules).await;
    let mut inbox = client.inbox().await;
    let body = json!({ "email": ADA, "password": "long enough" }).to_string();
    let address = client.ready.base_url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head =
        "POST /api/agents/v1/auth/signup HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length:";
    stream.write_all(format!("{head} {}\r\n\r\n{body}", body.len()).as_bytes()).await.unwrap();
    // The ledger answers on another connection only once the server runs; the request above is read before its latency.
    client.ledger().await;
    drop(stream);
    assert_eq!(inbox.texts_for(ADA, 1).await.len(), 1);
    assert_eq!(count(&client.ledger().await, "accounts", "email", ADA), 1);
}

#[tokio::test]
async fn late_mail_comes_when_its_time_has_come() {
    let clock = clock();
    let rules = json!([{ "on": "signup", "fault": "mail-late", "ms": 60_000 }]);
    let (_sandbox, client) = start(Options { faults: faults(&rules), ..options(&clock) }).await;
    assert_eq!(client.signup(ADA).await.status, 201);
    assert_eq!(client.ledger().await["mails"][0]["fate"], "late");
    let mut inbox = client.inbox().await;
    assert_eq!(inbox.ok("UID SEARCH ALL").await, ["* SEARCH"]);
    clock.advance(Duration::from_secs(60));
    assert_eq!(inbox.texts_for(ADA, 1).await.len(), 1);
    let fetched = inbox.ok("UID FETCH 1 INTERNALDATE").await.concat();
    assert!(fetched.contains("22-Nov-2026 12:01:00 +0000"), "{fetched}");
}

#[tokio::test]
async fn lost_mail_never_comes_but_the_next_does() {
    let (_sandbox, client) = sandbox_with(json!([{ "on": "signup", "fault": "mail-lost" }])).await;
    client.signup(ADA).await;
    assert_eq!(client.ledger().await["mails"][0]["fate"], "lost");
    client.post("/auth/resend-verification", "", json!({ "email": ADA })).await;
    let mut inbox = client.inbox().await;
    assert_eq!(inbox.texts_for(ADA, 1).await.len(), 1);
    assert_eq!(client.verify(&inbox.code_for(ADA).await).await.status, 200);
}

#[tokio::test]
async fn mail_that_comes_twice_is_the_same_mail() {
    let (_sandbox, client) = sandbox_with(json!([{ "on": "signup", "fault": "mail-twice" }])).await;
    client.signup(ADA).await;
    let texts = client.inbox().await.texts_for(ADA, 2).await;
    assert_eq!((texts.len(), &texts[0]), (2, &texts[1]));
}

#[tokio::test]
async fn an_old_mail_may_come_first_and_its_code_is_no_good() {
    let (_sandbox, client) = sandbox_with(json!([{ "on": "signup", "fault": "mail-old-first" }])).await;
    client.signup(ADA).await;
    let mut inbox = client.inbox().await;
    let texts = inbox.texts_for(ADA, 2).await;
    assert_eq!(client.verify(&token_in(&texts[0])).await.status, 422);
    assert_eq!(client.verify(&token_in(&texts[1])).await.status, 200);
    let dates = inbox.ok("UID FETCH 1:2 (BODY.PEEK[HEADER.FIELDS (DATE)])").await;
    assert!(dates[0].contains("11:00:00") && dates[1].contains("12:00:00"), "{dates:?}");
}

#[tokio::test]
async fn credits_may_be_missing_in_two_shapes() {
    let rules = json!([
        { "on": "text2img", "fault": "no-credits", "times": 1 },
        { "on": "text2img", "fault": "no-credits", "after": 1, "times": 1, "http_status": 200 },
    ]);
    let (_sandbox, client) = sandbox_with(rules).await;
    let token = client.account(ADA).await;
    let key = client.key(&token).await;
    for expected in [402, 200] {
        let heard = client.generate(&key).await;
        assert_eq!((heard.status, heard.body["status"].as_str()), (expected, Some("error")));
        assert!(heard.body["message"].as_str().unwrap().contains("insufficient credits"));
    }
    assert_eq!(client.generate(&key).await.body["status"], "processing");
    assert_eq!(client.ledger().await["images"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn rules_are_set_while_the_sandbox_runs() {
    let (_sandbox, client) = sandbox().await;
    let rules = json!([{ "on": "POST /api/agents/v1/auth/signup", "fault": "500" }]);
    assert_eq!(client.send("POST", "/_sandbox/faults", "", rules).await.body["rules"], 1);
    assert_eq!(client.signup(ADA).await.status, 500);
    let wrong = client.send("POST", "/_sandbox/faults", "", json!([{ "on": "sigup", "fault": "500" }])).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body["message"].as_str().unwrap().contains("did you mean `signup`?"));
    let shown = client.send("GET", "/_sandbox/faults", "", Value::Null).await.body;
    assert_eq!((shown[0]["fault"].as_str(), shown[0]["probability"].as_f64()), (Some("500"), Some(1.0)));
    client.send("POST", "/_sandbox/faults", "", json!([])).await;
    assert_eq!(client.signup(ADA).await.status, 201);
}

#[tokio::test]
async fn a_run_with_the_same_seed_meets_the_same_faults() {
    let mut runs = Vec::new();
    for seed in [7, 7, 8] {
        let rules = json!([{ "on": "login", "fault": "503", "probability": 0.5 }]);
        let clock = Arc::new(SystemClock);
        let rate_limits = crate::sandbox::RateLimits::default().scaled(10.0);
        let (_sandbox, client) =
            start(Options { seed, clock, rate_limits, faults: faults(&rules), ..Options::default() }).await;
        let mut statuses = Vec::new();
        for _ in 0..24 {
            statuses.push(client.login(ADA).await.status);
        }
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[test]
fn every_fault_has_an_example_in_the_documentation() {
    let documentation = include_str!("../../../docs/sandbox.md");
    let blocks = documentation.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let examples: Vec<Value> = blocks
        .filter(|block| block.starts_with('['))
        .flat_map(|block| {
            crate::sandbox::Faults::from_json(block).unwrap();
            serde_json::from_str::<Vec<Value>>(block).unwrap()
        })
        .collect();
    let unknown = crate::sandbox::Faults::from_json(r#"[{"on":"*","fault":"?"}]"#).unwrap_err().to_string();
    let (_, kinds) = unknown.split_once("expected one of ").unwrap();
    for kind in kinds.split(" at ").next().unwrap().split(", ").map(|kind| kind.trim_matches('`')) {
        assert!(examples.iter().any(|rule| rule["fault"] == kind), "{kind}");
    }
}

#[test]
fn every_route_is_named_in_the_documentation() {
    let documentation = include_str!("../../../docs/sandbox.md");
    for route in crate::sandbox::api::ROUTES {
        assert!(documentation.contains(&format!("`{}`", route.name)), "{}", route.name);
    }
}
