//! `modelslab.create_api_key`: creates a key, which is whole in one answer only.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::client;
use super::operation::spec;
use super::outcome::{cannot_tell, failed, gone, not_undone, nothing_to_undo, unable, undone};
use crate::action::context::not_sent;
use crate::action::{Action, Context};
use crate::modelslab::catalogue::{self, ApiKey, CreateApiKey as Request, DeleteApiKey, Done, WholeKey};
use crate::modelslab::{ApiError, Client};
use crate::run::{Mark, Outcome, ProbeAnswer, StepError};
use crate::workflow::{ActionSpec, OutputSpec, Type};

pub struct CreateApiKey;

const EXAMPLE: &str = r#"secrets:
  token: { env: MODELSLAB_TOKEN }
steps:
  key:
    uses: modelslab.create_api_key
    with: { token: "${{ secrets.token }}", name: production }
outputs:
  api_key:
    value: "${{ steps.key.outputs.key }}"
    secret: true
    env: MODELSLAB_API_KEY
"#;

impl Action for CreateApiKey {
    fn spec(&self) -> ActionSpec {
        ActionSpec {
            doc: "Creates an API key. It carries a mark of this run in its notes; in doubt, a key with that mark whose secret \
                  was lost is deleted and made anew. Keys of other origin are never touched.",
            outputs: vec![
                OutputSpec::secret("key", Type::String, "The key itself."),
                OutputSpec::public("id", Type::String, "Its id."),
                OutputSpec::public("name", Type::String, "Its name.").echoes("name"),
            ],
            example: EXAMPLE.into(),
            ..spec(&catalogue::create_api_key)
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.create(context).await.unwrap_or_else(not_sent) })
    }

    fn probe<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, ProbeAnswer> {
        Box::pin(async move { self.look(context).await.unwrap_or_else(unable) })
    }

    fn undo<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.delete(context).await.unwrap_or_else(not_sent) })
    }
}

impl CreateApiKey {
    async fn create(&self, context: &Context) -> Result<Outcome, StepError> {
        let (token, name) = (context.require("token")?, context.require("name")?);
        let mark = &context.order.mark;
        let notes = context.text("notes").map_or_else(|| mark.to_string(), |notes| format!("{notes} ({mark})"));
        let client = client(context)?;
        let creating = client.clone().with_idempotency_key(&context.order.idempotency_key);
        let request = Request { name: name.to_owned(), notes: Some(notes) };
        let made = match creating.create_api_key(token, &request).await {
            Ok(made) => made,
            Err(error) => return Ok(failed(&error)),
        };
        let Some(WholeKey(key)) = &made.key else {
            return Ok(failed(&ApiError::unusable("the answer has no key in it")));
        };
        // A request of an earlier attempt may have landed after the look that missed it.
        let left_over = match context.order.number {
            0 | 1 => Ok(None),
            _ => left_over(&client, token, mark, &made.id).await,
        };
        let warning =
            left_over.unwrap_or_else(|error| Some(format!("a key of an earlier attempt may be left over: {error}")));
        let values = [("key", Value::from(key.expose().as_str())), ("id", made.id.into()), ("name", name.into())];
        Ok(Outcome { warning, ..Outcome::succeeded(context.outputs(values)) })
    }

    /// A key that this step made and whose secret never arrived is of no use to anybody: it goes, and is made anew. One
    /// that a copy of this run may have made is in use there, and stays.
    async fn look(&self, context: &Context) -> Result<ProbeAnswer, StepError> {
        let token = context.require("token")?;
        let mark = &context.order.mark;
        let client = client(context)?;
        let swept = async {
            let keys = client.list_api_keys(token).await?.items;
            match keys.iter().find(|key| noted(key, |notes| mark.may_be_a_copys(notes))) {
                Some(key) => Ok(Some(format!("{}; its secret is with that copy alone", of_a_copy(key)))),
                None => sweep(&client, token, &keys, |notes| mark.is_on(notes)).await.map(|_| None),
            }
        };
        Ok(match swept.await {
            Ok(None) => ProbeAnswer::NotDone,
            Ok(Some(reason)) => ProbeAnswer::CannotTell { reason, again: None },
            Err(error) => cannot_tell(&error),
        })
    }

    /// Deletes the key by its id, and all that carry this step's mark: an attempt may have left one that nobody heard of.
    async fn delete(&self, context: &Context) -> Result<Outcome, StepError> {
        let token = context.require("token")?;
        let client = client(context)?;
        let known = context.order.undoes.as_ref().and_then(|undone| undone.outputs.get("id"));
        let known = known.and_then(|id| id.expose().as_str());
        if let Some(id) = known
            && let Err(error) = gone(delete(&client, token, id).await)
        {
            return Ok(not_undone(&error, &format!("the key {id}")));
        }
        let marked = async {
            let keys = client.list_api_keys(token).await?.items;
            sweep(&client, token, &keys, |notes| context.order.mark.is_of_step(notes)).await
        };
        Ok(match (marked.await, known) {
            (Ok(0), None) => nothing_to_undo(),
            (Ok(_), _) => undone(),
            (Err(error), Some(_)) if !error.transient => {
                let warning = format!("whether another attempt left a key as well could not be seen: {error}");
                Outcome { warning: Some(warning), ..undone() }
            }
            (Err(error), _) => not_undone(&error, "what this run made"),
        })
    }
}

/// Deletes what earlier attempts left, and says what a copy of the run may have made beside the key `own`.
async fn left_over(client: &Client, token: &str, mark: &Mark, own: &str) -> Result<Option<String>, ApiError> {
    let keys = client.list_api_keys(token).await?.items;
    sweep(client, token, &keys, |notes| mark.is_of_earlier(notes)).await?;
    let other = keys.iter().find(|key| key.id != own && noted(key, |notes| mark.may_be_a_copys(notes)));
    Ok(other.map(of_a_copy))
}

fn of_a_copy(key: &ApiKey) -> String {
    format!(
        "the key `{}` (id {}) has the mark of this step, and another copy of this run may have made it",
        key.name.as_deref().unwrap_or_default(),
        key.id
    )
}

fn noted(key: &ApiKey, wanted: impl Fn(&str) -> bool) -> bool {
    key.notes.as_deref().is_some_and(wanted)
}

/// Deletes those of `keys` whose notes are `ours`; how many there were.
async fn sweep(client: &Client, token: &str, keys: &[ApiKey], ours: impl Fn(&str) -> bool) -> Result<usize, ApiError> {
    let mut swept = 0;
    for key in keys.iter().filter(|key| noted(key, &ours)) {
        gone(delete(client, token, &key.id).await)?;
        swept += 1;
    }
    Ok(swept)
}

async fn delete(client: &Client, token: &str, id: &str) -> Result<Done, ApiError> {
    client.delete_api_key(token, &DeleteApiKey { key_id: id.to_owned() }).await
}
