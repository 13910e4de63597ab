//! The mailbox that a command is given as a URL.

use super::surroundings::MAILBOX_VARIABLE;
use super::{OpError, Workspace};
use crate::mail::Mailbox;
use crate::secret::{Mask, Secret};

/// The mailbox of this URL, if there is what to log in to it with. `mask` learns the URL, and [`Mailbox::secrets`].
pub(super) fn mailbox_of(workspace: &Workspace, url: &Secret<String>, mask: &Mask) -> Result<Mailbox, OpError> {
    mask.learn_text(url.expose());
    let wrong = |why: String| OpError::Usage(format!("{MAILBOX_VARIABLE}: {why}"));
    let mailbox = Mailbox::parse(url.expose()).map_err(|error| wrong(error.to_string()))?;
    learn(mask, &mailbox.secrets());
    workspace.tokens.check(&mailbox).map_err(|error| wrong(error.message))?;
    Ok(mailbox)
}

pub(super) fn learn(mask: &Mask, secrets: &[Secret<String>]) {
    secrets.iter().for_each(|secret| mask.learn_text(secret.expose()));
}
