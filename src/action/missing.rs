//! What stands in for an action that a program does not have: a plan may have been checked against another registry.

use futures_util::future::BoxFuture;

use super::context::not_sent;
use super::{Action, Context};
use crate::run::{ErrorKind, Outcome, StepError};
use crate::workflow::{ActionSpec, Effect, EffectRule, Reach, UndoRule};

pub(crate) struct Missing;

impl Action for Missing {
    fn spec(&self) -> ActionSpec {
        ActionSpec {
            name: "missing",
            doc: "Fails: the program has no such action.",
            effect: EffectRule::Always(Effect::Read),
            probe: None,
            undo: UndoRule::Nothing,
            reach: Reach::NOBODY,
            parameters: vec![],
            outputs: vec![],
            captures: false,
            errors: vec!["config.action"],
            example: "".into(),
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        let message = format!("there is no action `{}` in this program", context.order.action);
        let outcome = not_sent(StepError::new(ErrorKind::Config, "config.action", message));
        Box::pin(std::future::ready(outcome))
    }
}
