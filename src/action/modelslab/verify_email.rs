//! `modelslab.verify_email`: verifies an address with the code from the mail, and checks whose account that was.

use futures_util::future::BoxFuture;

use super::client;
use super::operation::spec;
use super::outcome::{cannot_tell, failed, step_error, unable};
use super::session::{Unusable, login, owner, session_outputs, session_values};
use crate::action::context::not_sent;
use crate::action::{Action, Context};
use crate::modelslab::Client;
use crate::modelslab::catalogue::{self, Session, VerifyEmail as Request};
use crate::run::{Happened, Outcome, ProbeAnswer, StepError};
use crate::secret::Secret;
use crate::workflow::{ActionSpec, Parameter, Type};

pub struct VerifyEmail;

const EXAMPLE: &str = r#"inputs:
  email: { format: email }
  code: { secret: true, description: from the mail }
secrets:
  password: { env: ONRAMP_PASSWORD }
steps:
  verify:
    uses: modelslab.verify_email
    with:
      verification_code: "${{ inputs.code }}"
      email: "${{ inputs.email }}"
      password: "${{ secrets.password }}" # in doubt, a login tells
"#;

impl Action for VerifyEmail {
    fn spec(&self) -> ActionSpec {
        let table = spec(&catalogue::verify_email);
        let own = [
            Parameter::required("email", Type::String, "The address that signed up.").email(),
            Parameter::optional("password", Type::String, "The account's password, for the look when in doubt.")
                .secret(),
        ];
        ActionSpec {
            doc: "Verifies an address by a mailed code. It gives a bearer token. The answer's account must be the one that \
                  signed up.",
            parameters: table.parameters.into_iter().chain(own).collect(),
            outputs: session_outputs(),
            errors: table.errors.into_iter().chain(["service.other_account"]).collect(),
            example: EXAMPLE.into(),
            ..table
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.verify(context).await.unwrap_or_else(not_sent) })
    }

    fn probe<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, ProbeAnswer> {
        Box::pin(async move { self.look(context).await.unwrap_or_else(unable) })
    }
}

impl VerifyEmail {
    async fn verify(&self, context: &Context) -> Result<Outcome, StepError> {
        let (code, email) = (context.require("verification_code")?, context.require("email")?);
        let client = client(context)?;
        let request = Request { verification_code: Secret::new(code.to_owned()) };
        Ok(match client.verify_email(&request).await {
            Ok(session) => checked(context, &client, &session, email).await,
            Err(error) => failed(&error),
        })
    }

    async fn look(&self, context: &Context) -> Result<ProbeAnswer, StepError> {
        let email = context.require("email")?;
        let Some(password) = context.text("password") else {
            let reason = "without `password` nobody can log in and look whether the address is verified".to_owned();
            return Ok(ProbeAnswer::CannotTell { reason, again: None });
        };
        let client = client(context)?;
        let session = match login(&client, email, password).await {
            Ok(session) => session,
            Err(error) if error.is("email_not_verified") => return Ok(ProbeAnswer::NotDone),
            Err(error) => return Ok(cannot_tell(&error)),
        };
        Ok(match owner(&client, &session, Some(email)).await {
            Ok(owner) => ProbeAnswer::Done(context.outputs(session_values(&session, &owner))),
            Err(Unusable::Unknown(error)) => cannot_tell(&error),
            Err(Unusable::Foreign(error)) => unable(error),
        })
    }
}

async fn checked(context: &Context, client: &Client, session: &Session, email: &str) -> Outcome {
    match owner(client, session, Some(email)).await {
        Ok(owner) => Outcome::succeeded(context.outputs(session_values(session, &owner))),
        Err(Unusable::Foreign(error)) => Outcome::failed(Happened::Done, error),
        // The address is verified but the token's owner could not be asked: the look by login finds out.
        Err(Unusable::Unknown(error)) => Outcome::failed(Happened::Unknown, step_error(&error)),
    }
}
