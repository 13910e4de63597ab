//! `modelslab.resend_verification`: asks for the verification mail again.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::rate::AGENT_AUTH;
use super::{client, failed};
use crate::action::context::{not_sent, outputs};
use crate::action::{Action, Context};
use crate::run::{Outcome, StepError};
use crate::workflow::{ActionSpec, Contact, Effect, EffectRule, OutputSpec, Parameter, Reach, Type, UndoRule};

pub struct ResendVerification;

const EXAMPLE: &str = r#"inputs:
  email: { format: email }
steps:
  again:
    uses: modelslab.resend_verification
    with: { email: "${{ inputs.email }}" }
"#;

impl Action for ResendVerification {
    fn spec(&self) -> ActionSpec {
        ActionSpec {
            name: "modelslab.resend_verification",
            doc: "Asks for the verification mail again. A second mail does no harm.",
            effect: EffectRule::Always(Effect::Repeat),
            probe: None,
            undo: UndoRule::Nothing,
            reach: Reach::to(Contact::Service).counts(AGENT_AUTH),
            parameters: vec![Parameter::required("email", Type::String, "The address that signed up.").email()],
            outputs: vec![OutputSpec::public("email", Type::String, "The address that was asked for.").echoes("email")],
            captures: false,
            errors: super::ERRORS,
            example: EXAMPLE,
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.resend(context).await.unwrap_or_else(not_sent) })
    }
}

impl ResendVerification {
    async fn resend(&self, context: &Context) -> Result<Outcome, StepError> {
        let email = context.require("email")?;
        Ok(match client(context)?.resend_verification(email).await {
            Ok(()) => Outcome::succeeded(outputs(&self.spec(), [("email", Value::from(email))])),
            Err(error) => failed(&error),
        })
    }
}
