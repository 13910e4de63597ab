//! `modelslab.refresh_token`: a new token for an old one, or another by a login where the service cannot do that.

use futures_util::future::BoxFuture;

use super::client;
use super::operation::spec;
use super::outcome::{cannot_tell, failed, unable};
use super::session::{login, owner, session_outputs, session_values};
use crate::action::context::not_sent;
use crate::action::{Action, Context};
use crate::modelslab::catalogue::{self, RefreshToken as Request, Session};
use crate::modelslab::{ApiError, Client};
use crate::run::{Happened, Outcome, ProbeAnswer, StepError};
use crate::secret::Data;
use crate::workflow::{ActionSpec, Parameter, Type};

pub struct RefreshToken;

impl Action for RefreshToken {
    fn spec(&self) -> ActionSpec {
        let table = spec(&catalogue::refresh_token);
        let own = [
            Parameter::optional("email", Type::String, "The account's address, to log in where nothing else helps.")
                .email(),
            Parameter::optional("password", Type::String, "Its password, for that.").secret(),
        ];
        ActionSpec {
            doc: "Gives a new token for an old one. The old one is revoked. Where the service does not know how to refresh, or \
                  the old one is no longer good, a login gives the token, if `email` and `password` are given.",
            parameters: table.parameters.into_iter().chain(own).collect(),
            outputs: session_outputs(),
            ..table
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.refresh(context).await.unwrap_or_else(not_sent) })
    }

    fn probe<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, ProbeAnswer> {
        Box::pin(async move { self.look(context).await.unwrap_or_else(unable) })
    }
}

impl RefreshToken {
    async fn refresh(&self, context: &Context) -> Result<Outcome, StepError> {
        let token = context.require("token")?;
        let text = |name| context.text(name).map(str::to_owned);
        let request = Request { token_expiry: text("token_expiry"), device_name: text("device_name") };
        let client = client(context)?;
        let refreshing = client.clone().with_idempotency_key(&context.order.idempotency_key);
        let session = match (refreshing.refresh_token(token, &request).await, credentials(context)) {
            (Err(error), Some((email, password))) if error.no_such_route() || error.status == Some(401) => {
                login(&client, email, password).await
            }
            (session, _) => session,
        };
        Ok(match session {
            Ok(session) => owned(context, &client, &session)
                .await
                .map_or_else(|error| Outcome::failed(Happened::Unknown, error), Outcome::succeeded),
            Err(error) => failed(&error),
        })
    }

    /// An old token that is still good was not exchanged. One that is not is gone with its successor, and a login gives another.
    async fn look(&self, context: &Context) -> Result<ProbeAnswer, StepError> {
        let client = client(context)?;
        let gone = match client.get_profile(context.require("token")?).await {
            Ok(_) => return Ok(ProbeAnswer::NotDone),
            Err(error) if error.status == Some(401) => error,
            Err(error) => return Ok(cannot_tell(&error)),
        };
        match credentials(context) {
            Some((email, password)) => by_login(context, &client, email, password).await,
            None => Ok(lost(&gone)),
        }
    }
}

async fn by_login(context: &Context, client: &Client, email: &str, password: &str) -> Result<ProbeAnswer, StepError> {
    Ok(match login(client, email, password).await {
        Ok(session) => ProbeAnswer::Done(owned(context, client, &session).await?),
        Err(error) => cannot_tell(&error),
    })
}

async fn owned(context: &Context, client: &Client, session: &Session) -> Result<Data, StepError> {
    let owner = owner(client, session, None).await.map_err(super::session::Unusable::into_error)?;
    Ok(context.outputs(session_values(session, &owner)))
}

fn credentials(context: &Context) -> Option<(&str, &str)> {
    context.text("email").zip(context.text("password"))
}

fn lost(error: &ApiError) -> ProbeAnswer {
    let reason = format!(
        "the old token is revoked ({error}), so that a new one was made, and the answer that had it was lost; give `email` and \
         `password`, and a login gives another"
    );
    ProbeAnswer::CannotTell { reason, again: None }
}
