//! `modelslab.create_api_key`: creates a key, which is whole in one answer only.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{cannot_tell, client, failed, unable};
use crate::action::context::{not_sent, outputs};
use crate::action::{Action, Context};
use crate::modelslab::{ApiError, Client};
use crate::run::{Outcome, ProbeAnswer, StepError};
use crate::workflow::{ActionSpec, Effect, EffectRule, OutputSpec, Parameter, Type, UndoRule};

pub struct CreateApiKey;

impl Action for CreateApiKey {
    fn spec(&self) -> ActionSpec {
        ActionSpec {
            name: "modelslab.create_api_key",
            doc: "Creates an API key. It carries a mark of this run in its notes; in doubt, a key with that mark whose \
                  secret was lost is deleted and made anew. Keys of other origin are never touched.",
            effect: EffectRule::Always(Effect::Once),
            undo: UndoRule::BuiltIn,
            parameters: vec![
                Parameter::required("token", Type::String, "Bearer token of the account.").secret(),
                Parameter::required("name", Type::String, "The key's name."),
                Parameter::optional("notes", Type::String, "Notes; the mark is added to them."),
            ],
            outputs: vec![
                OutputSpec::secret("key", Type::String, "The key itself."),
                OutputSpec::public("id", Type::String, "Its id."),
                OutputSpec::public("name", Type::String, "Its name.").echoes("name"),
            ],
            captures: false,
            errors: super::ERRORS,
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.create(context).await.unwrap_or_else(not_sent) })
    }

    fn probe<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, ProbeAnswer> {
        Box::pin(async move { self.look(context).await.unwrap_or_else(unable) })
    }
}

impl CreateApiKey {
    async fn create(&self, context: &Context) -> Result<Outcome, StepError> {
        let (token, name) = (context.require("token")?, context.require("name")?);
        let mark = &context.order.mark;
        let notes = context.text("notes").map_or_else(|| mark.to_string(), |notes| format!("{notes} ({mark})"));
        let client = client(context)?;
        let made = match client.create_api_key(token, name, &notes, &context.order.idempotency_key).await {
            Ok(made) => made,
            Err(error) => return Ok(failed(&error)),
        };
        let Some(key) = &made.key else {
            return Ok(failed(&ApiError::unusable("the answer has no key in it")));
        };
        // A request of an earlier attempt may have landed after the look that missed it.
        let swept = match context.order.number {
            0 | 1 => Ok(()),
            _ => sweep(&client, token, |notes| mark.is_of_earlier(notes)).await,
        };
        let warning = swept.err().map(|error| format!("a key of an earlier attempt may be left over: {error}"));
        let values = [("key", Value::from(key.expose().as_str())), ("id", made.id.into()), ("name", name.into())];
        Ok(Outcome { warning, ..Outcome::succeeded(outputs(&self.spec(), values)) })
    }

    /// A key that this step made and whose secret never arrived is of no use to anybody: it goes, and is made anew.
    async fn look(&self, context: &Context) -> Result<ProbeAnswer, StepError> {
        let token = context.require("token")?;
        let mark = &context.order.mark;
        Ok(match sweep(&client(context)?, token, |notes| mark.is_on(notes)).await {
            Ok(()) => ProbeAnswer::NotDone,
            Err(error) => cannot_tell(&error),
        })
    }
}

/// Deletes the keys whose notes are `ours`.
async fn sweep(client: &Client, token: &str, ours: impl Fn(&str) -> bool) -> Result<(), ApiError> {
    for key in client.api_keys(token).await? {
        if key.notes.as_deref().is_some_and(&ours) {
            match client.delete_api_key(token, &key.id).await {
                Err(error) if error.status != Some(404) => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}
