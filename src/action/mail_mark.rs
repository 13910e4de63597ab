//! `mail.mark`: notes where an inbox stands, before the step that causes a mail.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::context::not_sent;
use super::mailbox;
use super::{Action, Context};
use crate::run::{ErrorKind, Outcome, StepError};
use crate::workflow::{ActionSpec, Contact, Effect, EffectRule, OutputSpec, Reach, Type, UndoRule};

/// The longest that a look at an inbox may take. The connection is tried again and again meanwhile.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct MailMark;

const EXAMPLE: &str = r#"secrets:
  mailbox: { env: ONRAMP_MAILBOX_URL }
steps:
  inbox:
    uses: mail.mark
    with: { mailbox: "${{ secrets.mailbox }}" }
"#;

impl Action for MailMark {
    fn spec(&self) -> ActionSpec {
        ActionSpec {
            name: "mail.mark",
            doc: "Notes where an inbox stands. `mail.wait` then takes only what comes after.",
            effect: EffectRule::Always(Effect::Read),
            probe: None,
            undo: UndoRule::Nothing,
            reach: Reach::to(Contact::Mailbox("mailbox")),
            parameters: vec![mailbox::parameter()],
            outputs: vec![OutputSpec::public(
                "cursor",
                Type::Object,
                "Where the inbox stands; for `after` of `mail.wait`.",
            )],
            captures: false,
            errors: mailbox::ERRORS.to_vec(),
            example: EXAMPLE.into(),
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.mark(context).await.unwrap_or_else(not_sent) })
    }
}

impl MailMark {
    async fn mark(&self, context: &Context) -> Result<Outcome, StepError> {
        let mailbox = mailbox::parse(context)?;
        Ok(match context.services.mail.mark(&mailbox, context.remaining(PATIENCE)).await {
            Ok(cursor) => {
                let cursor = serde_json::to_value(&cursor).map_err(|error| {
                    StepError::new(ErrorKind::Mail, "mail.protocol", format!("the cursor cannot be kept: {error}"))
                })?;
                Outcome::succeeded(context.outputs([("cursor", cursor)]))
            }
            Err(error) => not_sent(mailbox::step_error(&error)),
        })
    }
}
