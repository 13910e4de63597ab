//! How a subscription is taken back, as far as that goes: no operation cancels one.

use super::client;
use super::outcome::{cannot_undo, failed, not_undone, nothing_to_undo, undone};
use crate::action::Context;
use crate::modelslab::catalogue::{PauseSubscription, SubscriptionStatus};
use crate::run::{Outcome, StepError};

/// Pauses the subscription that a step began, whose id is in its output `name`.
pub(super) async fn pause(context: &Context, name: &str) -> Result<Outcome, StepError> {
    let token = context.require("token")?;
    let Some(undone) = &context.order.undoes else { return Ok(nothing_to_undo()) };
    let known = undone.outputs.get(name).map(|id| id.expose());
    let Some(id) = known.and_then(|id| id.as_str().map(str::to_owned).or_else(|| id.as_u64().map(|id| id.to_string())))
    else {
        return Ok(match undone.certain {
            true => nothing_to_undo(),
            false => cannot_undo("whether a subscription began is not known; look at the account"),
        });
    };
    let client = client(context)?;
    match client.subscription_status(token, &SubscriptionStatus { subscription_id: id.clone() }).await {
        Ok(state) if matches!(state.status.as_str(), "paused" | "canceled") => return Ok(paused()),
        Err(error) if error.status == Some(404) => return Ok(nothing_to_undo()),
        Err(error) => return Ok(not_undone(&error, &format!("the subscription {id}"))),
        Ok(_) => {}
    }
    let pausing = client.with_idempotency_key(&context.order.idempotency_key);
    Ok(match pausing.pause_subscription(token, &PauseSubscription { subscription_id: id.clone() }).await {
        Ok(_) => paused(),
        Err(error) if error.status.is_none() => failed(&error),
        Err(error) => not_undone(&error, &format!("the subscription {id}")),
    })
}

fn paused() -> Outcome {
    let warning = "the subscription is paused: the service cancels none, and what was paid stays paid".to_owned();
    Outcome { warning: Some(warning), ..undone() }
}
