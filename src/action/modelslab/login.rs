//! `modelslab.login`: a token for an account.

use futures_util::future::BoxFuture;

use super::rate::AGENT_AUTH;
use super::session::{owner, session_outputs, session_values};
use super::{LEAVE_OUT, TEAM, client, failed};
use crate::action::context::{not_sent, outputs};
use crate::action::{Action, Context};
use crate::run::{Happened, Outcome, StepError};
use crate::workflow::{ActionSpec, Contact, Effect, EffectRule, Parameter, Reach, Type, UndoRule};

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
        ActionSpec {
            name: "modelslab.login",
            doc: "Logs in and gives a bearer token. Each login makes a token of its own.",
            effect: EffectRule::Always(Effect::Repeat),
            probe: None,
            undo: UndoRule::Nothing,
            reach: Reach::to(Contact::Service).counts(AGENT_AUTH),
            parameters: vec![
                Parameter::required("email", Type::String, "The address of the account.").email(),
                Parameter::required("password", Type::String, "Its password.").secret(),
                Parameter::optional("device_name", Type::String, "The token's name; `onramp` if not given.")
                    .seen_by(TEAM, LEAVE_OUT),
                Parameter::optional("token_expiry", Type::String, "How long the token lives; one month if not given.")
                    .one_of(&["1_week", "1_month", "3_months", "never"]),
            ],
            outputs: session_outputs(),
            captures: false,
            errors: ERRORS,
            example: EXAMPLE,
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.log_in(context).await.unwrap_or_else(not_sent) })
    }
}

const ERRORS: &[&str] = &[
    "config.parameter",
    "network.timeout",
    "network.unreachable",
    "network.broken",
    "service.invalid_credentials",
    "service.email_not_verified",
    "service.access_denied",
    "service.validation_error",
    "service.429",
    "service.5xx",
    "service.unreadable",
];

impl Login {
    async fn log_in(&self, context: &Context) -> Result<Outcome, StepError> {
        let (email, password) = (context.require("email")?, context.require("password")?);
        let device = context.text("device_name").unwrap_or("onramp");
        let client = client(context)?;
        let session = match client.login(email, password, device, context.text("token_expiry")).await {
            Ok(session) => session,
            Err(error) => return Ok(failed(&error)),
        };
        Ok(match owner(&client, &session, None).await {
            Ok(owner) => Outcome::succeeded(outputs(&self.spec(), session_values(&session, &owner))),
            Err(unusable) => Outcome::failed(Happened::Unknown, unusable.into_error()),
        })
    }
}
