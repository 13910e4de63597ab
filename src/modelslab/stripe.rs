//! Stripe, as far as a card needs it: what the service's publishable key is good for. A card goes from here to Stripe and
//! nowhere else.

use reqwest::Method;
use serde_json::Value;
use url::Url;

use super::address::segment;
use super::catalogue::SetupIntent;
use super::{ApiError, Card, Client, envelope};
use crate::http::{RequestBody, is_loopback};

const API: &str = "https://api.stripe.com/";

/// The root below which Stripe's `/v1` lies for a service at `base`: a sandbox, which is on this machine, plays Stripe as well.
pub fn root(base: &Url) -> Option<Url> {
    if is_loopback(base) { Some(base.clone()) } else { Url::parse(API).ok() }
}

/// Stripe, with the key that the service tells everybody.
pub struct Stripe {
    client: Client,
    root: Url,
    key: String,
}

/// A card as Stripe knows it, without what must stay secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardToken {
    /// `pm_...`
    pub id: String,
    /// Such as `visa`.
    pub brand: Option<String>,
    pub last4: Option<String>,
}

/// What became of a setup intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// Such as `succeeded`, or `requires_action` where the card's holder has to agree first (3-D Secure).
    pub status: String,
    /// The card that is saved with it, `pm_...`.
    pub payment_method: Option<String>,
}

impl Client {
    /// Stripe for this service. `publishable_key` is what its `stripe_config` tells. An error for a key of another kind: what
    /// only a server may have is never sent with a card.
    pub fn stripe(&self, publishable_key: &str) -> Result<Stripe, ApiError> {
        let refused = |why: &str| ApiError::not_sent(format!("{why}; no card was sent")).coded("publishable_key");
        let root = root(self.base()).ok_or_else(|| refused("Stripe has no address"))?;
        let live = publishable_key.starts_with("pk_live_");
        if !live && !publishable_key.starts_with("pk_test_") {
            return Err(refused("what the service tells as Stripe's publishable key is none"));
        }
        if live && is_loopback(&root) {
            return Err(refused(
                "the base URL is on this machine, where a sandbox plays Stripe, and its key is a live one",
            ));
        }
        Ok(Stripe { client: self.clone(), root, key: publishable_key.to_owned() })
    }
}

impl Stripe {
    /// Makes a payment method of a card. Nothing is charged, and nobody has it yet.
    pub async fn create_payment_method(&self, card: &Card) -> Result<CardToken, ApiError> {
        self.fits(card)?;
        let mut fields = vec![("type".to_owned(), "card".to_owned())];
        fields.extend(card.fields("card"));
        let answer = self.post("v1/payment_methods", fields).await?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let id = text(&answer["id"]).ok_or_else(|| ApiError::unusable("the answer of Stripe has no `id`"))?;
        Ok(CardToken { id, brand: text(&answer["card"]["brand"]), last4: text(&answer["card"]["last4"]) })
    }

    /// Confirms a setup intent with a card, which is saved by that. One that was confirmed before stays as it is.
    pub async fn confirm_setup_intent(&self, intent: &SetupIntent, card: &Card) -> Result<Confirmed, ApiError> {
        self.fits(card)?;
        let mut fields = vec![
            ("client_secret".to_owned(), intent.client_secret.expose().clone()),
            ("payment_method_data[type]".to_owned(), "card".to_owned()),
        ];
        fields.extend(card.fields("payment_method_data[card]"));
        let path = format!("v1/setup_intents/{}/confirm", segment(&intent.setup_intent_id));
        let answer = self.post(&path, fields).await?;
        let text = |name: &str| answer[name].as_str().map(str::to_owned);
        let status = text("status").ok_or_else(|| ApiError::unusable("the answer of Stripe has no `status`"))?;
        Ok(Confirmed { status, payment_method: text("payment_method") })
    }

    /// Stripe declines a test card where money is real; it has no business there.
    fn fits(&self, card: &Card) -> Result<(), ApiError> {
        if self.key.starts_with("pk_live_") && card.is_for_tests() {
            let message = "this is one of Stripe's cards for tests, and the service takes real ones; no card was sent";
            return Err(ApiError::not_sent(message.to_owned()).coded("test_card"));
        }
        Ok(())
    }

    async fn post(&self, path: &str, fields: Vec<(String, String)>) -> Result<Value, ApiError> {
        let url = self.root.join(path).map_err(|_| ApiError::not_sent("Stripe has no such address".to_owned()))?;
        let headers = vec![
            ("accept".into(), "application/json".to_owned()),
            ("authorization".into(), format!("Bearer {}", self.key)),
        ];
        let response = self.client.send(Method::POST, url, headers, RequestBody::Form(fields)).await?;
        match response.json().as_ref().and_then(confirmed_before) {
            Some(intent) => Ok(intent.clone()),
            None => envelope::data(&response, self.client.now()),
        }
    }
}

/// The intent in Stripe's refusal to confirm it a second time.
fn confirmed_before(body: &Value) -> Option<&Value> {
    let error = body.get("error")?;
    let intent = error.get("setup_intent").filter(|intent| intent["status"] == "succeeded");
    intent.filter(|_| error["code"] == "setup_intent_unexpected_state")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::clock::{ManualClock, Timestamp};
    use crate::http::Http;
    use crate::tls;

    #[test]
    fn a_card_goes_to_stripe_or_to_this_machine() {
        let root = |base: &str| root(&Url::parse(base).unwrap()).unwrap().to_string();
        for (base, wanted) in [
            ("https://modelslab.com", API),
            ("https://staging.modelslab.com/x", API),
            ("http://127.0.0.1.evil.test", API),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
        ] {
            assert_eq!(root(base), wanted);
        }
    }

    #[tokio::test]
    async fn a_card_for_tests_is_not_sent_where_money_is_real() {
        let http = Http::new(&tls::client_config(None).unwrap(), true).unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::default()));
        let client = Client::new(http, "https://modelslab.com", clock).unwrap();
        let card = Card::read("4242424242424242", "12", "2040", "123").unwrap();
        let refused = client.stripe("pk_live_abc").unwrap().create_payment_method(&card).await.unwrap_err();
        assert!(refused.is("test_card") && !refused.sent);
        for key in ["sk_live_abc", "rk_test_abc", "", "pk_abc"] {
            assert!(client.stripe(key).err().is_some_and(|error| error.is("publishable_key") && !error.sent), "{key}");
        }
    }

    #[test]
    fn an_intent_that_was_confirmed_before_is_read_from_the_refusal() {
        let refusal =
            |code: &str, status: &str| json!({ "error": { "code": code, "setup_intent": { "status": status } } });
        assert!(confirmed_before(&refusal("setup_intent_unexpected_state", "succeeded")).is_some());
        assert!(confirmed_before(&refusal("setup_intent_unexpected_state", "canceled")).is_none());
        assert!(confirmed_before(&refusal("card_declined", "succeeded")).is_none());
    }
}
