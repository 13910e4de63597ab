//! Stripe's routes, invoices, and what generation has of money and queues.

use base64::Engine as _;
use serde_json::{Value, json};

use super::client::{V1, card_fields, clock, count, options, sandbox, start};
use crate::sandbox::Options;

const ADA: &str = "ada@onramp.test";
const GOOD: &str = "4242424242424242";

#[tokio::test]
async fn a_card_is_made_known_with_the_publishable_key_alone() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    let key = client.publishable_key(&token).await;
    let path = "/v1/payment_methods";
    for (key, status) in [("", 401), ("pk_test_other", 401), (token.as_str(), 401), (key.as_str(), 200)] {
        assert_eq!(client.form(path, key, &card_fields(GOOD)).await.status, status);
    }
    let as_json = client.send("POST", path, &key, json!({ "type": "card" })).await;
    assert_eq!((as_json.status, &as_json.body["error"]["type"]), (400, &json!("invalid_request_error")));
    let spaced = client.form(path, &key, &card_fields("4242 4242 4242 4242")).await;
    assert_eq!(spaced.body["card"]["last4"], "4242");
}

#[tokio::test]
async fn a_setup_intent_saves_a_card_without_a_payment() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    let key = client.publishable_key(&token).await;
    let setup = client.post("/billing/setup-intent", &token, Value::Null).await;
    let path = format!("/v1/setup_intents/{}/confirm", setup.data("setup_intent_id"));
    let card = client.card(&token, GOOD).await;
    let fields = [("client_secret", setup.data("client_secret")), ("payment_method", &card)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    for _ in 0..2 {
        let confirmed = client.form(&path, &key, &fields).await;
        assert_eq!((&confirmed.body["status"], &confirmed.body["payment_method"]), (&json!("succeeded"), &json!(card)));
    }
    let added = client.post("/billing/payment-methods", &token, json!({ "payment_method_id": card })).await;
    assert_eq!((added.status, client.ledger().await["payments"].as_array().unwrap().len()), (200, 0));
}

#[tokio::test]
async fn an_invoice_is_a_pdf() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    let body = json!({ "amount": 25, "payment_method_id": client.card(&token, GOOD).await });
    client.post("/wallet/fund", &token, body).await;
    let id = client.get("/billing/invoices", &token).await.body["data"][0]["id"].as_str().unwrap().to_owned();
    let told = client.get(&format!("/billing/invoices/{id}/pdf"), &token).await;
    let path = told.data("url").strip_prefix(&client.ready.base_url).unwrap().to_owned();
    let file = client.try_send("GET", &path, "", &Value::Null).await.unwrap();
    assert_eq!(file.headers()["content-type"], "application/pdf");
    assert!(file.bytes().await.unwrap().starts_with(b"%PDF-"));
    assert_eq!(client.send("GET", "/invoices/in_other.pdf", "", Value::Null).await.status, 404);
}

#[tokio::test]
async fn a_full_queue_refuses_until_something_leaves_it() {
    let clock = clock();
    let (_sandbox, client) = start(options(&clock)).await;
    let token = client.account(ADA).await;
    let key = client.key(&token).await;
    for _ in 0..5 {
        assert_eq!(client.generate(&key).await.status, 200);
    }
    let refused = client.generate(&key).await;
    assert_eq!(
        (refused.status, refused.body["retry_after"].as_u64(), refused.header("retry-after")),
        (429, Some(30), "30")
    );
    let waiting = async || {
        let path = format!("/api/v6/processing/request_count?key={key}");
        client.send("GET", &path, "", Value::Null).await.body["processing_count"].clone()
    };
    assert_eq!(waiting().await, 5);
    clock.advance(std::time::Duration::from_secs(30));
    assert_eq!((waiting().await, client.generate(&key).await.status), (json!(0), 200));
    assert_eq!(count(&client.ledger().await, "images", "account", ADA), 6);
}

#[tokio::test]
async fn base64_is_behind_a_link_at_version_6_and_in_the_answer_at_version_7() {
    let (_sandbox, client) = start(Options { image_polls: 0, ..options(&clock()) }).await;
    let token = client.account(ADA).await;
    let body = json!({ "key": client.key(&token).await, "model_id": "flux", "prompt": "p", "base64": "yes" });
    let v6 = client.send("POST", "/api/v6/images/text2img", "", body.clone()).await.body["output"][0].clone();
    let link = v6.as_str().unwrap().strip_prefix(&client.ready.base_url).unwrap();
    let behind = client.send("GET", link, "", Value::Null).await.body;
    let v7 = client.send("POST", "/api/v7/images/text-to-image", "", body).await.body["output"][0].clone();
    assert_eq!(behind, v7);
    let bytes = base64::engine::general_purpose::STANDARD.decode(v7.as_str().unwrap()).unwrap();
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
}

#[tokio::test]
async fn a_key_in_the_query_is_for_reading_alone() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    let key = client.key(&token).await;
    let body = json!({ "model_id": "flux", "prompt": "p" });
    let posted = client.send("POST", &format!("/api/v6/images/text2img?key={key}"), "", body).await;
    assert_eq!(posted.status, 401);
    let found = client.send("GET", &format!("/api/v6/model-search?key={key}&search=flux"), "", Value::Null).await;
    assert_eq!(found.body["data"], client.get("/models?search=flux", &token).await.body["data"]);
    assert_eq!(client.send("GET", &format!("{V1}/models?key={key}"), "", Value::Null).await.status, 401);
}
