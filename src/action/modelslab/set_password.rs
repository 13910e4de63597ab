//! `modelslab.reset_password` and `modelslab.update_password`: a new password, of which a login tells whether it was set.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::client;
use super::operation::{arguments, ask, example, spec};
use super::outcome::{cannot_tell, unable};
use super::session::login;
use crate::action::context::not_sent;
use crate::action::{Action, Context};
use crate::modelslab::catalogue::{self, Operation};
use crate::modelslab::{ApiError, Client};
use crate::run::{Outcome, ProbeAnswer, StepError};
use crate::workflow::ActionSpec;

/// One of the two operations.
pub struct SetPassword(&'static Operation);

pub const RESET: SetPassword = SetPassword(&catalogue::reset_password);
pub const UPDATE: SetPassword = SetPassword(&catalogue::update_password);

/// The service wants the new password twice, against slips of a hand that types it. A step gives it once.
const AGAIN: &str = "password_confirmation";

impl Action for SetPassword {
    fn spec(&self) -> ActionSpec {
        let mut spec = spec(self.0);
        spec.parameters.retain(|parameter| parameter.name != AGAIN);
        spec.example = example(&spec).into();
        spec
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        let mut arguments = arguments(self.0, context);
        arguments.extend(arguments.get("password").cloned().map(|password| (AGAIN.to_owned(), password)));
        Box::pin(async move { ask(self.0, arguments, context).await.unwrap_or_else(not_sent) })
    }

    fn probe<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, ProbeAnswer> {
        Box::pin(async move { self.look(context).await.unwrap_or_else(unable) })
    }
}

impl SetPassword {
    async fn look(&self, context: &Context) -> Result<ProbeAnswer, StepError> {
        let client = client(context)?;
        let email = match account(&client, context).await {
            Ok(email) => email,
            Err(error) => return Ok(cannot_tell(&error)),
        };
        let done = || ProbeAnswer::Done(context.outputs([("message", Value::Null)]));
        Ok(match login(&client, &email, context.require("password")?).await {
            Ok(_) => done(),
            Err(error) if error.is("email_not_verified") => done(),
            Err(error) if error.is("invalid_credentials") => ProbeAnswer::NotDone,
            Err(error) => cannot_tell(&error),
        })
    }
}

/// Whose password it is.
async fn account(client: &Client, context: &Context) -> Result<String, ApiError> {
    match (context.text("email"), context.text("token")) {
        (None, Some(token)) => Ok(client.get_profile(token).await?.email),
        (email, _) => Ok(email.unwrap_or_default().to_owned()),
    }
}
