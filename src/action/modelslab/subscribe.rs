//! `modelslab.create_subscription` and `modelslab.update_subscription`: the plan is bought only if it costs no more than the step
//! says.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::client;
use super::operation::{Plain, credential, example, off_session, spec};
use super::outcome::step_error;
use super::pause::pause;
use crate::action::context::not_sent;
use crate::action::{Action, Context};
use crate::modelslab::catalogue::{self, Operation};
use crate::run::{ErrorKind, Outcome, StepError};
use crate::workflow::{ActionSpec, Bound, Cents, Parameter, Reach, Spends, Type, UndoRule};

/// One of the two operations, and its parameter that names the plan.
pub struct Subscribe {
    operation: &'static Operation,
    plan: &'static str,
}

pub const CREATE: Subscribe = Subscribe { operation: &catalogue::create_subscription, plan: "plan_id" };
pub const UPDATE: Subscribe = Subscribe { operation: &catalogue::update_subscription, plan: "new_plan_id" };

const MAX_PRICE: &str = "max_price";

impl Action for Subscribe {
    fn spec(&self) -> ActionSpec {
        let mut spec = spec(self.operation);
        spec.parameters.push(Parameter::required(
            MAX_PRICE,
            Type::Number,
            "US dollars that the plan may cost each period. It is not sent: the plan's price is looked up with `list_plans`, and \
             where it is more, or is not told, nothing is bought.",
        ));
        if self.is_new() {
            spec.parameters.push(off_session());
            spec.undo = UndoRule::BuiltIn;
            spec.doc = "Subscribes to a plan. With a saved card it is charged at once; without, the answer has a page where a person \
                        pays. A teardown pauses it: no operation cancels one, and what was paid stays paid.";
        }
        let spends = spec.reach.spends.map(|spends| Spends::money(Bound::Parameter(MAX_PRICE), spends.what));
        spec.reach = Reach { spends, ..spec.reach };
        spec.errors.push("config.max_price");
        spec.example = example(&spec).into();
        spec
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            match self.check_price(context).await {
                Ok(()) => Plain(self.operation).perform(context).await,
                Err(error) => not_sent(error),
            }
        })
    }

    fn undo<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { pause(context, "id").await.unwrap_or_else(not_sent) })
    }
}

impl Subscribe {
    fn is_new(&self) -> bool {
        self.operation.name == catalogue::create_subscription.name
    }

    async fn check_price(&self, context: &Context) -> Result<(), StepError> {
        let Some(most) = context.get(MAX_PRICE).and_then(Cents::of) else {
            return Err(refused("`max_price` must be a number of US dollars with at most two decimals".to_owned()));
        };
        let token = credential(self.operation, context)?.unwrap_or_default();
        let plans = client(context)?.list_plans(token).await.map_err(|error| step_error(&error))?.plans;
        let id = context.get(self.plan).unwrap_or(&Value::Null);
        let plan = plans.as_array().into_iter().flatten().find(|plan| plan.get("id").is_some_and(|known| known == id));
        let Some(plan) = plan else {
            return Err(refused(format!("`list_plans` knows no plan {id}, so that nobody knows what it costs")));
        };
        match plan.get("price").and_then(price) {
            Some(price) if price <= most => Ok(()),
            Some(price) => Err(refused(format!("plan {id} costs {price} US dollars, and `max_price` is {most}"))),
            None => Err(refused(format!("`list_plans` does not tell what plan {id} costs"))),
        }
    }
}

/// Some documents have prices as numbers, some clients as text.
fn price(value: &Value) -> Option<Cents> {
    value.as_str().map_or_else(|| Cents::of(value), Cents::parse)
}

fn refused(why: String) -> StepError {
    StepError::new(ErrorKind::Config, "config.max_price", format!("{why}; nothing was bought"))
}
