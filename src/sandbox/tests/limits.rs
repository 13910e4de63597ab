//! Rate limits and bounds.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::{clock, options, sandbox, start};
use crate::sandbox::{Options, RateLimits};

const ADA: &str = "ada@onramp.test";

#[tokio::test]
async fn a_limit_counts_down_refuses_and_opens_again() {
    let clock = clock();
    let (_sandbox, client) = start(options(&clock)).await;
    for remaining in (0..20).rev() {
        let heard = client.login(ADA).await;
        assert_eq!((heard.status, heard.header("x-ratelimit-remaining")), (401, remaining.to_string().as_str()));
    }
    clock.advance(Duration::from_millis(500));
    let refused = client.login(&ADA.to_uppercase()).await;
    assert_eq!((refused.status, refused.body), (429, json!({ "message": "Too Many Attempts." })));
    assert_eq!(refused.headers["retry-after"], "60");
    assert_eq!(refused.headers["x-ratelimit-reset"], (1_795_348_860).to_string().as_str());
    assert_eq!(client.login("lin@onramp.test").await.status, 401, "another e-mail has a limit of its own");
    clock.advance(Duration::from_secs(60));
    assert_eq!(client.login(ADA).await.status, 401);
}

#[tokio::test]
async fn what_is_throttled_is_not_done() {
    let rate_limits = RateLimits { auth: 1, billing: 1, general: 1 };
    let (_sandbox, client) = start(Options { rate_limits, ..options(&clock()) }).await;
    client.login(ADA).await;
    assert_eq!(client.signup(ADA).await.status, 429);
    let ledger = client.ledger().await;
    assert_eq!((&ledger["accounts"], &ledger["requests"][1]["status"]), (&json!([]), &json!(429)));
    assert_eq!(client.get("/me", "").await.status, 401);
    assert_eq!(client.get("/me", "").await.status, 429);
}

#[tokio::test]
async fn a_body_or_head_that_is_too_large_is_refused() {
    let (_sandbox, client) = sandbox().await;
    let body = json!({ "email": "x".repeat(1 << 20) });
    assert_eq!(client.post("/auth/signup", "", body).await.status, 413);
    assert_eq!(client.get("/me", &"x".repeat(17 << 10)).await.status, 431);
    assert_eq!(client.signup(ADA).await.status, 201);
}

#[tokio::test]
async fn rubbish_ends_a_connection_and_nothing_else() {
    let (_sandbox, client) = sandbox().await;
    let url_port = |address: &str| url::Url::parse(address).unwrap().port().unwrap();
    let (http, imap, smtp) = (&client.ready.base_url, &client.ready.mailbox, &client.ready.smtp);
    let rubbish = [&b"\0\xff\xfe\r\n"[..], &[b'A'; 70_000], b"\r\n\r\n\r\n", b"{[(<\"\\\r\n"].concat();
    for port in [http, imap, smtp].map(|address| url_port(address)) {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        for _ in 0..20 {
            // The other side may have had enough already.
            let _ = stream.write_all(&rubbish).await;
        }
        let _ = stream.shutdown().await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
    assert_eq!(client.signup(ADA).await.status, 201);
    assert_eq!(client.inbox().await.texts_for(ADA, 1).await.len(), 1);
}

#[tokio::test]
async fn deep_json_is_not_followed() {
    let (_sandbox, client) = sandbox().await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let heard = client.post("/auth/signup", "", Value::String(deep)).await;
    assert_eq!(heard.status, 422);
}
