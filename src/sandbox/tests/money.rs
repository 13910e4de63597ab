//! Money: whatever is asked twice, lost or restarted, it moves once.

use std::time::Duration;

use serde_json::{Value, json};

use super::client::{Client, V1, clock, count, free_port, options, sandbox, sandbox_with, spellings, start};
use crate::sandbox::Options;

const ADA: &str = "ada@onramp.test";
const GOOD: &str = "4242424242424242";
const ASKS: &str = "4000002500003155";

async fn balance(client: &Client, token: &str) -> f64 {
    client.get("/wallet/balance", token).await.body["data"]["balance"].as_f64().unwrap()
}

async fn link(client: &Client, token: &str, body: Value) -> (String, Value) {
    let link = client.post("/billing/payment-link", token, body).await.body;
    let page = link["payment_url"].as_str().unwrap().strip_prefix(&client.ready.base_url).unwrap().to_owned();
    (page, json!({ "session_id": link["session_id"] }))
}

#[tokio::test]
async fn a_lost_answer_to_a_payment_is_got_again_by_its_key_and_nothing_is_paid_twice() {
    let rules = json!([{ "on": "fund_wallet", "fault": "drop-after", "times": 1 }]);
    let (_sandbox, client) = sandbox_with(rules).await;
    let token = client.account(ADA).await;
    let body = json!({ "amount": 25, "payment_method_id": client.card(&token, GOOD).await });
    assert!(client.try_keyed("/wallet/fund", &token, "once", &body).await.is_err());
    for _ in 0..2 {
        let again = client.keyed("/wallet/fund", &token, "once", &body).await;
        assert_eq!((again.status, &again.body["idempotency_replay"]), (200, &json!(true)));
        assert_eq!(again.body["data"]["wallet"]["balance"], 25.0);
    }
    assert_eq!(balance(&client, &token).await, 25.0);
    assert_eq!(count(&client.ledger().await, "payments", "account", ADA), 1);
    client.keyed("/wallet/fund", &token, "another", &body).await;
    assert_eq!(balance(&client, &token).await, 50.0);
}

#[tokio::test]
async fn a_key_is_one_accounts_and_lasts_a_day() {
    let clock = clock();
    let (_sandbox, client) = start(options(&clock)).await;
    let (ada, lin) = (client.account(ADA).await, client.account("lin@onramp.test").await);
    for token in [&ada, &lin] {
        let body = json!({ "amount": 10, "payment_method_id": client.card(token, GOOD).await });
        assert!(client.keyed("/wallet/fund", token, "k", &body).await.body.get("idempotency_replay").is_none());
    }
    clock.advance(Duration::from_secs(24 * 60 * 60));
    let body = json!({ "amount": 30, "payment_method_id": client.card(&ada, GOOD).await });
    assert_eq!(client.keyed("/wallet/fund", &ada, "k", &body).await.status, 200);
    assert_eq!(balance(&client, &ada).await, 40.0);
}

#[tokio::test]
async fn a_refusal_is_not_kept_for_the_next_try() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    let declined = json!({ "amount": 10, "payment_method_id": client.card(&token, "4000000000009995").await });
    assert_eq!(client.keyed("/wallet/fund", &token, "k", &declined).await.status, 402);
    let good = json!({ "amount": 10, "payment_method_id": client.card(&token, GOOD).await });
    assert_eq!(client.keyed("/wallet/fund", &token, "k", &good).await.status, 200);
    let ledger = client.ledger().await;
    assert_eq!(
        (count(&ledger, "payments", "status", "failed"), count(&ledger, "transactions", "account", ADA)),
        (1, 1)
    );
}

#[tokio::test]
async fn a_person_pays_once_and_the_wallet_is_filled_when_it_is_confirmed() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    let (page, session) = link(&client, &token, json!({ "purpose": "fund", "amount": 25 })).await;
    let shown = client.send("GET", &page, "", Value::Null).await;
    assert!(shown.body.as_str().unwrap().contains("Pay $25.00") && shown.body.as_str().unwrap().contains("<button"));
    let early = client.post("/wallet/confirm-checkout", &token, session.clone()).await;
    assert_eq!((early.status, &early.body["error"]["code"]), (422, &json!("payment_not_completed")));
    for _ in 0..2 {
        assert_eq!(client.send("POST", &page, "", Value::Null).await.status, 200);
    }
    assert_eq!(balance(&client, &token).await, 0.0);
    for _ in 0..2 {
        assert_eq!(client.post("/wallet/confirm-checkout", &token, session.clone()).await.status, 200);
        assert_eq!(balance(&client, &token).await, 25.0);
    }
    let other = client.account("lin@onramp.test").await;
    assert_eq!(client.post("/wallet/confirm-checkout", &other, session).await.status, 404);
    assert_eq!(count(&client.ledger().await, "payments", "status", "succeeded"), 1);
}

#[tokio::test]
async fn a_checkout_expires() {
    let clock = clock();
    let (_sandbox, client) = start(options(&clock)).await;
    let token = client.account(ADA).await;
    let (page, session) = link(&client, &token, json!({ "purpose": "subscribe", "plan_id": 123 })).await;
    clock.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(client.send("POST", &page, "", Value::Null).await.status, 410);
    let late = client.post("/subscriptions/confirm-checkout", &token, session).await;
    assert_eq!((late.status, &late.body["error"]["code"]), (422, &json!("checkout_expired")));
}

#[tokio::test]
async fn a_payment_that_asks_waits_for_a_person() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    let body = json!({ "amount": 25, "payment_method_id": client.card(&token, ASKS).await });
    let asked = client.keyed("/wallet/fund", &token, "k", &body).await;
    let payment = asked.body["data"]["payment"]["payment_intent_id"].as_str().unwrap().to_owned();
    let again = client.keyed("/wallet/fund", &token, "k", &body).await;
    assert_eq!(
        (again.status, &again.body["data"]),
        (202, &asked.body["data"]),
        "the client secret comes again as well"
    );
    let status = format!("/payments/{payment}/status");
    assert_eq!((client.get(&status, &token).await.data("status"), balance(&client, &token).await), ("pending", 0.0));
    for _ in 0..2 {
        assert_eq!(client.send("POST", &format!("/pay/{payment}"), "", Value::Null).await.status, 200);
        assert_eq!(
            (client.get(&status, &token).await.data("status"), balance(&client, &token).await),
            ("succeeded", 25.0)
        );
    }
}

#[tokio::test]
async fn a_subscription_that_asks_is_refused_and_costs_nothing() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    let body = json!({ "plan_id": 123, "payment_method_id": client.card(&token, ASKS).await });
    let refused = client.post("/subscriptions", &token, body).await;
    let payment = refused.body["error"]["details"]["payment_intent_id"].as_str().unwrap().to_owned();
    assert_eq!(client.send("POST", &format!("/pay/{payment}"), "", Value::Null).await.status, 410);
    let ledger = client.ledger().await;
    assert_eq!(
        (count(&ledger, "payments", "status", "failed"), ledger["subscriptions"].as_array().unwrap().len()),
        (1, 0)
    );
}

#[tokio::test]
async fn a_checkout_subscribes_once_and_widens_the_queue() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    let (page, session) = link(&client, &token, json!({ "purpose": "subscribe", "plan_id": 124 })).await;
    client.send("POST", &page, "", Value::Null).await;
    let first = client.post("/subscriptions/confirm-checkout", &token, session.clone()).await.body["data"].clone();
    assert_eq!(client.post("/subscriptions/confirm-checkout", &token, session).await.body["data"], first);
    assert_eq!(count(&client.ledger().await, "subscriptions", "status", "active"), 1);
    assert_eq!(client.get("/usage/summary", &token).await.body["data"]["limits"]["queued_requests"], 15);
}

#[tokio::test]
async fn one_card_is_the_default() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    let (first, second) = (client.card(&token, GOOD).await, client.card(&token, "5555555555554444").await);
    for card in [&first, &second] {
        client.post("/billing/payment-methods", &token, json!({ "payment_method_id": card })).await;
    }
    let defaults = async || -> Vec<String> {
        let cards = client.get("/billing/payment-methods", &token).await.body["data"].as_array().unwrap().clone();
        cards
            .iter()
            .filter(|card| card["is_default"] == true)
            .map(|card| card["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(defaults().await, [second.as_str()]);
    let path = format!("{V1}/billing/payment-methods/{first}");
    assert_eq!(client.send("PUT", &format!("{path}/default"), &token, Value::Null).await.status, 200);
    assert_eq!(defaults().await, [first.as_str()]);
    assert_eq!(client.send("DELETE", &path, &token, Value::Null).await.status, 200);
    assert_eq!(client.send("DELETE", &path, &token, Value::Null).await.status, 404);
    let other = client.account("lin@onramp.test").await;
    let stolen = client.post("/wallet/fund", &other, json!({ "amount": 10, "payment_method_id": second })).await;
    assert_eq!(stolen.status, 422, "a card is one account's");
}

#[tokio::test]
async fn coupons_give_once_and_are_validated_by_get_alone() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    let body = json!({ "coupon_code": "WELCOME5" });
    assert_eq!(client.post("/wallet/coupons/validate", &token, body.clone()).await.status, 405);
    assert_eq!(client.post("/wallet/coupons/redeem", &token, body.clone()).await.status, 200);
    assert_eq!(client.post("/wallet/coupons/redeem", &token, body).await.status, 422);
    assert_eq!(balance(&client, &token).await, 5.0);
}

#[tokio::test]
async fn money_has_a_limit_of_its_own() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    for _ in 0..15 {
        assert_eq!(client.post("/wallet/fund", &token, json!({})).await.status, 422);
    }
    assert_eq!(client.post("/billing/setup-intent", &token, Value::Null).await.status, 429);
    assert_eq!(client.get("/billing/overview", &token).await.status, 200);
}

#[tokio::test]
async fn money_survives_a_restart_and_no_card_number_is_kept() {
    let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
    let stored = || Options { state: Some(dir.path().to_owned()), seed: 0, ..options(&clock) };
    let ports = Options { port: free_port(), imap_port: free_port(), smtp_port: free_port(), ..stored() };
    let (sandbox, client) = start(ports).await;
    let token = client.account(ADA).await;
    let body = json!({ "amount": 25, "payment_method_id": client.card(&token, GOOD).await });
    client.keyed("/wallet/fund", &token, "k", &body).await;
    let asks = json!({ "amount": 25, "payment_method_id": client.card(&token, ASKS).await });
    let asked = client.keyed("/wallet/fund", &token, "k2", &asks).await.body["data"]["payment"].clone();
    let (page, session) = link(&client, &token, json!({ "purpose": "fund", "amount": 10 })).await;
    client.send("POST", &page, "", Value::Null).await;
    let before = sandbox.ledger();
    sandbox.stop().await;

    let stored_text = std::fs::read_to_string(dir.path().join("journal.jsonl")).unwrap();
    for secret in [GOOD, ASKS, asked["client_secret"].as_str().unwrap().rsplit('_').next().unwrap()] {
        for spelling in spellings(secret) {
            assert!(!stored_text.contains(&spelling) && !before.to_string().contains(&spelling), "{spelling}");
        }
    }
    let (again, client) = start(stored()).await;
    assert_eq!(again.ledger(), before);
    assert_eq!(client.keyed("/wallet/fund", &token, "k", &body).await.body["idempotency_replay"], true);
    assert_eq!(client.keyed("/wallet/fund", &token, "k2", &asks).await.body["data"]["payment"], asked);
    for _ in 0..2 {
        assert_eq!(client.post("/wallet/confirm-checkout", &token, session.clone()).await.status, 200);
    }
    assert_eq!(balance(&client, &token).await, 35.0);
}
