//! Keys, teams, generation.

use serde_json::{Value, json};

use super::client::{V1, clock, count, options, sandbox, start};
use crate::sandbox::Options;

const ADA: &str = "ada@onramp.test";
const LIN: &str = "lin@onramp.test";

#[tokio::test]
async fn a_key_is_shown_once_and_listed_masked() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    let made = client.post("/api-keys", &token, json!({ "name": "production", "notes": "mark-1" })).await;
    assert_eq!(made.status, 201);
    let key = made.data("key");
    assert_eq!(key.len(), 60);
    let path = format!("{V1}/api-keys/{}", made.body["data"]["id"]);
    let listed = client.get("/api-keys", &token).await.body["data"][0].clone();
    assert_eq!((listed["name"].as_str(), listed["notes"].as_str()), (Some("production"), Some("mark-1")));
    assert_eq!(listed["key"], format!("{}************{}", &key[..4], &key[56..]));
    assert_eq!(client.send("GET", &path, &token, Value::Null).await.body["data"], listed);

    let changed = client.send("PUT", &path, &token, json!({ "notes": null })).await;
    assert_eq!((changed.data("name"), changed.body["data"]["notes"].is_null()), ("production", true));
    assert_eq!(client.send("DELETE", &path, &token, Value::Null).await.status, 200);
    for method in ["GET", "PUT", "DELETE"] {
        assert_eq!(client.send(method, &path, &token, Value::Null).await.status, 404, "{method}");
    }
    assert_eq!(client.generate(key).await.status, 401);
    let ledger = client.ledger().await;
    assert_eq!((count(&ledger, "api_keys", "deleted", true), count(&ledger, "api_keys", "account", ADA)), (1, 1));
}

#[tokio::test]
async fn who_asks_twice_for_a_key_has_two() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    assert_ne!(client.key(&token).await, client.key(&token).await);
    assert_eq!(client.post("/api-keys", &token, json!({})).await.status, 422);
    assert_eq!(count(&client.ledger().await, "api_keys", "name", "production"), 2);
}

#[tokio::test]
async fn what_belongs_to_another_account_is_not_found() {
    let (_sandbox, client) = sandbox().await;
    let (ada, lin) = (client.account(ADA).await, client.account(LIN).await);
    let key = client.post("/api-keys", &ada, json!({ "name": "k" })).await;
    let member = client.post("/teams", &ada, json!({ "email": "mo@onramp.test" })).await;
    for path in [format!("/api-keys/{}", key.body["data"]["id"]), format!("/teams/{}", member.body["data"]["id"])] {
        assert_eq!(client.get(&path, &ada).await.status, 200);
        assert_eq!(client.get(&path, &lin).await.status, 404);
    }
    let image = client.generate(key.data("key")).await.body["id"].clone();
    let others_key = client.key(&lin).await;
    let body = json!({ "key": others_key, "request_id": image });
    assert_eq!(client.send("POST", "/api/v6/images/fetch", "", body).await.status, 404);
}

#[tokio::test]
async fn an_invite_is_mailed_once_for_each_address() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    let invited = client.post("/teams", &token, json!({ "email": LIN })).await;
    assert_eq!((invited.status, invited.data("status"), invited.data("role")), (201, "pending", "member"));
    for (email, complaint) in [(LIN, "This email has already been invited."), (ADA, "You cannot invite yourself.")] {
        let refused = client.post("/teams", &token, json!({ "email": email })).await;
        assert_eq!((refused.status, &refused.body["error"]["details"]["email"]), (422, &json!([complaint])));
    }
    let text = client.inbox().await.texts_for(LIN, 1).await.remove(0);
    assert!(text.contains(invited.data("invite_id")) && text.contains("Ada (ada@onramp.test) has invited you"));

    let path = format!("{V1}/teams/{}", invited.body["data"]["id"]);
    assert_eq!(client.send("POST", &format!("{path}/resend-invite"), &token, Value::Null).await.status, 200);
    assert_eq!(client.inbox().await.texts_for(LIN, 2).await.len(), 2);
    let changed = client.send("PUT", &path, &token, json!({ "role": "admin", "permissions": ["billing"] })).await;
    assert_eq!((changed.data("role"), &changed.body["data"]["permissions"]), ("admin", &json!(["billing"])));
    assert_eq!(client.send("DELETE", &path, &token, Value::Null).await.status, 200);
    assert_eq!(client.get("/teams", &token).await.body["data"], json!([]));
    assert_eq!(count(&client.ledger().await, "team_members", "deleted", true), 1);
}

#[tokio::test]
async fn an_invite_is_accepted_by_whom_it_names() {
    let (_sandbox, client) = sandbox().await;
    let (ada, lin, mo) = (client.account(ADA).await, client.account(LIN).await, client.account("mo@onramp.test").await);
    let invited = client.post("/teams", &ada, json!({ "email": LIN })).await;
    let accept = format!("/teams/invitations/{}/accept", invited.data("invite_id"));
    assert_eq!(client.post(&accept, &mo, Value::Null).await.status, 404);
    assert_eq!(client.post(&accept, &lin, Value::Null).await.data("status"), "accepted");
    assert_eq!(client.post(&accept, &lin, Value::Null).await.status, 404);
    let resend = format!("/teams/{}/resend-invite", invited.body["data"]["id"]);
    assert_eq!(client.post(&resend, &ada, Value::Null).await.status, 422);
}

#[tokio::test]
async fn an_image_is_processed_first_and_then_served() {
    let (_sandbox, client) = start(Options { image_polls: 2, ..options(&clock()) }).await;
    let token = client.account(ADA).await;
    let key = client.key(&token).await;
    let begun = client.generate(&key).await;
    assert_eq!(
        (begun.status, begun.body["status"].as_str(), begun.body["eta"].as_u64()),
        (200, Some("processing"), Some(1))
    );
    let path = begun.body["fetch_result"].as_str().unwrap().strip_prefix(&client.ready.base_url).unwrap();
    let image = begun.body["future_links"][0].as_str().unwrap().strip_prefix(&client.ready.base_url).unwrap();
    assert_eq!(client.send("GET", image, "", Value::Null).await.status, 404);
    let by_body = json!({ "key": key, "request_id": begun.body["id"].to_string() });
    for (path, body, status) in [
        (path, json!({ "key": key }), "processing"),
        ("/api/v6/images/fetch", by_body, "processing"),
        (path, json!({ "key": key }), "success"),
        (path, json!({ "key": key }), "success"),
    ] {
        assert_eq!(client.send("POST", path, "", body).await.body["status"], status);
    }
    let png = client.try_send("GET", image, "", &Value::Null).await.unwrap();
    assert_eq!(png.headers()["content-type"], "image/png");
    assert!(png.bytes().await.unwrap().starts_with(b"\x89PNG\r\n\x1a\n"));
    assert_eq!(client.send("GET", &image.replace("-0.png", "-1.png"), "", Value::Null).await.status, 404);
    assert_eq!(count(&client.ledger().await, "images", "status", "success"), 1);
}

#[tokio::test]
async fn a_generation_is_refused_in_its_own_shape() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    let key = client.key(&token).await;
    let with = |field: &str, value: Value| {
        let mut body = json!({ "key": key, "model_id": "flux", "prompt": "p" });
        body[field] = value;
        body
    };
    for (body, status, message) in [
        (with("key", Value::Null), 401, "API key required"),
        (with("key", json!("wrong")), 401, "Invalid API key"),
        (with("prompt", json!(" ")), 400, "prompt is required"),
        (with("model_id", json!("nope")), 400, "Model not found: nope"),
        (with("width", json!(513)), 400, "width must be between 256 and 1024 and divisible by 8"),
        (with("samples", json!("5")), 400, "samples must be between 1 and 4"),
    ] {
        let heard = client.send("POST", "/api/v6/images/text2img", "", body).await;
        assert_eq!((heard.status, heard.body), (status, json!({ "status": "error", "message": message })));
    }
    assert_eq!(client.send("POST", "/api/v6/images/text2img", "", with("width", json!("512"))).await.status, 200);
    let unknown = client.send("POST", "/api/v6/images/fetch/999999", "", json!({ "key": key })).await;
    assert_eq!((unknown.status, unknown.body["status"].as_str()), (404, Some("error")));
}

#[tokio::test]
async fn unknown_routes_and_wrong_methods_have_shapes_of_their_own() {
    let (_sandbox, client) = sandbox().await;
    let unknown = client.get("/nothing", "").await;
    assert_eq!((unknown.status, unknown.body["error"]["message"].as_str()), (404, Some("Route not found.")));
    let wrong = client.get("/auth/signup", "").await;
    assert_eq!((wrong.status, wrong.header("allow"), wrong.body["message"].is_string()), (405, "POST", true));
}
