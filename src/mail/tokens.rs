//! Access tokens for mailboxes whose URL holds none.

use super::error::{MailError, MailErrorKind};
use super::mailbox::Mailbox;
use crate::diagnostic::escape;
use crate::secret::Secret;

/// Where access tokens come from. Asked on a mailbox's own thread, before each login: it may block.
pub trait Tokens: Send + Sync {
    /// A token for the mailbox; a fresh one if the server did not take `refused`.
    fn token(&self, mailbox: &Mailbox, refused: Option<&Secret<String>>) -> Result<Secret<String>, MailError>;
}

/// The error of a mailbox that is not among the sources of tokens.
pub fn no_token_source(mailbox: &Mailbox) -> MailError {
    let text = format!(
        "there is no token for {}: name where it comes from in a `[mailbox.NAME]` of onramp.toml with this user and host, \
         by `token-command`, `token-file` or `[mailbox.NAME.refresh]`, or write it into the URL, as \
         imaps://USER;AUTH=XOAUTH2:TOKEN@HOST/INBOX (docs/mailboxes.md)",
        escape(&mailbox.to_string())
    );
    MailError::new(MailErrorKind::Config, text)
}
