//! What the mail steps have in common: which inbox, and what can go wrong with it.

use std::sync::Arc;

use serde_json::Value;

use super::Context;
use crate::http::is_loopback;
use crate::mail::{MailError, MailErrorKind, Mailbox};
use crate::run::{ErrorKind, StepError};
use crate::secret::Secret;
use crate::workflow::{Bounds, Judges, Parameter, Refusal, RetryClass, Type};

pub(super) const ERRORS: &[&str] = &[
    "config.parameter",
    "config.origin",
    "mail.timeout",
    "mail.login",
    "mail.network",
    "mail.tls",
    "mail.protocol",
    "mail.ambiguous",
    "mail.config",
];

/// `mailbox:` of each mail step.
pub(super) const fn parameter() -> Parameter {
    Parameter::required("mailbox", Type::String, "The inbox, as imaps://user:password@host/INBOX.")
        .within(Bounds::Start(&["imaps://", "imap+starttls://", "imap://"]))
        .judged(Judges { value: Some(judge), ..Judges::NONE })
        .secret()
        .destination()
}

/// All that a server could repeat of the mailbox that `text` is, if it is one.
pub fn mailbox_secrets(text: &str) -> Vec<Secret<String>> {
    // Most texts are none, and some are long.
    let begins = text.trim_start().get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("imap"));
    let mailbox = begins.then(|| Mailbox::parse(text).ok()).flatten();
    mailbox.map(|mailbox| mailbox.secrets()).unwrap_or_default()
}

fn judge(value: &Value) -> Result<(), Refusal> {
    let text = value.as_str().unwrap_or_default();
    Mailbox::parse(text).map(drop).map_err(|error| Refusal::new(error.to_string()))
}

pub(super) fn parse(context: &Context) -> Result<Arc<Mailbox>, StepError> {
    let text = context.require("mailbox")?;
    let wrong = |message: String| StepError::new(ErrorKind::Config, "config.parameter", message);
    let mailbox = context.services.mail.mailbox(text).map_err(|error| wrong(format!("`mailbox`: {error}")))?;
    let is_local = || url::Url::parse(text).is_ok_and(|url| is_loopback(&url));
    if context.services.settings.sandbox && !is_local() {
        return Err(wrong(format!("{mailbox} is not on this machine, and a sandbox run contacts nothing else")));
    }
    // A password goes only to a server that the user named, never to one that stands only in a workflow file.
    let refused = |why| StepError::new(ErrorKind::Config, "config.origin", format!("`mailbox` {why}"));
    context.services.trust().check_mailbox(&mailbox).map_err(refused)?;
    Ok(mailbox)
}

pub(super) fn step_error(error: &MailError) -> StepError {
    let class = match error.kind {
        _ if !error.is_transient() => None,
        MailErrorKind::Timeout => Some(RetryClass::Timeout),
        _ => Some(RetryClass::Network),
    };
    let rows = error.unmet.as_ref().map(|unmet| unmet.rows()).unwrap_or_default();
    StepError { class, ..StepError::new(ErrorKind::Mail, error.code(), error.message.clone()) }.table(&rows)
}
