//! The profile, what was used, and what the service says of itself.

use serde_json::{Value, json};

use super::client::{V1, sandbox};

const ADA: &str = "ada@onramp.test";

#[tokio::test]
async fn what_is_not_named_in_a_change_stays() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    for (path, body) in [
        ("/me", json!({ "about_me": "Notes." })),
        ("/me", json!({ "username": "ada-l" })),
        ("/me/socials", json!({ "github": "ada", "discord": "ada#1" })),
        ("/me/socials", json!({ "discord": "" })),
        ("/me/preferences", json!({ "nsfw_content": true })),
        ("/me/preferences", json!({ "wallet_notification_threshold": "2.50" })),
    ] {
        assert_eq!(client.send("PATCH", &format!("{V1}{path}"), &token, body).await.status, 200);
    }
    let me = client.get("/me", &token).await.body["data"].clone();
    assert_eq!((&me["name"], &me["username"], &me["about_me"]), (&json!("Ada"), &json!("ada-l"), &json!("Notes.")));
    assert_eq!((&me["socials"]["github"], &me["socials"]["discord"]), (&json!("ada"), &Value::Null));
    assert_eq!(
        (&me["preferences"]["nsfw_content"], &me["preferences"]["wallet_notification_threshold"]),
        (&json!(true), &json!(2.5))
    );
}

#[tokio::test]
async fn a_search_finds_by_text_tags_and_order() {
    let (_sandbox, client) = sandbox().await;
    let token = client.account(ADA).await;
    let ids = |heard: super::client::Heard| -> Vec<String> {
        let items = heard.body["data"]["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["model_id"].as_str().unwrap().to_owned()).collect()
    };
    for (query, expected) in [
        ("search=FLUX", vec!["flux", "flux-dev"]),
        ("search=flux&sort=newest", vec!["flux-dev", "flux"]),
        ("tags=video,3d", vec!["cogvideox", "hunyuan3d"]),
        ("tags[]=video&tags[]=3d", vec!["cogvideox", "hunyuan3d"]),
        ("base_model=flux&provider=black-forest-labs", vec!["flux-dev"]),
        ("sort=popular&per_page=2", vec!["flux", "midjourney"]),
        ("per_page=9&page=2&sort=recommended", vec!["interior-v1"]),
    ] {
        assert_eq!(ids(client.get(&format!("/models?{query}"), &token).await), expected, "{query}");
    }
}

#[tokio::test]
async fn the_contract_names_each_route_once_with_its_scope() {
    let (_sandbox, client) = sandbox().await;
    let contract = client.get("/openapi.json", "").await.body;
    let paths = contract["paths"].as_object().unwrap();
    let operations: Vec<&Value> = paths.values().flat_map(|path| path.as_object().unwrap().values()).collect();
    let mut ids: Vec<&str> = operations.iter().map(|operation| operation["operationId"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), operations.len());
    assert_eq!(paths["/api-keys"]["post"]["x-required-scope"], "api-keys:write");
    assert!(paths.contains_key("/auth/verify") && paths.contains_key("/auth/verify-email"));
    assert_eq!(client.send("GET", "/agents-openapi.json", "", Value::Null).await.body, contract);
}
