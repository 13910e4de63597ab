//! Waits for a mail and takes the code or link out of it, as the step `mail.wait` does, without a run.

use std::time::Duration;

use serde_json::{Map, Value};

use super::mailbox::mailbox_of;
use super::{OpError, Workspace};
use crate::action::mail_query;
use crate::clock::Clock;
use crate::diagnostic::escape;
use crate::http::Http;
use crate::mail::{Found, Mail, MailError, Mailbox, Query};
use crate::report::mail::{NotTaken, Waited};
use crate::secret::{Mask, Secret};

pub struct MailWaitRequest {
    /// Where it is read: a URL.
    pub mailbox: Secret<String>,
    /// Those of `mail.wait`, by name. Without `since` and `after`, what comes from now on counts.
    pub parameters: Map<String, Value>,
    pub within: Duration,
}

/// Waits. `mask` learns the mailbox's secrets, `say` is told what is waited for.
pub async fn mail_wait(
    workspace: &Workspace,
    request: &MailWaitRequest,
    mask: &Mask,
    say: &mut (dyn FnMut(&str) + Send),
) -> Result<Waited, OpError> {
    let mailbox = mailbox_of(workspace, &request.mailbox, mask)?;
    let given = |name: &str| request.parameters.get(name).filter(|value| !value.is_null());
    let clock = workspace.clock.as_ref();
    let query = mail_query(given, &mailbox, clock.now()).map_err(OpError::Usage)?;
    let tls = workspace.tls()?;
    let http = Http::new(&tls, false).map_err(|error| OpError::Usage(error.message))?;
    let mail = workspace.mail(tls, &http, mask, false);
    let gives = query.extract.gives();
    let waited = wait(&mail, clock, &mailbox, query, request.within, say).await;
    Ok(waited.map_or_else(|error| not_taken(gives, error, mask), |found| taken(gives, found, mask)))
}

async fn wait(
    mail: &Mail,
    clock: &dyn Clock,
    mailbox: &Mailbox,
    mut query: Query,
    within: Duration,
    say: &mut (dyn FnMut(&str) + Send),
) -> Result<Found, MailError> {
    let mut left = within;
    if query.after.is_none() && query.since.is_none() {
        let began = clock.now();
        query.after = Some(mail.mark(mailbox, within).await?);
        left = within.saturating_sub(clock.now().since(began));
    }
    say(&format!("waiting for mail to {} in {}", escape(&query.to), escape(&mailbox.to_string())));
    mail.wait(mailbox, &query, left).await
}

fn taken(gives: &'static str, found: Found, mask: &Mask) -> Waited {
    Waited {
        gives,
        taken: found.code.or(found.link),
        from: Some(mask.apply(&found.from)),
        subject: Some(mask.apply(&found.subject)),
        received_at: Some(found.received_at),
        junk: found.junk,
        error: None,
    }
}

fn not_taken(gives: &'static str, error: MailError, mask: &Mask) -> Waited {
    let rows = error.unmet.as_ref().map(|unmet| unmet.rows()).unwrap_or_default();
    let details = rows.into_iter().map(|row| row.iter().map(|cell| mask.apply(cell)).collect()).collect();
    let error = NotTaken { code: error.code(), message: mask.apply(&error.message), details };
    Waited { gives, taken: None, from: None, subject: None, received_at: None, junk: false, error: Some(error) }
}
