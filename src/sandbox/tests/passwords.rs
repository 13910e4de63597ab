//! Passwords that were lost, and tokens that are replaced.

use serde_json::{Value, json};

use super::client::{Client, PASSWORD, V1, clock, count, link_token, options, sandbox, sandbox_with, start};
use crate::sandbox::Options;

const ADA: &str = "ada@onramp.test";
const NEW: &str = "battery-staple-9";

/// Asks for a reset, and gives the token of mail `place` to Ada, counted from zero.
async fn reset_token(client: &Client, place: usize) -> String {
    assert_eq!(client.post("/auth/forgot-password", "", json!({ "email": ADA })).await.status, 200);
    let texts = client.inbox().await.texts_for(ADA, place + 1).await;
    link_token(&texts[place], "/reset-password/")
}

async fn reset(client: &Client, token: &str) -> u16 {
    let body = json!({ "email": ADA, "token": token, "password": NEW, "password_confirmation": NEW });
    client.post("/auth/reset-password", "", body).await.status
}

#[tokio::test]
async fn a_reset_works_once_and_ends_every_token() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    let secret = reset_token(&client, 1).await;
    assert_eq!(client.get("/me", &token).await.status, 200, "asking for a mail changes nothing");
    assert_eq!((reset(&client, &secret).await, reset(&client, &secret).await), (200, 422));
    assert_eq!(client.get("/me", &token).await.status, 401);
    assert_eq!(client.login(ADA).await.status, 401);
    assert_eq!(client.post("/auth/login", "", json!({ "email": ADA, "password": NEW })).await.status, 200);
}

#[tokio::test]
async fn the_last_reset_mail_counts_and_expires() {
    let clock = clock();
    let (_sandbox, client) = start(options(&clock)).await;
    client.account(ADA).await;
    let (first, second) = (reset_token(&client, 1).await, reset_token(&client, 2).await);
    assert_eq!(reset(&client, &first).await, 422);
    clock.advance(Options::default().verification_ttl);
    assert_eq!(reset(&client, &second).await, 422);
    let third = reset_token(&client, 3).await;
    assert_eq!(reset(&client, &third).await, 200);
}

#[tokio::test]
async fn a_reset_verifies_nobody() {
    let (_sandbox, client) = sandbox().await;
    client.signup(ADA).await;
    let secret = reset_token(&client, 1).await;
    assert_eq!(reset(&client, &secret).await, 200);
    let login = client.post("/auth/login", "", json!({ "email": ADA, "password": NEW })).await;
    assert_eq!(login.body["error"]["code"], "email_not_verified");
}

#[tokio::test]
async fn a_reset_whose_answer_is_lost_took_place_once() {
    let (_sandbox, client) = sandbox_with(json!([{ "on": "reset_password", "fault": "drop-after", "times": 1 }])).await;
    client.account(ADA).await;
    let secret = reset_token(&client, 1).await;
    let body = json!({ "email": ADA, "token": secret, "password": NEW, "password_confirmation": NEW });
    assert!(client.try_send("POST", &format!("{V1}/auth/reset-password"), "", &body).await.is_err());
    assert_eq!(reset(&client, &secret).await, 422);
    assert_eq!(client.post("/auth/login", "", json!({ "email": ADA, "password": NEW })).await.status, 200);
}

#[tokio::test]
async fn a_changed_password_leaves_tokens_alone() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    let body = json!({ "current_password": PASSWORD, "password": NEW, "password_confirmation": NEW });
    let changed = client.send("PATCH", &format!("{V1}/me/password"), &token, body).await;
    assert_eq!((changed.status, client.get("/me", &token).await.status), (200, 200));
    assert_eq!(client.login(ADA).await.status, 401);
}

#[tokio::test]
async fn a_refreshed_token_takes_the_place_of_the_old_one() {
    let (_sandbox, client) = sandbox().await;
    client.account(ADA).await;
    let body =
        json!({ "email": ADA, "password": PASSWORD, "scopes": ["profile:read", "tokens:read"], "device_name": "ci" });
    let old = client.post("/auth/login", "", body).await.data("access_token").to_owned();
    let new = client.post("/auth/refresh", &old, Value::Null).await.data("access_token").to_owned();
    assert_eq!((client.get("/me", &old).await.status, client.get("/me", &new).await.status), (401, 200));
    assert_eq!(client.get("/api-keys", &new).await.status, 403, "it may do no more than the old one");
    let listed = client.get("/auth/tokens", &new).await.body["data"].clone();
    assert_eq!(listed.as_array().unwrap().iter().filter(|token| token["name"] == "ci").count(), 1);
    assert_eq!(count(&client.ledger().await, "mails", "name", "verification"), 1);
}
