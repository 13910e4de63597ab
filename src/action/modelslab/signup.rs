//! `modelslab.signup`: creates an account. Nothing undoes it, so it is never sent twice blindly.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::rate::AGENT_AUTH;
use super::{LEAVE_OUT, TEAM, cannot_tell, client, failed, unable};
use crate::action::context::{not_sent, outputs};
use crate::action::{Action, Context};
use crate::run::{Outcome, ProbeAnswer, StepError};
use crate::workflow::{ActionSpec, Contact, Effect, EffectRule, OutputSpec, Parameter, Reach, Type, UndoRule};

pub struct Signup;

const EXAMPLE: &str = r#"inputs:
  email: { format: email }
steps:
  credentials:
    uses: random.password
  signup:
    uses: modelslab.signup
    with:
      email: "${{ inputs.email }}"
      password: "${{ steps.credentials.outputs.value }}"
"#;

impl Action for Signup {
    fn spec(&self) -> ActionSpec {
        ActionSpec {
            name: "modelslab.signup",
            doc: "Creates a ModelsLab account. The service then sends a verification mail.",
            effect: EffectRule::Always(Effect::Once),
            probe: Some("a login tells whether the account exists"),
            undo: UndoRule::Never("no documented operation deletes an account"),
            reach: Reach::to(Contact::Service).counts(AGENT_AUTH),
            parameters: vec![
                Parameter::required("email", Type::String, "The address of the account.").email(),
                Parameter::required("password", Type::String, "Its password.").secret(),
                Parameter::optional("name", Type::String, "The name shown for the account.").seen_by(TEAM, LEAVE_OUT),
            ],
            outputs: vec![OutputSpec::public("email", Type::String, "The address that signed up.").echoes("email")],
            captures: false,
            errors: super::ERRORS,
            example: EXAMPLE,
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            match self.sign_up(context).await {
                Ok(outcome) => outcome,
                Err(error) => not_sent(error),
            }
        })
    }

    fn probe<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, ProbeAnswer> {
        Box::pin(async move { self.look(context).await.unwrap_or_else(unable) })
    }
}

impl Signup {
    async fn sign_up(&self, context: &Context) -> Result<Outcome, StepError> {
        let (email, password) = (context.require("email")?, context.require("password")?);
        Ok(match client(context)?.signup(email, password, context.text("name")).await {
            Ok(_) => Outcome::succeeded(outputs(&self.spec(), [("email", Value::from(email))])),
            Err(error) => failed(&error),
        })
    }

    /// A login that works, or that is refused only because the address is not verified, shows that the account exists.
    async fn look(&self, context: &Context) -> Result<ProbeAnswer, StepError> {
        let (email, password) = (context.require("email")?, context.require("password")?);
        let done = || ProbeAnswer::Done(outputs(&self.spec(), [("email", Value::from(email))]));
        Ok(match client(context)?.login(email, password, "onramp", None).await {
            Ok(_) => done(),
            Err(error) if error.is("email_not_verified") => done(),
            Err(error) if error.is("invalid_credentials") => ProbeAnswer::NotDone,
            Err(error) => cannot_tell(&error),
        })
    }
}
