//! `modelslab.reset_password` and `modelslab.update_password`: a new password, of which a login tells whether it was set.

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use super::client;
use super::operation::{credential, example, spec};
use super::outcome::{cannot_tell, failed, unable};
use super::session::login;
use crate::action::context::{not_sent, outputs};
use crate::action::{Action, Context};
use crate::modelslab::catalogue::{self, Operation};
use crate::modelslab::{ApiError, Client};
use crate::run::{Outcome, ProbeAnswer, StepError};
use crate::secret::Datum;
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
        Box::pin(async move { self.set(context).await.unwrap_or_else(not_sent) })
    }

    fn probe<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, ProbeAnswer> {
        Box::pin(async move { self.look(context).await.unwrap_or_else(unable) })
    }
}

impl SetPassword {
    async fn set(&self, context: &Context) -> Result<Outcome, StepError> {
        let mut arguments: Map<String, Value> = Map::new();
        for parameter in (self.0.parameters)() {
            let name = if parameter.name == AGAIN { "password" } else { parameter.name };
            let value = context.order.input.get(name).map(|datum: &Datum| datum.expose().clone());
            arguments.extend(value.map(|value| (parameter.name.to_owned(), value)));
        }
        let client = client(context)?.with_idempotency_key(&context.order.idempotency_key);
        let answer = client.ask(self.0, credential(self.0, context)?, arguments).await;
        Ok(match answer.and_then(|data| (self.0.read)(&data)) {
            Ok(values) => Outcome::succeeded(outputs(&self.spec(), values)),
            Err(error) => failed(&error),
        })
    }

    async fn look(&self, context: &Context) -> Result<ProbeAnswer, StepError> {
        let client = client(context)?;
        let email = match account(&client, context).await {
            Ok(email) => email,
            Err(error) => return Ok(cannot_tell(&error)),
        };
        Ok(match login(&client, &email, context.require("password")?).await {
            Ok(_) => ProbeAnswer::Done(outputs(&self.spec(), [("message", Value::Null)])),
            Err(error) if error.is("email_not_verified") => {
                ProbeAnswer::Done(outputs(&self.spec(), [("message", Value::Null)]))
            }
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
