//! `modelslab.signup`: creates an account. Nothing undoes it, so it is never sent twice blindly.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::client;
use super::operation::spec;
use super::outcome::{cannot_tell, failed, unable};
use super::session::login;
use crate::action::context::not_sent;
use crate::action::{Action, Context};
use crate::modelslab::catalogue::{self, Signup as Request};
use crate::run::{Outcome, ProbeAnswer, StepError};
use crate::secret::Secret;
use crate::workflow::{ActionSpec, OutputSpec, Type};

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
            outputs: vec![OutputSpec::public("email", Type::String, "The address that signed up.").echoes("email")],
            example: EXAMPLE.into(),
            ..spec(&catalogue::signup)
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
        let request = Request {
            email: email.to_owned(),
            password: Secret::new(password.to_owned()),
            name: context.text("name").map(str::to_owned),
        };
        Ok(match client(context)?.signup(&request).await {
            Ok(_) => Outcome::succeeded(context.outputs([("email", Value::from(email))])),
            Err(error) => failed(&error),
        })
    }

    /// A login that works, or that is refused only because the address is not verified, shows that the account exists.
    async fn look(&self, context: &Context) -> Result<ProbeAnswer, StepError> {
        let (email, password) = (context.require("email")?, context.require("password")?);
        let done = || ProbeAnswer::Done(context.outputs([("email", Value::from(email))]));
        Ok(match login(&client(context)?, email, password).await {
            Ok(_) => done(),
            Err(error) if error.is("email_not_verified") => done(),
            Err(error) if error.is("invalid_credentials") => ProbeAnswer::NotDone,
            Err(error) => cannot_tell(&error),
        })
    }
}
