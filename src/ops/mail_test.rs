//! Connects to a mailbox as a run does, and tells what was found.

use std::sync::Arc;

use rustls::ClientConfig;

use super::mailbox::mailbox_of;
use super::random::word;
use super::{OpError, Workspace};
use crate::http::Http;
use crate::mail::{Arrival, Fate, Inspection, MailError, MailErrorKind, Mailbox, SUBJECT, Told};
use crate::report::mail_test::{Heard, Left, Refused, Tested, Worked};
use crate::secret::{Mask, Secret};

/// Looks at the mailbox of this URL. With `append`, a message of our own is put there and taken out again.
pub async fn mail_test(
    workspace: &Workspace,
    url: &Secret<String>,
    append: bool,
    mask: &Mask,
) -> Result<Tested, OpError> {
    let mailbox = mailbox_of(workspace, url, mask)?;
    let append = append.then(|| word(workspace.entropy.as_ref(), 16)).transpose()?;
    let inspected = inspect(workspace, workspace.tls()?, &mailbox, append, false, mask).await;
    let outcome = inspected.map(|found| worked(found, mask)).map_err(|error| Refused {
        code: error.code(),
        message: mask.apply(&error.message),
        advice: advice(&error),
    });
    Ok(Tested { mailbox: mailbox.to_string(), outcome })
}

/// [`crate::mail::Mail::inspect`], by what the workspace has to connect and log in with.
pub(super) async fn inspect(
    workspace: &Workspace,
    tls: Arc<ClientConfig>,
    mailbox: &Mailbox,
    append: Option<String>,
    sandbox: bool,
    mask: &Mask,
) -> Result<Inspection, MailError> {
    let http = Http::new(&tls, sandbox).map_err(|error| MailError::new(MailErrorKind::Config, error.message))?;
    workspace.mail(tls, &http, mask, sandbox).inspect(mailbox, append).await
}

/// What to do about an error, beside what it says itself.
pub(super) fn advice(error: &MailError) -> &'static str {
    match error.kind {
        MailErrorKind::Login => "docs/mailboxes.md says what providers want",
        MailErrorKind::Config => "docs/mailboxes.md says how folders, logins and tokens are written",
        MailErrorKind::Tls => "docs/mailboxes.md says how servers with an authority of their own are trusted",
        _ => "check host, port and network",
    }
}

fn worked(found: Inspection, mask: &Mask) -> Worked {
    let heard = |arrival: Arrival| Heard {
        by: match arrival.told {
            Told::Idle(_) => Some("IDLE"),
            Told::Noop => Some("NOOP"),
            Told::Never => None,
        },
        after: if let Told::Idle(after) = arrival.told { Some(after) } else { None },
        left: match arrival.fate {
            Fate::Removed => Left::Removed,
            Fate::Gone => Left::Gone,
            Fate::Kept => Left::Kept,
            Fate::Unclear => Left::Unclear,
        },
        subject: SUBJECT,
        id: arrival.id,
    };
    Worked {
        address: found.address,
        tls: found.tls,
        login: found.login,
        capabilities: found.capabilities,
        folder: found.folder,
        messages: found.messages,
        uid_validity: found.uid_validity,
        junk: found.junk.map(|name| mask.apply(&name)),
        round_trip: found.round_trip,
        arrival: found.arrival.map(heard),
    }
}
