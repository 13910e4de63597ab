//! `modelslab.create_payment_method` and `modelslab.confirm_setup_intent`: a card is given to Stripe, and to nobody else. What
//! stands on it is never stored.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::outcome::{authentication_required, failed};
use super::{ERRORS, client};
use crate::action::context::not_sent;
use crate::action::{Action, Context};
use crate::modelslab::catalogue::{AGENT_GENERAL, SetupIntent};
use crate::modelslab::{ApiError, Card, Stripe};
use crate::run::{ErrorKind, Outcome, StepError};
use crate::secret::Secret;
use crate::workflow::{ActionSpec, Contact, Effect, EffectRule, OutputSpec, Parameter, Reach, Type, UndoRule};

pub struct CreatePaymentMethod;
pub struct ConfirmSetupIntent;

/// What Stripe says of cards, and what is found wrong before it is asked.
const CARD_ERRORS: &[&str] = &[
    "config.card",
    "config.secret",
    "config.publishable_key",
    "service.card_declined",
    "service.expired_card",
    "service.incorrect_cvc",
    "service.incorrect_number",
    "service.processing_error",
];

const CARD_EXAMPLE: &str = r#"secrets:
  token: { env: MODELSLAB_TOKEN }
  card_number: { env: CARD_NUMBER }
  card_exp_month: { env: CARD_EXP_MONTH }
  card_exp_year: { env: CARD_EXP_YEAR }
  card_cvc: { env: CARD_CVC }
steps:
"#;

const CARD_WITH: &str = r#"      token: "${{ secrets.token }}"
      card_number: "${{ secrets.card_number }}"
      card_exp_month: "${{ secrets.card_exp_month }}"
      card_exp_year: "${{ secrets.card_exp_year }}"
      card_cvc: "${{ secrets.card_cvc }}"
"#;

fn card_parameters() -> [Parameter; 5] {
    let card = |name, doc| Parameter::required(name, Type::String, doc).unstored();
    [
        Parameter::required("token", Type::String, "Bearer token of the account.").secret(),
        card("card_number", "The card's number. Spaces and hyphens are left out."),
        card("card_exp_month", "The month until which it is good, 1 to 12."),
        card("card_exp_year", "The year until which it is good."),
        card("card_cvc", "Its security code."),
    ]
}

fn card_spec(name: &'static str, doc: &'static str) -> ActionSpec {
    ActionSpec {
        name,
        doc,
        effect: EffectRule::Always(Effect::Repeat),
        probe: None,
        undo: UndoRule::Nothing,
        reach: Reach::to(Contact::Service).and(Contact::Stripe).counts(AGENT_GENERAL),
        parameters: card_parameters().into(),
        outputs: vec![OutputSpec::public("payment_method_id", Type::String, "Stripe's id of the card, `pm_...`.")],
        captures: false,
        errors: ERRORS.iter().chain(CARD_ERRORS).copied().collect(),
        example: "".into(),
    }
}

impl Action for CreatePaymentMethod {
    fn spec(&self) -> ActionSpec {
        let mut spec = card_spec(
            "modelslab.create_payment_method",
            "Makes a payment method of a card. Stripe is asked, with the publishable key that the service tells; the service never \
             sees the card. Nothing is charged, and one that is not used is nobody's: `modelslab.add_payment_method` saves it, \
             `modelslab.create_subscription` and `modelslab.fund_wallet` charge it. Stripe refuses this where the account's owner \
             has not switched it on; the link of `modelslab.create_payment_link` does not depend on that.",
        );
        spec.outputs.extend([
            OutputSpec::public("brand", Type::String, "Such as `visa`."),
            OutputSpec::public("last4", Type::String, "Its last four digits."),
        ]);
        let step = "  card:\n    uses: modelslab.create_payment_method\n    with:\n";
        spec.example = format!("{CARD_EXAMPLE}{step}{CARD_WITH}").into();
        spec
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.create(context).await.unwrap_or_else(not_sent) })
    }
}

impl CreatePaymentMethod {
    async fn create(&self, context: &Context) -> Result<Outcome, StepError> {
        let card = card(context)?;
        let made = async { stripe(context).await?.create_payment_method(&card).await.map_err(Refused::Service) };
        Ok(match made.await {
            Ok(token) => {
                let values = [
                    ("payment_method_id", token.id.into()),
                    ("brand", token.brand.into()),
                    ("last4", token.last4.into()),
                ];
                Outcome::succeeded(context.outputs(values))
            }
            Err(refused) => refused.outcome()?,
        })
    }
}

impl Action for ConfirmSetupIntent {
    fn spec(&self) -> ActionSpec {
        let mut spec = card_spec(
            "modelslab.confirm_setup_intent",
            "Confirms a setup intent with a card. Stripe is asked, and saves the card for later; nothing is charged. An intent that \
             was confirmed before stays as it is. A card whose holder must agree to that (3-D Secure) is refused, since nobody is \
             there: `modelslab.create_payment_link` leads a person to where that can be done.",
        );
        spec.parameters.extend([
            Parameter::required("setup_intent_id", Type::String, "Of `modelslab.create_setup_intent`, `seti_...`."),
            Parameter::required("client_secret", Type::String, "Of the same.").secret(),
        ]);
        spec.outputs.push(OutputSpec::public("status", Type::String, "`succeeded`, or `processing`."));
        spec.errors.push("service.authentication_required");
        let steps = "  setup:\n    uses: modelslab.create_setup_intent\n    with: { token: \"${{ secrets.token }}\" }\n  confirm:\n    \
                     uses: modelslab.confirm_setup_intent\n    with:\n      \
                     setup_intent_id: \"${{ steps.setup.outputs.setup_intent_id }}\"\n      \
                     client_secret: \"${{ steps.setup.outputs.client_secret }}\"\n";
        spec.example = format!("{CARD_EXAMPLE}{steps}{CARD_WITH}").into();
        spec
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.confirm(context).await.unwrap_or_else(not_sent) })
    }
}

impl ConfirmSetupIntent {
    async fn confirm(&self, context: &Context) -> Result<Outcome, StepError> {
        let card = card(context)?;
        let intent = SetupIntent {
            client_secret: Secret::new(context.require("client_secret")?.to_owned()),
            setup_intent_id: context.require("setup_intent_id")?.to_owned(),
            status: None,
        };
        let confirmed =
            async { stripe(context).await?.confirm_setup_intent(&intent, &card).await.map_err(Refused::Service) };
        Ok(match confirmed.await {
            Ok(confirmed) => match (confirmed.status.as_str(), confirmed.payment_method) {
                ("requires_action" | "requires_confirmation", _) => authentication_required("Stripe"),
                ("succeeded" | "processing", Some(id)) => {
                    let values = [("payment_method_id", Value::from(id)), ("status", confirmed.status.into())];
                    Outcome::succeeded(context.outputs(values))
                }
                (status, _) => failed(&ApiError::unusable(&format!("the setup intent is `{status}`, and has no card"))),
            },
            Err(refused) => refused.outcome()?,
        })
    }
}

/// Why no card was made known.
enum Refused {
    Service(ApiError),
    Here(StepError),
}

impl Refused {
    /// What was found out here was found out before anything was sent.
    fn outcome(self) -> Result<Outcome, StepError> {
        match self {
            Self::Here(error) => Err(error),
            Self::Service(error) => match error.code.as_deref() {
                Some("publishable_key") => Err(wrong("config.publishable_key", error.message)),
                Some("test_card") => Err(wrong("config.card", error.message)),
                _ => Ok(failed(&error)),
            },
        }
    }
}

fn wrong(code: &str, message: String) -> StepError {
    StepError::new(ErrorKind::Config, code, message)
}

fn card(context: &Context) -> Result<Card, StepError> {
    let [number, month, year, cvc] = ["card_number", "card_exp_month", "card_exp_year", "card_cvc"];
    Card::read(context.require(number)?, context.require(month)?, context.require(year)?, context.require(cvc)?)
        .map_err(|why| wrong("config.card", format!("{why}; nothing was sent")))
}

/// Stripe, with the key that the service tells now.
async fn stripe(context: &Context) -> Result<Stripe, Refused> {
    let token = context.require("token").map_err(Refused::Here)?;
    let client = client(context).map_err(Refused::Here)?;
    let key = client.stripe_config(token).await.map_err(Refused::Service)?.publishable_key;
    client.stripe(&key).map_err(Refused::Service)
}
