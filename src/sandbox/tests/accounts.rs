//! Signing up, verifying, logging in, tokens.

use serde_json::json;

use super::client::{PASSWORD, V1, clock, options, sandbox, sandbox_with, spellings, start, token_in};
use crate::sandbox::{MailStyle, Options};

const ADA: &str = "ada@onramp.test";

#[tokio::test]
async fn an_account_is_signed_up_verified_and_logged_in() {
    let (_sandbox, client) = sandbox().await;
    let signup = client.signup("Ada@Onramp.test").await;
    assert_eq!((signup.status, signup.body["data"]["user"]["email"].as_str()), (201, Some(ADA)));
    assert_eq!(signup.body["data"]["user"]["verified"], false);
    assert!(signup.body["error"].is_null() && signup.body["data"].get("access_token").is_none());

    let early = client.login(ADA).await;
    assert_eq!((early.status, early.body["error"]["code"].as_str()), (403, Some("email_not_verified")));

    let code = client.inbox().await.code_for(ADA).await;
    let verified = client.verify(&code).await;
    assert_eq!((verified.status, verified.body["data"]["user"]["verified"].as_bool()), (200, Some(true)));
    assert_eq!(verified.data("expires_at"), "2026-12-22T12:00:00.000Z");
    for token in [verified.data("access_token"), client.login(ADA).await.data("access_token")] {
        assert_eq!(client.get("/me", token).await.data("email"), ADA);
    }
}

#[tokio::test]
async fn a_code_works_once_and_ends_the_others() {
    let (_sandbox, client) = sandbox().await;
    client.signup(ADA).await;
    assert_eq!(client.post("/auth/resend-verification", "", json!({ "email": ADA })).await.status, 200);
    let texts = client.inbox().await.texts_for(ADA, 2).await;
    let (first, second) = (token_in(&texts[0]), token_in(&texts[1]));
    assert_ne!(first, second);
    assert_eq!(client.verify(&first).await.status, 200);
    for used in [&first, &second, "unknown"] {
        let again = client.verify(used).await;
        assert_eq!((again.status, again.body["error"]["code"].as_str()), (422, Some("validation_error")));
        assert!(again.body["error"]["details"]["verification_code"].is_array());
    }
    let ledger = client.ledger().await;
    let verifications = ledger["requests"].as_array().unwrap().iter().skip(2).map(|request| &request["account"]);
    let expected = [json!(ADA), json!(ADA), json!(null), json!(null)];
    assert!(verifications.eq(&expected), "a used code still says whose it was: {}", ledger["requests"]);
}

#[tokio::test]
async fn a_code_expires() {
    let clock = clock();
    let (_sandbox, client) = start(options(&clock)).await;
    client.signup(ADA).await;
    let code = client.inbox().await.code_for(ADA).await;
    clock.advance(Options::default().verification_ttl);
    assert_eq!(client.verify(&code).await.status, 422);
}

#[tokio::test]
async fn resending_tells_nobody_who_has_an_account() {
    let (_sandbox, client) = sandbox().await;
    client.account(ADA).await;
    for email in [ADA, "nobody@onramp.test"] {
        let resent = client.post("/auth/resend-verification", "", json!({ "email": email })).await;
        assert_eq!(resent.data("message"), "If the account needs verification, an email is on its way.");
    }
    assert_eq!(client.ledger().await["mails"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn both_spellings_and_the_link_verify() {
    let (_sandbox, client) = sandbox().await;
    for (email, method, path) in [("a@x.test", "POST", "/api/agents/v1/auth/verify"), ("b@x.test", "GET", "/verify/")] {
        client.signup(email).await;
        let code = client.inbox().await.code_for(email).await;
        let heard = match method {
            "POST" => client.send(method, path, "", json!({ "verification_code": code })).await,
            _ => client.send(method, &format!("{path}{code}"), "", json!(null)).await,
        };
        assert_eq!(heard.status, 200);
        assert_eq!(heard.body["data"].get("access_token").is_some(), method == "POST");
        assert_eq!(client.login(email).await.status, 200);
        assert_eq!(client.send("GET", &format!("/verify/{code}"), "", json!(null)).await.status, 422);
    }
}

#[tokio::test]
async fn a_second_signup_is_refused_and_makes_nothing() {
    let (_sandbox, client) = sandbox().await;
    client.signup(ADA).await;
    let second = client.signup(&ADA.to_uppercase()).await;
    assert_eq!((second.status, second.body["data"].is_null()), (422, true));
    assert_eq!(second.body["error"]["details"]["email"], json!(["The email has already been taken."]));
    let ledger = client.ledger().await;
    assert_eq!((ledger["accounts"].as_array().unwrap().len(), ledger["mails"].as_array().unwrap().len()), (1, 1));
}

#[tokio::test]
async fn wrong_fields_are_named() {
    let (_sandbox, client) = sandbox().await;
    let cases = [
        (json!({}), vec!["email", "password"]),
        (json!({ "email": "no", "password": "short" }), vec!["email", "password"]),
        (json!({ "email": ADA, "password": PASSWORD, "name": 5 }), vec!["name"]),
        (json!({ "email": ADA, "password": PASSWORD, "password_confirmation": "other" }), vec!["password"]),
        (json!(["no", "object"]), vec!["email", "password"]),
    ];
    for (body, fields) in cases {
        let heard = client.post("/auth/signup", "", body.clone()).await;
        let details = heard.body["error"]["details"].as_object().unwrap();
        assert_eq!((heard.status, details.keys().map(String::as_str).collect()), (422, fields), "{body}");
    }
    let login =
        client.post("/auth/login", "", json!({ "email": ADA, "password": "x", "token_expiry": "1_year" })).await;
    assert_eq!(login.body["error"]["details"]["token_expiry"], json!(["The selected token expiry is invalid."]));
}

#[tokio::test]
async fn wrong_credentials_and_missing_tokens_are_told_apart() {
    let (_sandbox, client) = sandbox().await;
    client.account(ADA).await;
    for (email, password) in [(ADA, "wrong-password"), ("nobody@onramp.test", PASSWORD)] {
        let heard = client.post("/auth/login", "", json!({ "email": email, "password": password })).await;
        assert_eq!((heard.status, heard.body["error"]["code"].as_str()), (401, Some("invalid_credentials")));
        assert_eq!(heard.body["error"]["details"], json!([]), "an empty bag is a list");
    }
    for token in ["", "1|wrong", "rubbish"] {
        let heard = client.get("/me", token).await;
        assert_eq!((heard.status, heard.body), (401, json!({ "message": "Unauthenticated." })));
    }
}

#[tokio::test]
async fn tokens_expire_and_are_revoked() {
    let clock = clock();
    let (_sandbox, client) = start(options(&clock)).await;
    let first = client.account(ADA).await;
    let body = json!({ "email": ADA, "password": PASSWORD, "token_expiry": "never", "device_name": "laptop" });
    let login = client.post("/auth/login", "", body).await;
    assert!(login.body["data"]["expires_at"].is_null());
    let second = login.data("access_token");
    let listed = client.get("/auth/tokens", second).await;
    assert_eq!(listed.body["data"][1]["name"], "laptop");

    let path = format!("{V1}/auth/tokens/{}", listed.body["data"][0]["id"]);
    assert_eq!(client.send("DELETE", &path, second, json!(null)).await.status, 200);
    assert_eq!(client.get("/me", &first).await.status, 401);
    assert_eq!(client.send("DELETE", &path, second, json!(null)).await.status, 404);

    let third = client.login(ADA).await.data("access_token").to_owned();
    assert_eq!(client.post("/auth/tokens/revoke-others", second, json!(null)).await.status, 200);
    assert_eq!(client.get("/me", &third).await.status, 401);
    let monthly = client.login(ADA).await.data("access_token").to_owned();
    clock.advance(std::time::Duration::from_secs(31 * 24 * 60 * 60));
    assert_eq!(client.get("/me", &monthly).await.status, 401);
    assert_eq!(client.post("/auth/logout", second, json!(null)).await.status, 200);
    assert_eq!(client.get("/me", second).await.status, 401);
    let last = client.login(ADA).await.data("access_token").to_owned();
    assert_eq!(client.post("/auth/logout-all", &last, json!(null)).await.status, 200);
    assert_eq!(client.get("/me", &last).await.status, 401);
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say() {
    let (_sandbox, client) = sandbox().await;
    client.account(ADA).await;
    let body = json!({ "email": ADA, "password": PASSWORD, "scopes": ["api-keys:read"] });
    let token = client.post("/auth/login", "", body).await.data("access_token").to_owned();
    assert_eq!(client.get("/api-keys", &token).await.status, 200);
    let refused = client.post("/api-keys", &token, json!({ "name": "x" })).await;
    assert_eq!((refused.status, refused.body["error"]["code"].as_str()), (403, Some("insufficient_scope")));
    assert_eq!(refused.body["error"]["details"]["granted_scopes"], json!(["api-keys:read"]));
    assert!(refused.header("www-authenticate").contains("scope=\"api-keys:write\""));
    let unknown = json!({ "email": ADA, "password": PASSWORD, "scopes": ["everything"] });
    assert_eq!(client.post("/auth/login", "", unknown).await.status, 422);
    assert!(client.get("/auth/scopes", "").await.body["data"].as_array().unwrap().len() > 10);
}

#[tokio::test]
async fn a_typed_code_is_the_verification_code() {
    for style in [MailStyle::Code, MailStyle::Spans] {
        let (_sandbox, client) = start(Options { mail_style: style, ..options(&clock()) }).await;
        client.signup(ADA).await;
        let text = client.inbox().await.texts_for(ADA, 1).await.remove(0);
        let (_, rest) = text.split_once("code is:").unwrap();
        let code: String = rest.chars().filter(char::is_ascii_digit).take(6).collect();
        assert_eq!(client.verify(&code).await.status, 200, "{style}: {text}");
    }
}

#[tokio::test]
async fn a_seed_makes_the_secrets_repeatable() {
    let mut keys = Vec::new();
    for _ in 0..2 {
        let (_sandbox, client) = sandbox().await;
        let token = client.account(ADA).await;
        keys.push((client.key(&token).await, token, client.ready.mailbox.split('@').next().map(str::to_owned)));
    }
    assert_eq!(keys[0], keys[1]);
}

#[tokio::test]
async fn the_ledger_holds_no_secret() {
    let (sandbox, client) = sandbox_with(json!([{ "on": "*", "fault": "latency", "ms": 1 }])).await;
    client.signup(ADA).await;
    let code = client.inbox().await.code_for(ADA).await;
    client.send("GET", &format!("/verify/{code}x"), "", json!(null)).await;
    let token = client.verify(&code).await.data("access_token").to_owned();
    let key = client.key(&token).await;
    client.generate(&key).await;
    client.send("GET", &format!("/unknown/{code}"), &token, json!(null)).await;
    let ledger = sandbox.ledger().to_string();
    assert_eq!(ledger, client.ledger().await.to_string());
    let secret_of_token = token.split_once('|').unwrap().1;
    for secret in [PASSWORD, &code, secret_of_token, &key] {
        for spelling in spellings(secret) {
            assert!(!ledger.contains(&spelling), "{spelling}");
        }
    }
}
