//! What existed before: the `given` of a fixture, made over the service's own routes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::client::{Client, PASSWORD, clock, faults, link_token, options, start};
use crate::sandbox::{Options, RateLimits, Sandbox};

const ADA: &str = "ada@onramp.test";
const LIN: &str = "lin@onramp.test";
const ONE_EACH: RateLimits = RateLimits { auth: 1, billing: 1, general: 1 };

/// A sandbox, and what the braces of a fixture stand for in it.
pub struct Scene {
    _sandbox: Sandbox,
    pub client: Client,
    pub token: String,
    pub(super) values: BTreeMap<&'static str, Value>,
}

impl Scene {
    pub async fn given(given: &str) -> Self {
        let mut scene = Self::empty(given).await;
        match given {
            "nothing" => {}
            "throttled" => drop(scene.client.login(ADA).await),
            "account" => scene.account().await,
            "verified account" | "blocked account" => scene.verified().await,
            "second token" => scene.second_token().await,
            "token for files alone" => scene.narrow("files:write").await,
            "reset mailed" => scene.reset_mailed().await,
            "invited" => drop(scene.invited().await),
            "joined team" => scene.joined().await,
            "joined team with a narrow token" => {
                scene.joined().await;
                scene.token = scene.scoped("tokens:write").await;
            }
            "card" => scene.card("4242424242424242").await,
            "declined card" => scene.card("4000000000000002").await,
            "card without funds" => scene.card("4000000000009995").await,
            "card with 3-D Secure" => scene.card("4000002500003155").await,
            "saved card" => scene.saved_card().await,
            "funded wallet" => scene.funded().await,
            "checkout" => drop(scene.checkout("fund").await),
            "paid checkout" => scene.paid("fund").await,
            "subscription checkout" => drop(scene.checkout("subscribe").await),
            "paid subscription checkout" => scene.paid("subscribe").await,
            "subscription" => scene.subscription().await,
            "paused subscription" => scene.moved("/pause").await,
            "subscription whose card fails" => scene.failing_card().await,
            "past due subscription" => {
                scene.failing_card().await;
                scene.subscription_post("/reset-cycle").await;
                scene.save("5555555555554444").await;
            }
            "setup intent" => scene.setup().await,
            "used coupon" => {
                scene.verified().await;
                let body = json!({ "coupon_code": "WELCOME5" });
                scene.client.post("/wallet/coupons/redeem", &scene.token, body).await;
            }
            "full queue" => {
                scene.key().await;
                for _ in 0..5 {
                    scene.client.generate(scene.values["key"].as_str().unwrap()).await;
                }
            }
            "key" | "key without credits" | "key without credits, told in the body" => scene.key().await,
            "member" => scene.member().await,
            "image" => scene.image().await,
            "finished image" => scene.finished_image().await,
            other => unreachable!("the fixtures' README knows no `{other}`"),
        }
        scene
    }

    async fn empty(given: &str) -> Self {
        let rules = match given {
            "key without credits" => json!([{ "on": "text2img", "fault": "no-credits" }]),
            "key without credits, told in the body" => {
                json!([{ "on": "text2img", "fault": "no-credits", "http_status": 200 }])
            }
            "blocked account" => json!([{ "on": "login", "fault": "blocked" }]),
            _ => json!([]),
        };
        let rate_limits = if given == "throttled" { ONE_EACH } else { RateLimits::default() };
        let (sandbox, client) = start(Options { faults: faults(&rules), rate_limits, ..options(&clock()) }).await;
        Self { _sandbox: sandbox, client, token: String::new(), values: BTreeMap::new() }
    }

    /// `text` with its braces filled; what stands for itself alone keeps its type.
    pub fn fill(&self, text: &str) -> Value {
        let unknown = |name: &str| if name.ends_with("_id") { json!(999_999) } else { json!("") };
        let names = text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
        let value_of = |name: &str| self.values.get(name).cloned().unwrap_or_else(|| unknown(name));
        names.fold(json!(text), |filled, name| match filled.as_str() {
            Some(whole) if whole == format!("{{{name}}}") => value_of(name),
            Some(part) => {
                let value = value_of(name);
                json!(part.replace(&format!("{{{name}}}"), value.as_str().unwrap_or(&value.to_string())))
            }
            None => filled,
        })
    }

    pub fn fill_all(&self, body: &Value) -> Value {
        match body {
            Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), self.fill_all(value))).collect(),
            Value::Array(items) => items.iter().map(|item| self.fill_all(item)).collect(),
            Value::String(text) => self.fill(text),
            other => other.clone(),
        }
    }

    async fn account(&mut self) {
        self.client.signup(ADA).await;
        let code = self.client.inbox().await.code_for(ADA).await;
        self.values.insert("code", json!(code));
    }

    pub(super) async fn verified(&mut self) {
        self.account().await;
        let code = self.values["code"].as_str().unwrap().to_owned();
        self.token = self.client.verify(&code).await.data("access_token").to_owned();
    }

    async fn second_token(&mut self) {
        self.verified().await;
        let login = self.client.login(ADA).await;
        let (id, _) = login.data("access_token").split_once('|').unwrap();
        self.values.insert("token_id", json!(id.parse::<u64>().unwrap()));
    }

    /// A token that may do nothing but `scope` says.
    async fn scoped(&self, scope: &str) -> String {
        let body = json!({ "email": ADA, "password": PASSWORD, "scopes": [scope] });
        self.client.post("/auth/login", "", body).await.data("access_token").to_owned()
    }

    async fn narrow(&mut self, scope: &str) {
        self.verified().await;
        self.token = self.scoped(scope).await;
    }

    async fn reset_mailed(&mut self) {
        self.verified().await;
        self.client.post("/auth/forgot-password", "", json!({ "email": ADA })).await;
        let texts = self.client.inbox().await.texts_for(ADA, 2).await;
        self.values.insert("reset_token", json!(link_token(&texts[1], "/reset-password/")));
    }

    /// Ada is invited to the team of Lin, whose token this gives.
    async fn invited(&mut self) -> String {
        self.verified().await;
        let lin = self.client.account(LIN).await;
        let invited = self.client.post("/teams", &lin, json!({ "email": ADA })).await;
        self.values.insert("invite_id", json!(invited.data("invite_id")));
        lin
    }

    async fn joined(&mut self) {
        let lin = self.invited().await;
        let accept = self.fill("/teams/invitations/{invite_id}/accept");
        self.client.post(accept.as_str().unwrap(), &self.token, Value::Null).await;
        let team = self.client.get("/me", &lin).await.data("username").to_owned();
        self.values.insert("team", json!(team));
    }

    async fn key(&mut self) {
        self.verified().await;
        let made = self.client.post("/api-keys", &self.token, json!({ "name": "production", "notes": "run 1" })).await;
        self.values.insert("key", json!(made.data("key")));
        self.values.insert("key_id", made.body["data"]["id"].clone());
    }

    async fn member(&mut self) {
        self.key().await;
        let invited = self.client.post("/teams", &self.token, json!({ "email": LIN })).await;
        self.values.insert("member_id", invited.body["data"]["id"].clone());
    }

    async fn image(&mut self) {
        self.member().await;
        let key = self.values["key"].as_str().unwrap().to_owned();
        self.values.insert("image_id", self.client.generate(&key).await.body["id"].clone());
    }

    async fn finished_image(&mut self) {
        self.image().await;
        let body = self.fill_all(&json!({ "key": "{key}", "request_id": "{image_id}" }));
        while self.client.send("POST", "/api/v6/images/fetch", "", body.clone()).await.body["status"] != "success" {}
    }
}
