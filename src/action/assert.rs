//! `assert`: fails unless what it is given is true.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::context::not_sent;
use super::{Action, Context};
use crate::diagnostic::kind;
use crate::run::{ErrorKind, Outcome, StepError};
use crate::secret::Data;
use crate::workflow::{ActionSpec, Effect, EffectRule, Parameter, Reach, Type, UndoRule};

pub struct Assert;

const EXAMPLE: &str = r#"inputs:
  replicas: { type: integer, default: 2 }
steps:
  enough:
    uses: assert
    with:
      that: "${{ inputs.replicas >= 2 }}"
      message: expected two replicas or more
"#;

impl Action for Assert {
    fn spec(&self) -> ActionSpec {
        ActionSpec {
            name: "assert",
            doc: "Fails the step unless `that` is true.",
            effect: EffectRule::Always(Effect::Read),
            probe: None,
            undo: UndoRule::Nothing,
            reach: Reach::NOBODY,
            parameters: vec![
                Parameter::required("that", Type::Boolean, "What must be true."),
                Parameter::optional("message", Type::String, "What to say if it is not.")
                    .shown("it is said when the step fails"),
            ],
            outputs: vec![],
            captures: false,
            errors: vec!["assertion.failed", "config.parameter"],
            example: EXAMPLE.into(),
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        let outcome = match check(context) {
            Ok(()) => Outcome::succeeded(Data::new()),
            Err(error) => not_sent(error),
        };
        Box::pin(std::future::ready(outcome))
    }
}

fn check(context: &Context) -> Result<(), StepError> {
    match context.get("that") {
        Some(Value::Bool(true)) => Ok(()),
        Some(Value::Bool(false)) => {
            let message = context.text("message").unwrap_or("what was asserted is not true");
            Err(StepError::new(ErrorKind::Assertion, "assertion.failed", message))
        }
        other => {
            let message = format!("`that` must be true or false, not {}", other.map_or("nothing", kind));
            Err(StepError::new(ErrorKind::Config, "config.parameter", message))
        }
    }
}
