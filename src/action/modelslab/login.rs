//! `modelslab.login`: a token for an account.

use futures_util::future::BoxFuture;

use super::client;
use super::operation::{spec, texts};
use super::outcome::failed;
use super::session::{DEVICE, owner, session_outputs, session_values};
use crate::action::context::not_sent;
use crate::action::{Action, Context};
use crate::modelslab::catalogue::{self, Login as Request};
use crate::run::{Happened, Outcome, StepError};
use crate::secret::Secret;
use crate::workflow::ActionSpec;

pub struct Login;

const EXAMPLE: &str = r#"inputs:
  email: { format: email }
secrets:
  password: { env: ONRAMP_PASSWORD }
steps:
  login:
    uses: modelslab.login
    with:
      email: "${{ inputs.email }}"
      password: "${{ secrets.password }}"
"#;

impl Action for Login {
    fn spec(&self) -> ActionSpec {
        ActionSpec { outputs: session_outputs(), example: EXAMPLE.into(), ..spec(&catalogue::login) }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.log_in(context).await.unwrap_or_else(not_sent) })
    }
}

impl Login {
    async fn log_in(&self, context: &Context) -> Result<Outcome, StepError> {
        let request = Request {
            email: context.require("email")?.to_owned(),
            password: Secret::new(context.require("password")?.to_owned()),
            device_name: Some(context.text("device_name").unwrap_or(DEVICE).to_owned()),
            token_expiry: context.text("token_expiry").map(str::to_owned),
            scopes: texts(context, "scopes"),
        };
        let client = client(context)?;
        let session = match client.login(&request).await {
            Ok(session) => session,
            Err(error) => return Ok(failed(&error)),
        };
        Ok(match owner(&client, &session, None).await {
            Ok(owner) => Outcome::succeeded(context.outputs(session_values(&session, &owner))),
            Err(unusable) => Outcome::failed(Happened::Unknown, unusable.into_error()),
        })
    }
}
