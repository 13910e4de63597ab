//! What the mail steps have in common: which inbox, and what can go wrong with it.

use super::{Context, Services};
use crate::http::is_loopback;
use crate::mail::{MailError, MailErrorKind, Mailbox};
use crate::run::{ErrorKind, StepError};
use crate::workflow::{Bounds, Parameter, RetryClass, Type};

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
        .secret()
        .destination()
}

pub(super) fn parse(context: &Context) -> Result<Mailbox, StepError> {
    let text = context.require("mailbox")?;
    let wrong = |message: String| StepError::new(ErrorKind::Config, "config.parameter", message);
    let mailbox = Mailbox::parse(text).map_err(|error| wrong(format!("`mailbox`: {error}")))?;
    let local = url::Url::parse(text).is_ok_and(|url| is_loopback(&url));
    if context.services.settings.sandbox && !local {
        return Err(wrong(format!("{mailbox} is not on this machine, and a sandbox run contacts nothing else")));
    }
    trusted(&mailbox, &context.services)?;
    Ok(mailbox)
}

/// A password goes only to a server that the user named, never to one that stands only in a workflow file.
fn trusted(mailbox: &Mailbox, services: &Services) -> Result<(), StepError> {
    let origin = mailbox.origin();
    let allowed = services.settings.allow_hosts.iter().any(|allowed| mailbox.is_at(allowed));
    if allowed || services.trusted_mailboxes.contains(&origin) {
        return Ok(());
    }
    let message = format!(
        "`mailbox` would send a password to {origin}, which stands only in the workflow file: pass the whole mailbox URL as \
         a secret or an input, or allow its server with `--allow-host {}`",
        mailbox.host()
    );
    Err(StepError::new(ErrorKind::Config, "config.origin", message))
}

pub(super) fn step_error(error: &MailError) -> StepError {
    let class = match error.kind {
        _ if !error.is_transient() => None,
        MailErrorKind::Timeout => Some(RetryClass::Timeout),
        _ => Some(RetryClass::Network),
    };
    StepError { class, ..StepError::new(ErrorKind::Mail, error.code(), error.message.clone()) }
}
