//! Scenes of money.

use serde_json::{Value, json};

use super::scene::Scene;

impl Scene {
    pub(super) async fn card(&mut self, number: &str) {
        self.verified().await;
        let card = self.client.card(&self.token, number).await;
        self.values.insert("pm_id", json!(card));
    }

    /// Saves another card, which becomes the default.
    pub(super) async fn save(&mut self, number: &str) {
        let card = self.client.card(&self.token, number).await;
        self.client.post("/billing/payment-methods", &self.token, json!({ "payment_method_id": card })).await;
        self.values.insert("pm_id", json!(card));
    }

    pub(super) async fn saved_card(&mut self) {
        self.verified().await;
        self.save("4242424242424242").await;
    }

    pub(super) async fn funded(&mut self) {
        self.saved_card().await;
        let body = self.fill_all(&json!({ "amount": 25, "payment_method_id": "{pm_id}" }));
        let funded = self.client.keyed("/wallet/fund", &self.token, "fund-1", &body).await;
        self.values.insert("payment_id", funded.body["data"]["payment"]["payment_intent_id"].clone());
        let invoices = self.client.get("/billing/invoices", &self.token).await;
        self.values.insert("invoice_id", invoices.body["data"][0]["id"].clone());
    }

    /// A payment link; gives its path.
    pub(super) async fn checkout(&mut self, purpose: &str) -> String {
        self.verified().await;
        let body = json!({ "purpose": purpose, "amount": 25, "plan_id": 123 });
        let link = self.client.post("/billing/payment-link", &self.token, body).await.body;
        self.values.insert("session_id", link["session_id"].clone());
        let url = link["payment_url"].as_str().unwrap();
        url.strip_prefix(&self.client.ready.base_url).unwrap().to_owned()
    }

    pub(super) async fn paid(&mut self, purpose: &str) {
        let page = self.checkout(purpose).await;
        self.client.send("POST", &page, "", Value::Null).await;
    }

    pub(super) async fn subscription(&mut self) {
        self.saved_card().await;
        let body = self.fill_all(&json!({ "plan_id": 123, "payment_method_id": "{pm_id}" }));
        let made = self.client.post("/subscriptions", &self.token, body).await;
        self.values.insert("subscription_id", made.body["data"]["subscription"]["id"].clone());
    }

    pub(super) async fn subscription_post(&self, what: &str) {
        let path = self.fill(&format!("/subscriptions/{{subscription_id}}{what}"));
        self.client.post(path.as_str().unwrap(), &self.token, Value::Null).await;
    }

    pub(super) async fn moved(&mut self, what: &str) {
        self.subscription().await;
        self.subscription_post(what).await;
    }

    pub(super) async fn failing_card(&mut self) {
        self.subscription().await;
        self.save("4000000000000341").await;
    }

    pub(super) async fn setup(&mut self) {
        self.verified().await;
        let setup = self.client.post("/billing/setup-intent", &self.token, Value::Null).await;
        self.values.insert("setup_id", json!(setup.data("setup_intent_id")));
        self.values.insert("client_secret", json!(setup.data("client_secret")));
    }
}
