//! `modelslab.wait_for_payment`: a person pays on a page, and the service is asked until they did.

use std::time::Duration;

use super::outcome::{cannot_undo, step_error};
use super::pause::pause;
use super::{ERRORS, client};
use crate::action::context::not_sent;
use crate::action::{Action, Context};
use crate::http::Pace;
use crate::modelslab::catalogue::{AGENT_BILLING, Checkout, ConfirmFunding, ConfirmSubscription};
use crate::modelslab::{ApiError, Client};
use crate::run::{ErrorKind, Outcome, StepError};
use crate::workflow::{ActionSpec, Contact, Effect, EffectRule, OutputSpec, Parameter, Reach, Type, UndoRule};
use futures_util::future::BoxFuture;

/// How long a step without `timeout` waits.
const PATIENCE: Duration = Duration::from_secs(3600);

const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// As the documents have it. Twelve questions a minute are within the service's fifteen.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A service that asks to be left alone for longer is asked again after this.
const LONGEST_WISH: Duration = Duration::from_secs(60);

pub struct WaitForPayment;

const EXAMPLE: &str = r#"secrets:
  token: { env: MODELSLAB_TOKEN }
steps:
  link:
    uses: modelslab.create_payment_link
    with: { token: "${{ secrets.token }}", purpose: fund, amount: 20 }
  paid:
    uses: modelslab.wait_for_payment
    with:
      token: "${{ secrets.token }}"
      purpose: fund
      session_id: "${{ steps.link.outputs.session_id }}"
      payment_url: "${{ steps.link.outputs.payment_url }}"
    timeout: 30m
"#;

impl Action for WaitForPayment {
    fn spec(&self) -> ActionSpec {
        ActionSpec {
            name: "modelslab.wait_for_payment",
            doc: "Waits until a person paid on a page. The page of `modelslab.create_payment_link` is shown while the step waits, \
                  and the service is asked every few seconds whether it was paid; that also gives what was paid for. A step \
                  without `timeout` waits an hour; a resume asks again before it gives up. A \
                  teardown pauses the subscription: no operation cancels one, and what was paid stays paid.",
            effect: EffectRule::Always(Effect::Repeat),
            probe: None,
            undo: UndoRule::BuiltIn,
            reach: Reach::to(Contact::Service).counts(AGENT_BILLING),
            parameters: vec![
                Parameter::required("token", Type::String, "Bearer token of the account.").secret(),
                Parameter::required("purpose", Type::String, "What the page is for.").one_of(&["fund", "subscribe"]),
                Parameter::required("session_id", Type::String, "The `session_id` of the page."),
                Parameter::required("payment_url", Type::String, "The page. It is shown, and not asked for.").prompts(),
            ],
            outputs: vec![
                OutputSpec::public(
                    "status",
                    Type::String,
                    "What the service says when it is paid, such as `succeeded`.",
                ),
                OutputSpec::public(
                    "subscription_id",
                    Type::String,
                    "The subscription that was paid for, if it was one.",
                ),
            ],
            captures: false,
            errors: ERRORS
                .iter()
                .chain(&["service.payment_not_completed", "service.checkout_expired"])
                .copied()
                .collect(),
            example: EXAMPLE.into(),
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.wait(context).await.unwrap_or_else(not_sent) })
    }

    fn undo<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            match context.text("purpose") {
                Some("fund") => cannot_undo("a payment is not taken back"),
                _ => pause(context, "subscription_id").await.unwrap_or_else(not_sent),
            }
        })
    }
}

/// What one question was answered with.
enum Answer {
    Paid(Checkout),
    NotYet { again: Option<Duration> },
}

impl WaitForPayment {
    /// Asks at once, also where the step's time is over already: it may have been paid while nobody asked.
    async fn wait(&self, context: &Context) -> Result<Outcome, StepError> {
        let patience = context.patience(PATIENCE);
        let mut pace = Pace::new(FIRST_PAUSE, LONGEST_PAUSE);
        let client = if patience.whole.is_zero() { client(context)?.with_deadline(None) } else { client(context)? };
        loop {
            let again = match self.ask(&client, context).await? {
                Answer::Paid(paid) => {
                    let values = [("status", paid.status.into()), ("subscription_id", paid.subscription_id.into())];
                    return Ok(Outcome::succeeded(context.outputs(values)));
                }
                Answer::NotYet { again } => again.unwrap_or_default().min(LONGEST_WISH).max(pace.pause()),
            };
            let left = patience.left();
            if left.is_zero() {
                return Err(self.unpaid(context));
            }
            tokio::select! {
                () = tokio::time::sleep(again.min(left)) => {}
                () = context.services.limits.released() => return Err(StepError::interrupted()),
            }
        }
    }

    async fn ask(&self, client: &Client, context: &Context) -> Result<Answer, StepError> {
        let (token, session_id) = (context.require("token")?, context.require("session_id")?.to_owned());
        let asked = match context.require("purpose")? {
            "fund" => client.confirm_funding(token, &ConfirmFunding { session_id }).await,
            _ => client.confirm_subscription(token, &ConfirmSubscription { session_id }).await,
        };
        match asked {
            Ok(checkout) if is_open(checkout.status.as_deref()) => Ok(Answer::NotYet { again: None }),
            Ok(checkout) => Ok(Answer::Paid(checkout)),
            Err(error) if error.is("checkout_expired") => Err(step_error(&error)),
            Err(error) if error.transient || is_unpaid(&error) => Ok(Answer::NotYet { again: error.retry_after }),
            Err(error) => Err(step_error(&error)),
        }
    }

    fn unpaid(&self, context: &Context) -> StepError {
        let page = context.text("payment_url").unwrap_or_default();
        let message = format!("nobody has paid at {page} in time; resume to wait on");
        StepError::new(ErrorKind::Service, "service.payment_not_completed", message)
    }
}

/// An answer that says only that nothing was paid so far. Documents have none; these are the words of Stripe's checkouts.
fn is_open(status: Option<&str>) -> bool {
    matches!(status, Some("open" | "pending" | "unpaid" | "processing" | "requires_payment_method" | "requires_action"))
}

/// How a service says that by an error is not documented: a code for it, or a conflict or a request that cannot be done now.
fn is_unpaid(error: &ApiError) -> bool {
    let coded = error.code.as_deref().is_some_and(|code| code.contains("not_completed") || code.contains("not_paid"));
    coded || matches!((error.status, error.code.as_deref()), (Some(402 | 409 | 425), _))
}
