//! The mailbox that a command is given as a URL.

use super::surroundings::MAILBOX_VARIABLE;
use super::{OpError, Workspace};
use crate::mail::Mailbox;
use crate::secret::{Mask, Secret};

/// The mailbox of this URL, if there is what to log in to it with. `mask` learns the URL, and [`Mailbox::secrets`].
pub(super) fn mailbox_of(workspace: &Workspace, url: &Secret<String>, mask: &Mask) -> Result<Mailbox, OpError> {
    mask.learn_text(url.expose());
    let mailbox = usable(workspace, url.expose())?;
    mask.learn_texts(&mailbox.secrets());
    Ok(mailbox)
}

/// The mailbox of this URL, if there is what to log in to it with.
pub(super) fn usable(workspace: &Workspace, url: &str) -> Result<Mailbox, OpError> {
    let wrong = |why: String| OpError::Usage(format!("{MAILBOX_VARIABLE}: {why}"));
    let mailbox = Mailbox::parse(url).map_err(|error| wrong(error.to_string()))?;
    workspace.tokens.check(&mailbox).map_err(|error| wrong(error.message))?;
    Ok(mailbox)
}
