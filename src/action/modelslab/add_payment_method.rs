//! `modelslab.add_payment_method`: saves a card, and takes it out again where this step put it in.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::client;
use super::operation::{arguments, ask, nothing, spec};
use super::outcome::{failed, gone, not_undone, nothing_to_undo, undone};
use crate::action::context::not_sent;
use crate::action::{Action, Context};
use crate::modelslab::catalogue::{self, RemovePaymentMethod};
use crate::run::{Happened, Outcome, StepError};
use crate::secret::Datum;
use crate::workflow::{ActionSpec, OutputSpec, Type, UndoRule};

pub struct AddPaymentMethod;

const ADDED: &str = "added";
const ID: &str = "payment_method_id";

impl Action for AddPaymentMethod {
    fn spec(&self) -> ActionSpec {
        let mut spec = spec(&catalogue::add_payment_method);
        spec.undo = UndoRule::BuiltIn;
        spec.outputs.extend([
            OutputSpec::public(ID, Type::String, "Stripe's id of the card, as it was given.").echoes(ID),
            OutputSpec::public(
                ADDED,
                Type::Boolean,
                "False for a card that was saved before: it is left as it is, and no teardown removes it.",
            ),
        ]);
        spec
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.add(context).await.unwrap_or_else(not_sent) })
    }

    fn undo<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.remove(context).await.unwrap_or_else(not_sent) })
    }
}

impl AddPaymentMethod {
    /// What is there before the first attempt was not put there by one.
    async fn add(&self, context: &Context) -> Result<Outcome, StepError> {
        let (token, id) = (context.require("token")?, context.require(ID)?);
        let operation = &catalogue::add_payment_method;
        let saved = match context.order.number {
            1 => client(context)?.list_payment_methods(token).await.map(|saved| saved.items),
            _ => Ok(Vec::new()),
        };
        let saved = match saved {
            Ok(saved) => saved.iter().any(|card| card.id == id),
            Err(error) => return Ok(Outcome { happened: Happened::None, ..failed(&error) }),
        };
        let mut outcome = match saved {
            false => ask(operation, arguments(operation, context), context).await?,
            true => Outcome::succeeded(context.outputs(nothing(operation))),
        };
        if outcome.error.is_none() {
            let own = [(ID, Value::from(id)), (ADDED, Value::from(!saved))];
            outcome.data.extend(own.map(|(name, value)| (name.to_owned(), Datum::Public(value))));
        }
        Ok(outcome)
    }

    async fn remove(&self, context: &Context) -> Result<Outcome, StepError> {
        let (token, id) = (context.require("token")?, context.require(ID)?);
        let added = context.order.undoes.as_ref().and_then(|undone| undone.outputs.get(ADDED));
        if added.is_some_and(|added| *added.expose() == Value::Bool(false)) {
            return Ok(nothing_to_undo());
        }
        let request = RemovePaymentMethod { payment_method_id: id.to_owned() };
        Ok(match gone(client(context)?.remove_payment_method(token, &request).await) {
            Ok(()) => undone(),
            Err(error) => not_undone(&error, &format!("the card {id}")),
        })
    }
}
