//! Working in the account of a team.

use serde_json::{Value, json};

use super::client::{Client, V1, count, sandbox};

const ADA: &str = "ada@onramp.test";
const LIN: &str = "lin@onramp.test";

/// Ada joins Lin's team; gives both tokens, the member's path, and Lin's username.
async fn joined(client: &Client) -> (String, String, String, String) {
    let (ada, lin) = (client.account(ADA).await, client.account(LIN).await);
    let invited = client.post("/teams", &lin, json!({ "email": ADA })).await;
    let accept = format!("/teams/invitations/{}/accept", invited.data("invite_id"));
    assert_eq!(client.post(&accept, &ada, Value::Null).await.status, 200);
    let team = client.get("/me", &lin).await.data("username").to_owned();
    (ada, lin, format!("{V1}/teams/{}", invited.body["data"]["id"]), team)
}

async fn switched(client: &Client, token: &str, username: &str) -> String {
    let heard = client.post("/auth/switch-account", token, json!({ "account_username": username })).await;
    heard.data("access_token").to_owned()
}

#[tokio::test]
async fn a_member_works_in_the_teams_account_and_goes_back() {
    let (_sandbox, client) = sandbox().await;
    let (ada, _, _, team) = joined(&client).await;
    let there = switched(&client, &ada, &team).await;
    assert_eq!(client.get("/me", &there).await.data("email"), LIN);
    client.key(&there).await;
    assert_eq!(count(&client.ledger().await, "api_keys", "account", LIN), 1);
    let own = client.get("/me", &ada).await.data("username").to_owned();
    let back = switched(&client, &there, &own).await;
    assert_eq!(client.get("/me", &back).await.data("email"), ADA);
}

#[tokio::test]
async fn a_member_sees_and_ends_no_tokens_but_its_own() {
    let (_sandbox, client) = sandbox().await;
    let (ada, lin, _, team) = joined(&client).await;
    let there = switched(&client, &ada, &team).await;
    assert_eq!(client.get("/auth/tokens", &there).await.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(client.post("/auth/logout-all", &there, Value::Null).await.status, 200);
    assert_eq!((client.get("/me", &there).await.status, client.get("/me", &lin).await.status), (401, 200));
}

#[tokio::test]
async fn who_leaves_a_team_leaves_its_account() {
    let (_sandbox, client) = sandbox().await;
    let (ada, lin, member, team) = joined(&client).await;
    let there = switched(&client, &ada, &team).await;
    assert_eq!(client.send("DELETE", &member, &lin, Value::Null).await.status, 200);
    assert_eq!(client.get("/me", &there).await.status, 401);
    let again = client.post("/auth/switch-account", &ada, json!({ "account_username": team })).await;
    assert_eq!((again.status, again.body["error"]["code"].as_str()), (403, Some("access_denied")));
}

#[tokio::test]
async fn an_invite_that_waits_opens_nothing() {
    let (_sandbox, client) = sandbox().await;
    let (ada, lin) = (client.account(ADA).await, client.account(LIN).await);
    client.post("/teams", &lin, json!({ "email": ADA })).await;
    let team = client.get("/me", &lin).await.data("username").to_owned();
    assert_eq!(client.post("/auth/switch-account", &ada, json!({ "account_username": team })).await.status, 403);
}
