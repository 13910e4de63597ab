//! `sleep`: lets time pass.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::context::not_sent;
use super::{Action, Context};
use crate::run::{ErrorKind, Outcome, StepError};
use crate::secret::Data;
use crate::workflow::{ActionSpec, Effect, EffectRule, Parameter, Reach, Type, UndoRule, parse_duration};

pub struct Sleep;

const EXAMPLE: &str = r#"steps:
  settle:
    uses: sleep
    with: { for: 2s }
"#;

impl Action for Sleep {
    fn spec(&self) -> ActionSpec {
        ActionSpec {
            name: "sleep",
            doc: "Waits. A run that was interrupted meanwhile waits the whole time again.",
            effect: EffectRule::Always(Effect::Read),
            probe: None,
            undo: UndoRule::Nothing,
            reach: Reach::NOBODY,
            parameters: vec![Parameter::required("for", Type::Duration, "How long, such as `30s`.")],
            outputs: vec![],
            captures: false,
            errors: vec!["config.parameter", "timeout"],
            example: EXAMPLE.into(),
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            match duration(context) {
                Ok(duration) => {
                    let left = context.remaining(duration);
                    tokio::time::sleep(left).await;
                    if left < duration { not_sent(too_long()) } else { Outcome::succeeded(Data::new()) }
                }
                Err(error) => not_sent(error),
            }
        })
    }
}

fn too_long() -> StepError {
    StepError::new(ErrorKind::Config, "timeout", "the step's timeout is shorter than what is left to wait")
}

fn duration(context: &Context) -> Result<Duration, StepError> {
    let text = context.require("for")?;
    parse_duration(text).ok_or_else(|| {
        let message = format!("`for` of `{}` must look like 30s or 1m30s", context.order.task);
        StepError::new(ErrorKind::Config, "config.parameter", message)
    })
}
